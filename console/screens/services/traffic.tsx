// A resource's traffic over time: what became of requests, how long they took, and the rules that hold for them.
import { useMemo } from 'preact/hooks';
import { queryOf } from '../../api/client.ts';
import { useKept } from '../../api/kept.ts';
import { useLive, type Live } from '../../api/live.ts';
import { useNow } from '../../clock.ts';
import { countOf, percentOf, rateOf } from '../../parts/number.ts';
import { Shown } from '../../parts/shown.tsx';
import { durationOf, Time } from '../../parts/time.tsx';
import { Link, to, useParam } from '../../router/router.tsx';
import { useTexts } from '../../text/language.ts';
import type { HeatSeries, Percentiles, RuleDocument, Series } from './answers.ts';
import { applyingTo, written } from './applying.ts';
import { FateChart } from './fate-chart.tsx';
import { LatencyChart } from './latency-chart.tsx';
import { countedFrom, figuresOf, queuesOf, type Figures } from './points.ts';
import { isRange, pickedOf, RANGES, stepText, stretchOf } from './ranges.ts';
import { servicesTexts } from './texts.ts';

const SERIES_MS = 10_000;
const HEAT_MS = 30_000;

interface TrafficViewProps {
  service: string;
  /** When flyball has first heard of it. */
  since: string | undefined;
  rules: Live<RuleDocument>;
}

export function TrafficView({ service, since, rules }: TrafficViewProps) {
  const t = useTexts(servicesTexts);
  const [resource, setResource] = useParam('resource');
  const [range, setRange] = useParam('range', '1h');
  const minute = useNow(60_000);
  const stretch = stretchOf(range, minute);
  const asked = {
    service,
    resource,
    from: stretch.from,
    to: stretch.to,
    step: stepText(stretch.stepMs),
  };
  const of = `${resource} ${range}`;
  const series = useKept(
    useLive<Series>(`/v1/telemetry/series${queryOf(asked)}`, stretch.isMoving ? SERIES_MS : HEAT_MS),
    of,
  );
  const heat = useKept(
    useLive<HeatSeries>(`/v1/telemetry/series${queryOf({ ...asked, metric: 'heatmap' })}`, HEAT_MS),
    of,
  );
  const resources = useMemo(
    () => [...new Set([...Object.keys(rules.data?.resources ?? {}), ...(series.data?.resources ?? [])])].sort(),
    [rules.data, series.data],
  );
  const from = series.data && countedFrom(series.data, since);
  const figures = useMemo(
    () => (series.data && from !== undefined ? figuresOf(series.data, from, queuesOf(rules.data)) : undefined),
    [series.data, from, rules.data],
  );
  return (
    <>
      <div class="row">
        <label>
          {t('resource')}{' '}
          <select value={resource} onChange={({ currentTarget }) => setResource(currentTarget.value)}>
            <option value="">{t('allResources')}</option>
            {[...new Set([...resources, ...(resource === '' ? [] : [resource])])].map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label>
          {t('range')}{' '}
          <select value={range} onChange={({ currentTarget }) => setRange(currentTarget.value)}>
            {RANGES.map((name) => (
              <option key={name} value={name}>
                {t(`range.${name}`)}
              </option>
            ))}
            {isRange(range) ? null : <option value={range}>{t('range.picked')}</option>}
          </select>
        </label>
        {figures ? <Counted of={figures} behindMs={series.data?.behindMs} /> : null}
      </div>
      <div class="beside">
        <div class="stack">
          <Shown of={series} missing={<p class="note">{t('notHeardOf')}</p>}>
            {(data) => (
              <>
                {figures ? <Totals figures={figures} durationMs={data.total.durationMs} /> : null}
                <FateChart
                  {...{ service, resource, rules: rules.data, series: data, from: from ?? 0, stretch }}
                  onRange={(from, until) => setRange(pickedOf(from, until))}
                />
                <LatencyChart
                  {...{ series: data, heat, stretch, resource: resource || service }}
                  onRange={(from, until) => setRange(pickedOf(from, until))}
                />
              </>
            )}
          </Shown>
        </div>
        <RulesBeside {...{ service, resource, rules }} />
      </div>
    </>
  );
}

/** Of which time the figures and the charts are. */
function Counted({ of: { from, to: until }, behindMs }: { of: Figures; behindMs: number | undefined }) {
  const t = useTexts(servicesTexts);
  return (
    <span class="quiet">
      {until === from ? (
        t('uncounted')
      ) : (
        <>
          {t('counted')} <Time at={from} /> – <Time at={until} />
        </>
      )}
      {behindMs === undefined ? null : ` · ${t('behind', { for: durationOf(behindMs) })}`}
    </span>
  );
}

function Totals({ figures, durationMs }: { figures: Figures; durationMs: Percentiles | null }) {
  const t = useTexts(servicesTexts);
  const { admitted, deferred, refused, failed, from, to: until } = figures;
  const all = admitted + deferred + refused + failed;
  const isCounted = until > from;
  const tile = (title: string, count: number, note = all === 0 ? '–' : percentOf(count / all)): Tile => [
    title,
    isCounted ? countOf(count) : '–',
    isCounted ? note : '',
  ];
  const counts: readonly Tile[] = [
    tile(t('requests'), all, rateOf((all * 1_000) / (until - from))),
    tile(t('failed'), failed),
    tile(t('refused'), refused),
    ...(deferred > 0 ? [tile(t('deferred'), deferred)] : []),
  ];
  const took = (name: string) => (all > 0 && durationMs ? durationOf(durationMs[name] ?? 0) : '–');
  return (
    <div class="tiles">
      <Tiles of={counts} />
      <Tiles of={['p50', 'p95', 'p99'].map((name) => [name, took(name), ''])} />
    </div>
  );
}

type Tile = readonly [title: string, value: string, note: string];

function Tiles({ of }: { of: readonly Tile[] }) {
  return (
    <dl>
      {of.map(([title, value, note]) => (
        <div key={title}>
          <dt>{title}</dt>
          <dd class="number">
            {value}
            <small class="quiet">{note}</small>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function RulesBeside({ service, resource, rules }: { service: string; resource: string; rules: Live<RuleDocument> }) {
  const t = useTexts(servicesTexts);
  return (
    <aside class="card rules" aria-label={t('rulesHere')}>
      <div class="row">
        <h2>{t('rulesHere')}</h2>
        <Link to={to`/rules/${service}`}>{t('edit')}</Link>
      </div>
      <Shown of={rules} missing={<p class="quiet">{t('unpublished')}</p>}>
        {(document) => {
          const applying = applyingTo(document, resource);
          return applying.length === 0 ? (
            <p class="quiet">{t('noRulesHere')}</p>
          ) : (
            <>
              {applying.map(({ path: where, rule }) => (
                <section key={where}>
                  <h3 class="mono">{where}</h3>
                  <pre tabIndex={0} aria-label={where}>
                    {written(rule)}
                  </pre>
                </section>
              ))}
            </>
          );
        }}
      </Shown>
    </aside>
  );
}

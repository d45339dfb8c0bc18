// A resource's traffic over time: what became of requests, how long they took, and the rules that hold for them.
import { useMemo } from 'preact/hooks';
import { queryOf } from '../../api/client.ts';
import { useLive, type Live } from '../../api/live.ts';
import { useNow } from '../../clock.ts';
import { countOf, percentOf, rateOf } from '../../parts/number.ts';
import { Shown } from '../../parts/shown.tsx';
import { durationOf, Time } from '../../parts/time.tsx';
import { Link, to, useParam } from '../../router/router.tsx';
import { useTexts } from '../../text/language.ts';
import type { HeatSeries, RuleDocument, Series } from './answers.ts';
import { applyingTo, written } from './applying.ts';
import { FateChart } from './fate-chart.tsx';
import { useKept } from './kept.ts';
import { LatencyChart } from './latency-chart.tsx';
import { fatesOf, queuesOf } from './points.ts';
import { isRange, pickedOf, RANGES, stepText, stretchOf } from './ranges.ts';
import { servicesTexts } from './texts.ts';

const SERIES_MS = 10_000;
const HEAT_MS = 30_000;

export function TrafficView({ service, rules }: { service: string; rules: Live<RuleDocument> }) {
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
        {series.data ? (
          <span class="quiet">
            {t('until')} <Time at={series.data.completeUntil} />
            {series.data.behindMs === undefined ? null : ` · ${t('behind', { for: durationOf(series.data.behindMs) })}`}
          </span>
        ) : null}
      </div>
      <div class="beside">
        <div class="stack">
          <Shown of={series} missing={<p class="note">{t('notHeardOf')}</p>}>
            {(data) => (
              <>
                <Totals series={data} rules={rules.data} />
                <FateChart
                  {...{ service, resource, rules: rules.data, series: data, stretch }}
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

function Totals({ series, rules }: { series: Series; rules: RuleDocument | undefined }) {
  const t = useTexts(servicesTexts);
  const { total } = series;
  const { admitted, deferred, refused, failed } = fatesOf(total, queuesOf(rules));
  const all = admitted + deferred + refused + failed;
  const share = (count: number) => (all === 0 ? '–' : percentOf(count / all));
  const seconds = Math.max(
    1,
    (Math.min(Date.parse(series.to), Date.parse(series.completeUntil)) - Date.parse(series.from)) / 1_000,
  );
  const tiles: readonly (readonly [string, string, string])[] = [
    [t('requests'), countOf(all), rateOf(all / seconds)],
    [t('failed'), countOf(failed), share(failed)],
    [t('refused'), countOf(refused), share(refused)],
    ...(deferred > 0 ? [[t('deferred'), countOf(deferred), share(deferred)] as const] : []),
    ['p50', total.durationMs ? durationOf(total.durationMs['p50'] ?? 0) : '–', ''],
    ['p95', total.durationMs ? durationOf(total.durationMs['p95'] ?? 0) : '–', ''],
    ['p99', total.durationMs ? durationOf(total.durationMs['p99'] ?? 0) : '–', ''],
  ];
  return (
    <dl class="tiles">
      {tiles.map(([title, value, note]) => (
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

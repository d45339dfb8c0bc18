// What a service promises and how fast it uses up what may go wrong; and what of it fills up.
import { queryOf } from '../../api/client.ts';
import { useLive } from '../../api/live.ts';
import { countOf, percentOf } from '../../parts/number.ts';
import { Empty, Shown } from '../../parts/shown.tsx';
import { State } from '../../parts/state.tsx';
import { Ago, durationOf } from '../../parts/time.tsx';
import { Link, to } from '../../router/router.tsx';
import { locale, useTexts } from '../../text/language.ts';
import type { Gauge, Saturation, Slo } from './answers.ts';
import { Meter } from './meter.tsx';
import { servicesTexts } from './texts.ts';

const SLO_MS = 15_000;
const SATURATION_MS = 60_000;

export function SlosView({ service }: { service: string }) {
  const t = useTexts(servicesTexts);
  const slos = useLive<{ slos: readonly Slo[] }>(`/v1/telemetry/slo${queryOf({ service })}`, SLO_MS);
  const saturation = useLive<Saturation>(`/v1/telemetry/saturation${queryOf({ service })}`, SATURATION_MS);
  return (
    <>
      <section class="stack">
        <h2>{t('slos')}</h2>
        <Shown of={slos} missing={<p class="note">{t('notHeardOf')}</p>}>
          {({ slos: all }) =>
            all.length === 0 ? (
              <Empty title={t('noSlos')}>
                <Link to={to`/rules/${service}`}>{t('editRules')}</Link>
              </Empty>
            ) : (
              <div class="grid wide">
                {all.map((slo) => (
                  <SloCard key={slo.name} slo={slo} />
                ))}
              </div>
            )
          }
        </Shown>
      </section>
      <section class="stack">
        <h2>{t('saturation')}</h2>
        <Shown of={saturation} missing={<p class="note">{t('notHeardOf')}</p>}>
          {(data) => <Gauges saturation={data} />}
        </Shown>
      </section>
    </>
  );
}

function SloCard({ slo }: { slo: Slo }) {
  const t = useTexts(servicesTexts);
  const { name, kind, objective, latencyMs, resources, window, total, bad, attained, met, budget, burnRates, alerts } =
    slo;
  const firing = alerts.filter((alert) => alert.firing);
  const promise =
    kind === 'latency' && latencyMs !== undefined
      ? t('promiseLatency', { objective: percentOf(objective), within: durationOf(latencyMs), window })
      : t('promiseAnswered', { objective: percentOf(objective), window });
  return (
    <section class="card" aria-label={name}>
      <div class="row">
        <h3>{name}</h3>
        <State
          kind={
            firing.some(({ severity }) => severity === 'page')
              ? 'bad'
              : met === false
                ? 'warn'
                : met === null
                  ? 'unknown'
                  : 'ok'
          }
        >
          {t(firing.length > 0 ? 'burning' : met === false ? 'missed' : met === null ? 'nothingYet' : 'met')}
        </State>
      </div>
      <p>{promise}</p>
      <p class="quiet">{resources?.join(', ') ?? t('allResources')}</p>
      <dl class="facts">
        <dt>{t('attained')}</dt>
        <dd class="number">
          {attained === null ? '–' : closeOf(attained)}{' '}
          <span class="quiet">{t('badOf', { bad: countOf(bad), total: countOf(total) })}</span>
        </dd>
        <dt>{t('budgetUsed')}</dt>
        <dd>
          <Meter
            share={total === 0 ? null : 1 - budget.leftShare}
            text={total === 0 ? '–' : t('usedOf', { used: countOf(bad), limit: countOf(budget.requests.allowed) })}
          />
        </dd>
      </dl>
      <div class="scrolls" tabIndex={0} role="region" aria-label={t('burnRates')}>
        <table class="plain-table">
          <caption>{t('burnRates')}</caption>
          <thead>
            <tr>
              {Object.keys(burnRates).map((over) => (
                <th key={over} scope="col">
                  {over}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            <tr>
              {Object.entries(burnRates).map(([over, { rate }]) => (
                <td key={over} class={`number ${rate !== null && rate > 1 ? 'over' : ''}`}>
                  {rate === null ? '–' : `${countOf(Number(rate.toPrecision(3)))}×`}
                </td>
              ))}
            </tr>
          </tbody>
        </table>
      </div>
      {firing.map(({ severity, factor, long, short }) => (
        <p key={`${severity} ${long}`} class={`note ${severity === 'page' ? 'bad' : 'warn'}`}>
          {t(severity === 'page' ? 'burnPage' : 'burnTicket', { factor, long, short })}
        </p>
      ))}
    </section>
  );
}

/** Close to all, the third digit tells. */
const closeOf = (share: number): string =>
  share.toLocaleString(locale(), { style: 'percent', maximumFractionDigits: share > 0.99 ? 3 : 1 });

function Gauges({ saturation: { functions, memoryMb, tmpMb, timeMs, queues } }: { saturation: Saturation }) {
  const t = useTexts(servicesTexts);
  const mb = (value: number) => `${countOf(value)} MB`;
  const rows: readonly (readonly [string, Gauge, (value: number) => string])[] = [
    ...functions.map((one) => [t('concurrencyOf', { name: one.name }), one, countOf] as const),
    [t('memory'), memoryMb, mb],
    ['/tmp', tmpMb, mb],
    [t('time'), timeMs, durationOf],
    ...queues.map((queue) => [t('queueAge', { name: queue.name }), queue.ageMs, durationOf] as const),
  ];
  return (
    <div class="scrolls" tabIndex={0} role="region" aria-label={t('saturation')}>
      <table class="plain-table card">
        <thead>
          <tr>
            <th scope="col">{t('what')}</th>
            <th scope="col">{t('used')}</th>
            <th scope="col">{t('most')}</th>
            <th scope="col">{t('fullAt')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([title, { used, limit, share, most, reachesLimitAt }, format]) => (
            <tr key={title}>
              <th scope="row">{title}</th>
              <td>
                <Meter
                  share={share}
                  text={
                    used === null
                      ? '–'
                      : limit === null
                        ? format(used)
                        : t('usedOf', { used: format(used), limit: format(limit) })
                  }
                />
              </td>
              <td class="number">{most === null ? '–' : format(most)}</td>
              <td>
                {reachesLimitAt === null ? <span class="quiet">{t('notSoon')}</span> : <Ago at={reachesLimitAt} />}
              </td>
            </tr>
          ))}
          {queues
            .filter(({ deadLetters }) => deadLetters !== null)
            .map(({ name, depth, deadLetters }) => (
              <tr key={`${name} dead`}>
                <th scope="row">{t('queueDepth', { name })}</th>
                <td class="number">{depth === null ? '–' : countOf(depth)}</td>
                <td class="number" colSpan={2}>
                  {t('deadLetters', {
                    count:
                      deadLetters?.depth === undefined || deadLetters.depth === null ? '–' : countOf(deadLetters.depth),
                  })}
                </td>
              </tr>
            ))}
        </tbody>
      </table>
    </div>
  );
}

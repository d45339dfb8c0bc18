// The limits of a service: throttles with their busiest keys, quotas with what is used, concurrency.
import { path, queryOf } from '../../api/client.ts';
import { useLive } from '../../api/live.ts';
import { countOf } from '../../parts/number.ts';
import { Empty, Shown } from '../../parts/shown.tsx';
import { Ago, durationOf } from '../../parts/time.tsx';
import { Link, to } from '../../router/router.tsx';
import { useTexts } from '../../text/language.ts';
import type { Concurrency, KeySeries, Throttle, Usage } from './answers.ts';
import { Meter } from './meter.tsx';
import { servicesTexts } from './texts.ts';
import { ThrottleCard } from './throttle-card.tsx';

const KEYS_MS = 30_000;
const USAGE_MS = 10_000;

export function LimitsView({ service }: { service: string }) {
  const t = useTexts(servicesTexts);
  const throttles = useLive<{ throttles: readonly Throttle[] }>(path`/v1/services/${service}/throttles`, 10_000);
  const keys = useLive<KeySeries>(`/v1/telemetry/series${queryOf({ service, metric: 'keys' })}`, KEYS_MS);
  const concurrency = useLive<Concurrency>(path`/v1/services/${service}/concurrency`);
  const usage = useLive<Usage>(`${path`/v1/services/${service}/usage`}${queryOf({ limit: 100 })}`, USAGE_MS);
  return (
    <>
      <section class="stack">
        <h2>{t('throttles')}</h2>
        <Shown of={throttles} missing={<p class="note">{t('unpublished')}</p>}>
          {({ throttles: all }) =>
            all.length === 0 ? (
              <Empty title={t('noThrottles')}>
                <Link to={to`/services/${service}`}>{t('noThrottlesHint')}</Link>
              </Empty>
            ) : (
              <div class="grid wide">
                {all.map((throttle) => (
                  <ThrottleCard
                    key={throttle.name}
                    {...{ service, throttle }}
                    busiest={keys.data?.total.keys?.[throttle.name] ?? []}
                  />
                ))}
              </div>
            )
          }
        </Shown>
      </section>
      <section class="stack">
        <h2>{t('quotas')}</h2>
        <Shown of={usage} missing={<p class="quiet">{t('noQuotas')}</p>}>
          {(data) => <QuotaTable usage={data} />}
        </Shown>
      </section>
      <section class="stack">
        <h2>{t('concurrency')}</h2>
        <Shown of={concurrency} missing={<p class="quiet">{t('noConcurrency')}</p>}>
          {({ concurrency: all }) =>
            all.length === 0 ? <p class="quiet">{t('noConcurrency')}</p> : <Limits all={all} />
          }
        </Shown>
      </section>
    </>
  );
}

function QuotaTable({ usage: { usage, cursor } }: { usage: Usage }) {
  const t = useTexts(servicesTexts);
  if (usage.length === 0) return <p class="quiet">{t('noQuotas')}</p>;
  return (
    <div class="scrolls" tabIndex={0} role="region" aria-label={t('quotas')}>
      <table class="plain-table card">
        <thead>
          <tr>
            <th scope="col">{t('rule')}</th>
            <th scope="col">{t('key')}</th>
            <th scope="col">{t('used')}</th>
            <th scope="col">{t('windowEnds')}</th>
          </tr>
        </thead>
        <tbody>
          {usage.map(({ rule, key, used, limit, share, windowEnd }) => (
            <tr key={`${rule} ${key}`}>
              <th scope="row">{rule}</th>
              <td class="mono">{key === '' ? t('oneBucket') : key}</td>
              <td>
                <Meter
                  share={share}
                  text={limit === null ? countOf(used) : t('usedOf', { used: countOf(used), limit: countOf(limit) })}
                />
              </td>
              <td>
                <Ago at={windowEnd} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {cursor === undefined ? null : <p class="quiet">{t('moreUsage')}</p>}
    </div>
  );
}

function Limits({ all }: { all: Concurrency['concurrency'] }) {
  const t = useTexts(servicesTexts);
  return (
    <div class="grid">
      {all.map(({ name, mode, limit, held, reason, resources, adaptive }) => (
        <section key={name} class="card" aria-label={name}>
          <div class="row">
            <h3>{name}</h3>
            {mode === 'enforce' ? null : <span class="tag">{mode}</span>}
          </div>
          {held === null ? (
            <p class="quiet">{reason ?? t('unused')}</p>
          ) : (
            <Meter
              share={typeof limit === 'number' ? held / limit : adaptive ? held / adaptive.ceiling : null}
              text={t('usedOf', {
                used: countOf(held),
                limit: typeof limit === 'number' ? countOf(limit) : t('adaptive'),
              })}
            />
          )}
          {adaptive ? (
            <p class="quiet">
              {t('between', { floor: countOf(adaptive.floor), ceiling: countOf(adaptive.ceiling) })}
              {adaptive.latencyMs === null ? '' : ` · ${durationOf(adaptive.latencyMs)}`}
            </p>
          ) : null}
          <p class="quiet">{resources?.join(', ') ?? t('allResources')}</p>
        </section>
      ))}
    </div>
  );
}

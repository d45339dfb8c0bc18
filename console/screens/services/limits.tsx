// The limits of a service: throttles with their busiest keys, quotas with what is used, concurrency.
import { useState } from 'preact/hooks';
import { path, queryOf } from '../../api/client.ts';
import { useLive } from '../../api/live.ts';
import { countOf } from '../../parts/number.ts';
import { Empty, Shown } from '../../parts/shown.tsx';
import { Ago, durationOf } from '../../parts/time.tsx';
import { Link, to, useParam } from '../../router/router.tsx';
import { useTexts } from '../../text/language.ts';
import type { BusyKey, Concurrency, KeySeries, Throttle, ThrottleOfKey, Usage } from './answers.ts';
import { Meter } from './meter.tsx';
import { servicesTexts } from './texts.ts';

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

interface ThrottleCardProps {
  service: string;
  throttle: Throttle;
  busiest: readonly BusyKey[];
}

const SHOWN_KEYS = 10;

function ThrottleCard({ service, throttle, busiest }: ThrottleCardProps) {
  const t = useTexts(servicesTexts);
  const { name, limit, key, algorithm, scope, mode, burst, resources } = throttle;
  const most = busiest[0]?.[1] ?? 1;
  const facts: readonly (readonly [string, string])[] = [
    [t('limit'), burst === undefined ? limit : t('limitBurst', { limit, burst: countOf(burst) })],
    [t('key'), key.length === 0 ? t('oneBucket') : key.join(', ')],
    [t('holdsFor'), resources?.join(', ') ?? t('allResources')],
    [t('how'), `${algorithm} · ${scope}`],
  ];
  return (
    <section class="card" aria-label={name}>
      <div class="row">
        <h3>{name}</h3>
        {mode === 'enforce' ? null : <span class="tag">{mode}</span>}
      </div>
      <dl class="facts">
        {facts.map(([title, value]) => [<dt key={title}>{title}</dt>, <dd key={`${title} value`}>{value}</dd>])}
      </dl>
      {key.length === 0 ? null : busiest.length === 0 ? (
        <p class="quiet">{t('noBusyKeys')}</p>
      ) : (
        <table class="plain-table">
          <caption>{t('busiest')}</caption>
          <tbody>
            {busiest.slice(0, SHOWN_KEYS).map(([stored, count, over]) => (
              <tr key={stored}>
                <th scope="row" class="mono">
                  {stored}
                </th>
                <td class="number">{over > 0 ? t('about', { count: countOf(count) }) : countOf(count)}</td>
                <td class="bar" aria-hidden="true">
                  <span style={{ width: `${String((count / most) * 100)}%` }} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <KeyQuestion service={service} throttle={throttle} />
    </section>
  );
}

/** How the throttle stands for one key, which whoever asks knows in plain: the table has hashes of some. */
function KeyQuestion({ service, throttle: { name, key, scope } }: { service: string; throttle: Throttle }) {
  const t = useTexts(servicesTexts);
  const [asked, setAsked] = useParam(`key.${name}`);
  const [typed, setTyped] = useState<readonly string[]>(asked === '' ? [] : asked.split('\n'));
  const shown = key.length === 0 || asked !== '';
  const query = new URLSearchParams(key.map((part, i) => ['key', `${part}=${asked.split('\n')[i] ?? ''}`]));
  const at = `${path`/v1/services/${service}/throttles/${name}`}${key.length === 0 ? '' : `?${query.toString()}`}`;
  const live = useLive<ThrottleOfKey>(shown && scope !== 'instance' ? at : undefined);
  if (scope === 'instance') return <p class="quiet">{t('eachInstance')}</p>;
  return (
    <>
      {key.length === 0 ? null : (
        <form
          class="row"
          onSubmit={(event) => {
            event.preventDefault();
            setAsked(typed.join('\n'));
          }}
        >
          {key.map((part, i) => (
            <input
              key={part}
              aria-label={t('keyValue', { part })}
              placeholder={part}
              value={typed[i] ?? ''}
              onInput={({ currentTarget }) =>
                setTyped(key.map((_, j) => (j === i ? currentTarget.value : (typed[j] ?? ''))))
              }
            />
          ))}
          <button type="submit">{t('askKey')}</button>
        </form>
      )}
      {shown ? (
        <Shown of={live}>
          {({ state, reason }) =>
            state === null ? (
              <p class="quiet">{reason ?? t('unused')}</p>
            ) : (
              <p>
                {t('remaining', { count: countOf(Math.max(0, Math.floor(state.remaining))), limit: state.limit })}{' '}
                {state.known ? null : <span class="quiet">{t('unused')} </span>}
                {state.moreAt === null ? null : (
                  <>
                    · {t('moreAt')} <Ago at={state.moreAt} />
                  </>
                )}
              </p>
            )
          }
        </Shown>
      ) : null}
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

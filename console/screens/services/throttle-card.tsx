// One throttle: what it says, its busiest keys, and how it stands for a key.
import { useState } from 'preact/hooks';
import { path } from '../../api/client.ts';
import { useLive } from '../../api/live.ts';
import { FactList } from '../../parts/facts.tsx';
import { countOf } from '../../parts/number.ts';
import { Shown } from '../../parts/shown.tsx';
import { Ago } from '../../parts/time.tsx';
import { useTexts } from '../../text/language.ts';
import type { BusyKey, Throttle, ThrottleOfKey } from './answers.ts';
import { servicesTexts } from './texts.ts';

interface ThrottleCardProps {
  service: string;
  throttle: Throttle;
  busiest: readonly BusyKey[];
}

/** The query that names a key: its parts as a caller has them, or the whole as the table has it. Never in the page's own address: a header's value may be a secret. */
type AskedKey = string | undefined;

export function ThrottleCard({ service, throttle, busiest }: ThrottleCardProps) {
  const t = useTexts(servicesTexts);
  const { name, limit, key, algorithm, scope, mode, burst, resources } = throttle;
  const [asked, setAsked] = useState<AskedKey>();
  const isShared = scope !== 'instance';
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
      <FactList facts={facts} />
      {key.length === 0 ? null : (
        <Busiest keys={busiest} onAsk={isShared ? (stored) => setAsked(queryOfStored(stored)) : undefined} />
      )}
      {isShared ? (
        <>
          {key.length === 0 ? null : <KeyForm parts={key} onAsk={setAsked} />}
          {key.length === 0 || asked !== undefined ? <Standing {...{ service, name }} query={asked ?? ''} /> : null}
        </>
      ) : (
        <p class="quiet">{t('eachInstance')}</p>
      )}
    </section>
  );
}

const queryOfStored = (stored: string): string => `?${new URLSearchParams({ stored }).toString()}`;

const SHOWN_KEYS = 10;

function Busiest({ keys, onAsk }: { keys: readonly BusyKey[]; onAsk: ((stored: string) => void) | undefined }) {
  const t = useTexts(servicesTexts);
  const most = keys[0]?.[1] ?? 1;
  if (keys.length === 0) return <p class="quiet">{t('noBusyKeys')}</p>;
  return (
    <table class="plain-table">
      <caption>{t('busiest')}</caption>
      <tbody>
        {keys.slice(0, SHOWN_KEYS).map(([stored, count, over]) => (
          <tr key={stored}>
            <th scope="row" class="mono">
              {onAsk ? (
                <button type="button" class="plain" title={t('askKey')} onClick={() => onAsk(stored)}>
                  {stored}
                </button>
              ) : (
                stored
              )}
            </th>
            <td class="number">{over > 0 ? t('about', { count: countOf(count) }) : countOf(count)}</td>
            <td class="bar" aria-hidden="true">
              <span style={{ width: `${String((count / most) * 100)}%` }} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Whoever asks knows the key in plain: the table has hashes of some. */
function KeyForm({ parts, onAsk }: { parts: readonly string[]; onAsk: (query: string) => void }) {
  const t = useTexts(servicesTexts);
  const [typed, setTyped] = useState<Readonly<Record<string, string>>>({});
  return (
    <form
      class="row"
      onSubmit={(event) => {
        event.preventDefault();
        onAsk(`?${new URLSearchParams(parts.map((part) => ['key', `${part}=${typed[part] ?? ''}`])).toString()}`);
      }}
    >
      {parts.map((part) => (
        <input
          key={part}
          required
          aria-label={t('keyValue', { part })}
          placeholder={part}
          value={typed[part] ?? ''}
          onInput={({ currentTarget: { value } }) => setTyped((was) => ({ ...was, [part]: value }))}
        />
      ))}
      <button type="submit">{t('askKey')}</button>
    </form>
  );
}

function Standing({ service, name, query }: { service: string; name: string; query: string }) {
  const t = useTexts(servicesTexts);
  const live = useLive<ThrottleOfKey>(`${path`/v1/services/${service}/throttles/${name}`}${query}`);
  return (
    <Shown of={live}>
      {({ stored, state, reason }) =>
        state === null ? (
          <p class="quiet">{reason ?? t('unused')}</p>
        ) : (
          <p role="status">
            {query === '' ? null : <span class="mono">{stored}: </span>}
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
  );
}

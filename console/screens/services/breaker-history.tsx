// How a breaker came to be as it is: its transitions, newest first, and the words for their causes.
import { useEffect, useState } from 'preact/hooks';
import { get, path } from '../../api/client.ts';
import { useLive } from '../../api/live.ts';
import { useAct } from '../../parts/feedback.tsx';
import { countOf } from '../../parts/number.ts';
import { Shown } from '../../parts/shown.tsx';
import { Time } from '../../parts/time.tsx';
import { useTexts, type Tell } from '../../text/language.ts';
import type { BreakerStanding, Transition, Transitions } from './answers.ts';
import { folded, openingOf } from './probing.ts';
import { servicesTexts } from './texts.ts';

type Key = keyof typeof servicesTexts.en;
type Told = Tell<Key>;

const HISTORY = 100;
/** How far back what opened a breaker is looked for. */
const MOST_PAGES = 10;

const addressOf = (service: string, name: string, limit: number) =>
  `${path`/v1/services/${service}/breakers/${name}/transitions`}?limit=${String(limit)}`;

const pageAfter = (address: string, cursor: string | undefined, signal?: AbortSignal) =>
  get<Transitions>(address + (cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`), signal);

export function History({ service, name }: { service: string; name: string }) {
  const t = useTexts(servicesTexts);
  const address = addressOf(service, name, HISTORY);
  const live = useLive<Transitions>(address, 5_000);
  const [older, setOlder] = useState<Transitions>();
  const [busy, run] = useAct();
  const cursor = older ? older.cursor : live.data?.cursor;
  return (
    <Shown of={live}>
      {({ transitions }) => {
        const last = transitions.at(-1)?.at ?? '';
        // What has moved on meanwhile from the newest page stands in neither: it is kept from before.
        const all = [...transitions, ...(older?.transitions ?? []).filter(({ at }) => at < last)];
        return all.length === 0 ? (
          <p class="quiet">{t('noTransitions')}</p>
        ) : (
          <>
            <ol class="history">
              {folded(all).map((one) => (
                <Line key={'probes' in one ? one.from : `${one.at} ${one.to} ${one.key ?? ''}`} of={one} />
              ))}
            </ol>
            {cursor === undefined ? null : (
              <button
                type="button"
                class="plain"
                disabled={busy}
                onClick={() =>
                  void run(async () => {
                    const page = await pageAfter(address, cursor);
                    setOlder({ ...page, transitions: [...(older?.transitions ?? transitions), ...page.transitions] });
                  })
                }
              >
                {t('older')}
              </button>
            )}
          </>
        );
      }}
    </Shown>
  );
}

function Line({ of }: { of: ReturnType<typeof folded>[number] }) {
  const t = useTexts(servicesTexts);
  const key = of.key === undefined ? '' : `${of.key} · `;
  if ('probes' in of) {
    return (
      <li>
        <Time at={of.from} /> – <Time at={of.at} />{' '}
        <span class="quiet">
          {key}
          {t('probesFailed', { count: of.probes })}
        </span>
      </li>
    );
  }
  const { at, from, to, by } = of;
  return (
    <li>
      <Time at={at} />{' '}
      <span>
        {stateText(t, from)} → <b>{stateText(t, to)}</b>
      </span>{' '}
      <span class="quiet">
        {key}
        {whyText(t, of)} · <bdi>{by}</bdi>
      </span>
    </li>
  );
}

/** Since when it is not closed, and why: each probe that fails starts `since` anew. */
export function Opening({ service, name, standing }: { service: string; name: string; standing: BreakerStanding }) {
  const t = useTexts(servicesTexts);
  const { key, state } = standing;
  const isOpen = state === 'OPEN' || state === 'HALF_OPEN';
  const [found, setFound] = useState<Transition>();
  useEffect(() => {
    setFound(undefined);
    if (!isOpen) return;
    const gone = new AbortController();
    void openingFrom(addressOf(service, name, 200), key, gone.signal).then(setFound, () => undefined);
    return () => gone.abort();
  }, [service, name, key, isOpen]);
  return found === undefined || !isOpen ? null : (
    <>
      <dt>{t('notClosed')}</dt>
      <dd>
        <Time at={found.at} />
        <span class="quiet"> · {whyText(t, found)}</span>
      </dd>
    </>
  );
}

async function openingFrom(
  address: string,
  key: string | undefined,
  signal: AbortSignal,
  cursor?: string,
  pages = 1,
): Promise<Transition | undefined> {
  const page = await pageAfter(address, cursor, signal);
  const found = openingOf(page.transitions, key);
  if (found || page.cursor === undefined || pages === MOST_PAGES) return found;
  return openingFrom(address, key, signal, page.cursor, pages + 1);
}

/** `too many failed: 13 of 20`. */
function whyText(t: Told, { cause, reason, counts }: Transition): string {
  if (reason !== undefined) return reason;
  const of = counts?.calls;
  const bad = cause === 'slowRate' ? counts?.slow : counts?.failures;
  const why = causeText(t, cause);
  return of === undefined || bad === undefined ? why : t('causeOf', { why, bad: countOf(bad), of: countOf(of) });
}

const stateText = (t: Told, state: string): string => wordFor(t, `breaker.${state}`) ?? state;

export const causeText = (t: Told, cause: string): string => wordFor(t, `cause.${cause}`) ?? cause;

/** A newer flyball may know what this page has no words for. */
const wordFor = (t: Told, key: string): string | undefined =>
  Object.hasOwn(servicesTexts.en, key) ? t(key as Key) : undefined;

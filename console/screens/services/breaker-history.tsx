// How a breaker came to be as it is: its transitions, newest first, and the words for their causes.
import { path } from '../../api/client.ts';
import { useLive } from '../../api/live.ts';
import { Shown } from '../../parts/shown.tsx';
import { Time } from '../../parts/time.tsx';
import { useTexts, type Tell } from '../../text/language.ts';
import type { Transitions } from './answers.ts';
import { servicesTexts } from './texts.ts';

type Key = keyof typeof servicesTexts.en;
type Told = Tell<Key>;

const HISTORY = 20;

export function History({ service, name }: { service: string; name: string }) {
  const t = useTexts(servicesTexts);
  const live = useLive<Transitions>(
    `${path`/v1/services/${service}/breakers/${name}/transitions`}?limit=${String(HISTORY)}`,
    5_000,
  );
  return (
    <Shown of={live}>
      {({ transitions }) =>
        transitions.length === 0 ? (
          <p class="quiet">{t('noTransitions')}</p>
        ) : (
          <ol class="history">
            {transitions.map(({ at, from, to, cause, reason, by, key }) => (
              <li key={`${at} ${to} ${key ?? ''}`}>
                <Time at={at} />{' '}
                <span>
                  {stateText(t, from)} → <b>{stateText(t, to)}</b>
                </span>{' '}
                <span class="quiet">
                  {key === undefined ? '' : `${key} · `}
                  {reason ?? causeText(t, cause)} · {by}
                </span>
              </li>
            ))}
          </ol>
        )
      }
    </Shown>
  );
}

const stateText = (t: Told, state: string): string => wordFor(t, `breaker.${state}`) ?? state;

export const causeText = (t: Told, cause: string): string => wordFor(t, `cause.${cause}`) ?? cause;

/** A newer flyball may know what this page has no words for. */
const wordFor = (t: Told, key: string): string | undefined =>
  Object.hasOwn(servicesTexts.en, key) ? t(key as Key) : undefined;

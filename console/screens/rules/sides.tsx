// Both sides of a gray publication beside each other: what was counted of each, and what whoever judges says to it.
import { countOf, percentOf } from '../../parts/number.ts';
import { State } from '../../parts/state.tsx';
import { durationOf, Time } from '../../parts/time.tsx';
import { useTexts } from '../../text/language.ts';
import type { Beside, Figures, Judgement } from './answers.ts';
import { rulesTexts } from './texts.ts';

const VERDICTS = { 'better-or-equal': 'ok', worse: 'bad', 'not enough traffic': 'unknown' } as const;

export function Verdict({ of: { verdict, reason, next } }: { of: Judgement }) {
  const t = useTexts(rulesTexts);
  return (
    <div class="row" aria-live="polite">
      <State kind={VERDICTS[verdict]}>{t(`verdict.${verdict}`)}</State>
      {reason === '' ? null : <span>{reason}</span>}
      <span class="quiet">{t(`next.${next}`)}</span>
    </div>
  );
}

const isKnown = ({ gray, rest }: Beside): boolean => gray.requests + rest.requests > 0;
/** Counts of a minute are merged when it is over. */
const isCovered = ({ since, completeUntil = '' }: Beside): boolean => completeUntil > since;

/** Whether a minute was, also one without requests: before that there is nothing to judge by. */
export const isCounted = (of: Beside): boolean => isKnown(of) || isCovered(of);

interface SidesProps {
  of: Beside;
  revision: number;
  base: number;
}

/** Both sides beside each other, since the step began. */
export function Sides({ of, revision, base }: SidesProps) {
  const { since, completeUntil, gray, rest } = of;
  const t = useTexts(rulesTexts);
  const share = (part: number, of: number) => (of > 0 ? percentOf(part / of) : '–');
  const known = isKnown(of);
  const rows: readonly (readonly [string, (side: Figures) => string])[] = [
    [t('requests'), ({ requests }) => countOf(requests)],
    [t('failures'), ({ failed, requests, refused }) => share(failed, requests - refused)],
    [t('refused'), ({ refused, requests }) => share(refused, requests)],
    ['p99', ({ p99Ms }) => (p99Ms === undefined ? '–' : durationOf(p99Ms))],
  ];
  return (
    <>
      <table class="sides">
        <thead>
          <tr>
            <td />
            <th scope="col">{t('graySide', { revision })}</th>
            <th scope="col">{t('restSide', { revision: base })}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([title, figure]) => (
            <tr key={title}>
              <th scope="row">{title}</th>
              <td class="number">{known ? figure(gray) : '–'}</td>
              <td class="number">{known ? figure(rest) : '–'}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="quiet">
        {known ? null : `${t(isCovered(of) ? 'nothingCounted' : 'notCounted')} `}
        {isCounted(of) ? (
          <>
            <Time at={since} /> – <Time at={completeUntil} />
          </>
        ) : null}
      </p>
    </>
  );
}

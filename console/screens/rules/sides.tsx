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

interface SidesProps {
  of: Beside;
  revision: number;
  base: number;
}

/** Both sides beside each other, since the step began. */
export function Sides({ of: { since, completeUntil, gray, rest }, revision, base }: SidesProps) {
  const t = useTexts(rulesTexts);
  const share = (part: number, of: number) => (of > 0 ? percentOf(part / of) : '–');
  const rows: readonly (readonly [string, (side: Figures) => string])[] = [
    [t('requests'), ({ requests }) => countOf(requests)],
    [t('failures'), ({ failed, requests, refused }) => share(failed, requests - refused)],
    [t('refused'), ({ refused, requests }) => share(refused, requests)],
    ['p99', ({ p99Ms }) => (p99Ms === undefined ? '–' : durationOf(p99Ms))],
  ];
  // Counts of a minute are merged when it is over, and there may be nothing to count.
  const isKnown = gray.requests + rest.requests > 0;
  const isCovered = completeUntil !== undefined && completeUntil > since;
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
          {rows.map(([title, of]) => (
            <tr key={title}>
              <th scope="row">{title}</th>
              <td class="number">{isKnown ? of(gray) : '–'}</td>
              <td class="number">{isKnown ? of(rest) : '–'}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="quiet">
        {isKnown ? null : `${t(isCovered ? 'nothingCounted' : 'notCounted')} `}
        <Time at={since} /> – {isCovered ? <Time at={completeUntil} /> : '…'}
      </p>
    </>
  );
}

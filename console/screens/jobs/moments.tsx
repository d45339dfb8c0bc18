// Moments to come, each by the clock of the job and by that of the viewer.
import { utcOf } from '../../parts/time.tsx';
import { locale, useLanguage, useTexts } from '../../text/language.ts';
import { jobsTexts } from './texts.ts';

/** Where the viewer is, as their browser knows it. */
export const viewersZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

export function Moments({ at, timezone = 'UTC' }: { at: readonly string[]; timezone: string | undefined }) {
  const t = useTexts(jobsTexts);
  useLanguage();
  const here = viewersZone();
  const there = formatOf(timezone);
  const mine = formatOf(here);
  const isOne = timezone === here;
  return (
    <div class="moments">
      <table>
        <thead>
          <tr>
            <th scope="col">{timezone}</th>
            {isOne ? null : <th scope="col">{t('yourTime', { zone: here })}</th>}
          </tr>
        </thead>
        <tbody>
          {at.map((moment) => (
            <tr key={moment} title={utcOf(moment)}>
              <td class="number">{there.format(Date.parse(moment))}</td>
              {isOne ? null : <td class="number quiet">{mine.format(Date.parse(moment))}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const shape = { weekday: 'short', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' } as const;
  try {
    return new Intl.DateTimeFormat(locale(), { ...shape, timeZone });
  } catch {
    // A zone that this browser does not know is shown as UTC, by its own name.
    return new Intl.DateTimeFormat(locale(), { ...shape, timeZone: 'UTC', timeZoneName: 'short' });
  }
}

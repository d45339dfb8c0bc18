// Spans of time as people read them: in the two largest units that they have. Pure.
import type { Language } from '../text/language.ts';

const UNITS = { en: ['d', 'h', 'min', 's'], zh: ['天', '小时', '分', '秒'] } as const;
const SECONDS = [86_400, 3_600, 60, 1] as const;
/** What is left of more than this is told without its seconds. */
const CALM_SECONDS = 600;

/** `1 d 2 h`, `3 min 4 s`; of whole seconds, one at least. */
export function spanOf(seconds: number, language: Language): string {
  const parts = SECONDS.map((size, i) => {
    const larger = SECONDS[i - 1] ?? Infinity;
    return [Math.floor((seconds % larger) / size), UNITS[language][i]] as const;
  });
  const first = parts.findIndex(([count]) => count > 0);
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${String(count)} ${String(unit)}`)
    .join(' ');
}

/** What is left, second by second only in the end: `23 h 33 min`, `9 min 59 s`. Undefined when nothing is. */
export function leftOf(ms: number, language: Language): string | undefined {
  if (!(ms > 0)) return undefined;
  const seconds = Math.ceil(ms / 1_000);
  return spanOf(seconds < CALM_SECONDS ? seconds : seconds - (seconds % 60), language);
}

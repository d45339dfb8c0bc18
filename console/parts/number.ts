// Counts, rates and shares as people read them.
import { locale } from '../text/language.ts';

/** `1,234`, `12.3K`. */
export function countOf(value: number): string {
  return value >= 10_000
    ? value.toLocaleString(locale(), { notation: 'compact', maximumFractionDigits: 1 })
    : value.toLocaleString(locale(), { maximumFractionDigits: value < 10 ? 2 : 0 });
}

/** `12.3/s`. */
export const rateOf = (perSecond: number): string =>
  `${perSecond.toLocaleString(locale(), { maximumFractionDigits: perSecond < 1 ? 3 : perSecond < 100 ? 1 : 0 })}/s`;

/** `1.2 %` of a share from 0 to 1; what is there but rounds to nothing is `<0.01 %`. */
export function percentOf(share: number): string {
  if (share > 0 && share < 0.0001)
    return `<${(0.0001).toLocaleString(locale(), { style: 'percent', maximumFractionDigits: 2 })}`;
  return share.toLocaleString(locale(), { style: 'percent', maximumFractionDigits: share < 0.1 ? 2 : 1 });
}

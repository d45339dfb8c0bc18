// Weeks as ISO 8601 counts them.
import { describe, expect, it } from 'vitest';
import { weekOf, weekWith } from '../../../../functions/alerting/weeks.ts';

describe('a week', () => {
  it.each([
    ['2026-W47', '2026-11-16'],
    ['2026-W01', '2025-12-29'],
    ['2026-W53', '2026-12-28'],
    ['2027-W01', '2027-01-04'],
    ['2020-W53', '2020-12-28'],
    ['2021-W01', '2021-01-04'],
  ])('%s begins on %s', (week, monday) => {
    const from = Date.parse(monday);
    expect(weekOf(week)).toEqual({ from, until: from + 7 * 86_400_000 });
    expect([from, from + 7 * 86_400_000 - 1].map(weekWith)).toEqual([week, week]);
  });

  it.each(['2025-W53', '2026-W00', '2026-W54', '2026-47', ''])('"%s" is none', (text) => {
    expect(weekOf(text)).toBeUndefined();
  });
});

// Weeks as ISO 8601 counts them.
import { describe, expect, it } from 'vitest';
import { besides, weekAt } from '../../../../console/screens/alerts/weeks.ts';

describe('the week of a moment', () => {
  it.each([
    ['2026-11-22T23:59:59.999Z', '2026-W47'],
    ['2026-11-23T00:00:00Z', '2026-W48'],
    ['2026-01-01T00:00:00Z', '2026-W01'],
    ['2027-01-01T12:00:00Z', '2026-W53'],
    ['2025-12-29T00:00:00Z', '2026-W01'],
    ['2024-12-30T00:00:00Z', '2025-W01'],
    ['2021-01-03T23:00:00Z', '2020-W53'],
  ])('%s is in %s', (at, week) => expect(weekAt(Date.parse(at))).toBe(week));

  it('has a week before it and one after it, over the year too', () => {
    const from = Date.parse('2026-12-28T00:00:00Z');
    expect(besides(from, from + 7 * 86_400_000)).toEqual(['2026-W52', '2027-W01']);
  });
});

import { describe, expect, it } from 'vitest';
import {
  behindMs,
  completeUntil,
  isSettled,
  settledByTime,
  settledFor,
  shownSettled,
} from '../../../../../functions/telemetry/series/settled.ts';

const NOON = Date.UTC(2026, 0, 5, 12);
const MINUTE = 60_000;
const NOW = NOON + 10 * MINUTE + 20_000;

describe('what the merge has settled', () => {
  it('is, before anything is known of the merge, what it should have by now', () => {
    expect(settledFor('orders', undefined, NOW)).toEqual({ upTo: NOON + 7 * MINUTE, open: [] });
  });

  it('is what it says, and of a service without what is open of it or of all', () => {
    const open = {
      '*': [[NOON + 2 * MINUTE, NOON + 3 * MINUTE]],
      orders: [[NOON, NOON + MINUTE]],
      payments: [[NOON - MINUTE, NOON]],
    } as const;
    const settled = settledFor('orders', { upTo: NOON + 8 * MINUTE, open }, NOW);
    expect(settled.open).toEqual([
      [NOON, NOON + MINUTE],
      [NOON + 2 * MINUTE, NOON + 3 * MINUTE],
    ]);
    expect(completeUntil(settled)).toBe(NOON);
    const minutes = Array.from({ length: 10 }, (_, i) => NOON + i * MINUTE);
    expect(minutes.map((at) => isSettled(settled, at, at + MINUTE))).toEqual([
      ...[false, true, false, true, true, true, true, true],
      ...[false, false],
    ]);
    expect(isSettled(settled, NOON, NOON + 5 * MINUTE)).toBe(false);
  });

  it.each([
    ['has just passed', NOON + 8 * MINUTE, 0],
    ['will pass within this minute', NOON + 7 * MINUTE, 0],
    ['has missed a turn', NOON + 6 * MINUTE, MINUTE],
    ['has stood for an hour', NOON - 53 * MINUTE, 60 * MINUTE],
  ])('is behind by as much as it should be later, when the merge %s', (_what, upTo, behind) => {
    const settled = settledFor('orders', { upTo, open: {} }, NOW);
    expect(behindMs(settled, NOW)).toBe(behind);
    expect(shownSettled(settled, NOW, NOW)).toEqual({
      completeUntil: new Date(upTo).toISOString(),
      ...(behind > 0 ? { behindMs: behind } : {}),
    });
  });

  it('is never said to be later than the range that was asked for', () => {
    expect(shownSettled(settledByTime(NOW), NOON, NOW)).toEqual({ completeUntil: '2026-01-05T12:00:00.000Z' });
  });
});

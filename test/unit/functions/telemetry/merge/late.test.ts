// What instances name late is not believed.
import { expect, it } from 'vitest';
import { lateMinutesOf, nameOf } from '../../../../../functions/telemetry/merge/late.ts';
import type { TelemetryMinute } from '../../../../../store/items/telemetry.ts';

const TEN = Date.UTC(2026, 0, 5, 10);
const DAY: readonly [number, number] = [TEN - 23 * 3_600_000, TEN];

const lateOf = (late: readonly string[] | undefined) =>
  lateMinutesOf({ instance: 'a', late } as TelemetryMinute, TEN, DAY).map(({ at }) => new Date(at).toISOString());

it.each([
  [undefined, []],
  [['2026-01-05T09:00'], ['2026-01-05T09:00:00.000Z']],
  [['2026-01-05T09:00', '2026-01-05T09:00'], ['2026-01-05T09:00:00.000Z']],
  // Not over for good, or from before anything can be merged.
  [['2026-01-05T10:00', '2026-01-04T10:59', '2031-01-05T09:00'], []],
  [['2026-01-05', '2026-13-05T09:00', 'now', '2026-01-05T09:00:30'], []],
])('%j are the minutes %j', (late, minutes) => {
  expect(lateOf(late)).toEqual(minutes);
});

it('no instance names more than a few', () => {
  const all = Array.from({ length: 500 }, (_, i) => new Date(TEN - (i + 1) * 60_000).toISOString().slice(0, 16));
  expect(lateOf(all)).toHaveLength(60);
});

it('who named which minute where is told apart', () => {
  const names = [
    nameOf('orders', { at: TEN, instance: 'a', namedIn: TEN }),
    nameOf('orders', { at: TEN, instance: 'b', namedIn: TEN }),
    nameOf('orders', { at: TEN, instance: 'a', namedIn: TEN + 60_000 }),
    nameOf('payments', { at: TEN, instance: 'a', namedIn: TEN }),
  ];
  expect(new Set(names).size).toBe(names.length);
});

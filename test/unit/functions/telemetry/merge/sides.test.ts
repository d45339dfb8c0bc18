// What a minute of a gray publication comes to, by revision, whatever its instances put.
import { describe, expect, it } from 'vitest';
import { sidesOf } from '../../../../../functions/telemetry/merge/sides.ts';
import { Slot } from '../../../../../functions/telemetry/sums/slot.ts';
import { Histogram } from '../../../../../middleware/telemetry/histogram.ts';
import type { MinuteDetail } from '../../../../../store/items/telemetry-detail.ts';
import type { TelemetryMinute } from '../../../../../store/items/telemetry.ts';

const FROM = Date.UTC(2026, 0, 5, 10);

const durations = (...values: number[]) => {
  const histogram = new Histogram();
  for (const value of values) histogram.record(value);
  return histogram.encode();
};
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');

function minuteOf(outcomes: Record<string, number>, values: number[]): TelemetryMinute {
  return {
    ...{ service: 'orders', instance: 'a', from: FROM, to: FROM + 60_000, revision: 3, version: '0.3.0' },
    ...{ functionName: 'orders-prod', functionVersion: '3', cell: '' },
    ...{ calls: {}, attempts: {}, refusals: {}, shadow: {}, transitions: {}, internal: {} },
    resources: { create: { outcomes, durations: durations(...values), maxMs: 10 } },
  };
}

function sidesAfter(...minutes: readonly (readonly [TelemetryMinute, MinuteDetail])[]) {
  const slot = new Slot();
  for (const [minute, detail] of minutes) slot.addMinute(minute, detail);
  return sidesOf(slot);
}

describe('the sides of a minute', () => {
  it('are nothing when no instance tells revisions apart', () => {
    expect(sidesAfter([minuteOf({ ok: 2 }, [1, 1]), {}])).toBeUndefined();
  });

  it('are summed up by revision, beside all there was', () => {
    const told = {
      sides: { 3: { outcomes: { ok: 1 } }, 4: { outcomes: { '503': 1 }, durations: text(durations(8)) } },
    };
    const sides = sidesAfter([minuteOf({ ok: 1, '503': 1 }, [1, 8]), told], [minuteOf({ ok: 5 }, [1, 1, 1, 1, 1]), {}]);
    expect(sides).toEqual({
      all: {
        outcomes: { ok: 6, '503': 1, refused: 0 },
        durations: [
          [-1, 6],
          [47, 1],
        ],
      },
      sides: {
        3: { outcomes: { ok: 1 }, durations: [] },
        4: { outcomes: { '503': 1 }, durations: [[47, 1]] },
      },
    });
  });

  it('are compared with all that access let in', () => {
    const minute = {
      ...minuteOf({ ok: 4, refused: 9 }, [1]),
      refusals: { 'access/default/create': 7, 'throttle/all/create': 2 },
    };
    const sides = sidesAfter([minute, { sides: { 4: { outcomes: { refused: 2 } } } }]);
    expect(sides).toMatchObject({
      all: { outcomes: { ok: 4, refused: 2 } },
      sides: { 4: { outcomes: { refused: 2 } } },
    });
  });

  it.each([
    ['no number', { 'nine or so': { outcomes: { ok: 1 } } }],
    ['nothing', { 4: null }],
    ['a text', 'four'],
  ])('are not what %s says', (_, sides) => {
    const detail = { sides } as unknown as MinuteDetail;
    expect(sidesAfter([minuteOf({ ok: 1 }, [1]), detail])).toBeUndefined();
  });

  it('of more revisions than a fleet can have are not kept', () => {
    const sides = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [String(i + 1), { outcomes: { ok: 1 } }]));
    expect(Object.keys(sidesAfter([minuteOf({ ok: 50 }, [1]), { sides }])?.sides ?? {})).toHaveLength(8);
  });
});

// What `Date` headers of one second's resolution prove about the store's clock.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DateSample, narrow, type SkewRecord } from '../../../store/skew.ts';

/** An answer of a store whose clock is ahead of ours by `offsetMs`, which read it in the middle of the exchange. */
function sample(offsetMs: number, sentAtMs: number, roundTripMs: number): DateSample {
  const storeMs = sentAtMs + roundTripMs / 2 + offsetMs;
  return { sentAtMs, receivedAtMs: sentAtMs + roundTripMs, dateMs: Math.floor(storeMs / 1000) * 1000 };
}

const after = (samples: readonly DateSample[]) =>
  samples.reduce<SkewRecord | undefined>((record, next) => narrow(record, next), undefined);

describe('one sample', () => {
  it.each([
    { sent: 5_000, received: 5_010, date: 5_000, low: -11, high: 1000 },
    { sent: 5_990, received: 6_000, date: 6_000, low: -1, high: 1010 },
    { sent: 5_000, received: 5_100, date: 65_000, low: 59_899, high: 61_000 },
  ])('of $date sent $sent received $received allows [$low, $high]', ({ sent, received, date, low, high }) => {
    const record = narrow(undefined, { sentAtMs: sent, receivedAtMs: received, dateMs: date });
    expect(record).toEqual({ lowMs: low, highMs: high, atMs: received });
  });
});

describe('several samples', () => {
  it('cut the offset down to about a round trip', () => {
    const samples = Array.from({ length: 40 }, (_, i) => sample(300, i * 4025, 6));
    const record = after(samples);
    expect(record?.lowMs).toBeGreaterThan(250);
    expect(record?.highMs).toBeLessThan(350);
  });

  it('never exclude the true offset, whatever the timing', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -120_000, max: 120_000 }),
        fc.array(fc.tuple(fc.integer({ min: 0, max: 60_000 }), fc.integer({ min: 0, max: 250 })), { minLength: 1 }),
        (offsetMs, steps) => {
          let nowMs = 1_763_700_000_000;
          const samples = steps.map(([gapMs, roundTripMs]) => sample(offsetMs, (nowMs += gapMs + 250), roundTripMs));
          const record = after(samples);
          expect(record?.lowMs).toBeLessThanOrEqual(offsetMs);
          expect(record?.highMs).toBeGreaterThanOrEqual(offsetMs);
        },
      ),
    );
  });

  it('widen again with time, since clocks drift', () => {
    const early = after(Array.from({ length: 40 }, (_, i) => sample(0, i * 4025, 6)));
    const hourLater = narrow(early, sample(0, 3_600_500 + 40 * 4025, 6));
    expect(hourLater.highMs - hourLater.lowMs).toBeGreaterThan((early?.highMs ?? 0) - (early?.lowMs ?? 0));
  });

  it('start again when one contradicts the others: a clock was set', () => {
    const record = after([sample(0, 10_000, 10), sample(0, 14_500, 10), sample(-90_000, 20_000, 10)]);
    expect(record?.highMs).toBe(-89_000);
  });
});

import { describe, expect, it } from 'vitest';
import { countedUpToMs, eventsOf } from '../../../../../functions/telemetry/slo/events.ts';
import { badRefusals, whoseDoing } from '../../../../../functions/telemetry/slo/refusals.ts';
import type { SumData } from '../../../../../functions/telemetry/sums/data.ts';
import { Histogram, RELATIVE_ERROR } from '../../../../../middleware/telemetry/histogram.ts';

const whose = whoseDoing({
  resources: {
    'create-order': { match: { trigger: 'http', path: '/orders' } },
    settle: { match: { trigger: 'queue', source: 'settlement' } },
  },
  throttles: {
    'per-client': { key: ['client'], limit: '5/s' },
    everyone: { limit: '100/s' },
    empty: { key: [], limit: '1/s' },
  },
});

describe('whose doing a refusal is', () => {
  it.each([
    ['access/require/create-order', 'callers'],
    ['throttle/per-client/create-order', 'callers'],
    ['throttle/everyone/create-order', 'service'],
    ['throttle/empty/create-order', 'service'],
    ['throttle/no-longer-there/create-order', 'service'],
    ['throttle/everyone/settle', 'deferred'],
    ['throttle/per-client/settle', 'deferred'],
    ['throttle/constructor/toString', 'service'],
    ['shed/shedding/create-order', 'service'],
    ['shed/paused/create-order', 'service'],
    ['shed/payments/create-order', 'service'],
    ['shed/paused/settle', 'deferred'],
    ['breaker/payments/create-order', 'service'],
    ['deadline/create-order/create-order', 'service'],
    ['other', 'service'],
  ])('%s: %s', (refusal, doing) => {
    expect(whose(refusal)).toBe(doing);
  });
});

describe('refusals that are bad', () => {
  const [client, everyone, queue, breaker, paused] = [
    'throttle/per-client/create-order',
    'throttle/everyone/create-order',
    'throttle/everyone/settle',
    'breaker/payments/create-order',
    'shed/paused/create-order',
  ];
  it.each([
    ['none', 0, {}, 0],
    ['those of a limit for all', 7, { [everyone]: 7 }, 7],
    ['those that were shed', 5, { [paused]: 5 }, 5],
    ['not those of callers', 9, { [client]: 9 }, 0],
    ['what is left of a mixture', 16, { [client]: 9, [everyone]: 7 }, 7],
    ['not a queue’s batches, refused whole: their records come again', 2, { [queue]: 20 }, 0],
    ['not calls that a fallback answered', 0, { [breaker]: 40 }, 0],
    ['no more than requests were refused', 3, { [breaker]: 40 }, 3],
    ['no more than the service’s own', 12, { [queue]: 90, [everyone]: 5 }, 5],
    ['none when only callers’ are known of', 3, { [client]: 9 }, 0],
  ])('are %s', (_what, refused, refusals, bad) => {
    expect(badRefusals(refused, refusals, whose)).toBe(bad);
  });
});

describe('availability', () => {
  const of = (data: SumData) => eventsOf(data, { latencyMs: undefined }, whose);

  it.each([
    ['ok', 0],
    ['404', 0],
    ['401', 0],
    ['throttled', 0],
    ['business:CARD_DECLINED', 0],
    ['500', 1],
    ['503', 1],
    ['error', 1],
    ['timeout', 1],
    ['connect', 1],
  ])('%s counts, and %d of it is bad', (outcome, bad) => {
    expect(of({ outcomes: { [outcome]: 1 } })).toEqual({ total: 1, bad, uncertain: 0 });
  });

  it('leaves out whom a rule turns away, so that they hide no failures', () => {
    const outcomes = { ok: 90, '503': 10, refused: 1_000_000 };
    const refusals = { 'access/require/create-order': 999_995, 'throttle/everyone/create-order': 5 };
    expect(of({ outcomes, refusals })).toEqual({ total: 105, bad: 15, uncertain: 0 });
  });

  it('of nothing is nothing', () => {
    expect(of({})).toEqual({ total: 0, bad: 0, uncertain: 0 });
  });
});

describe('latency', () => {
  const packed = (...durations: number[]): SumData => {
    const histogram = new Histogram();
    for (const ms of durations) histogram.record(ms);
    return { durations: Buffer.from(histogram.encode()).toString('base64') };
  };
  const of = (latencyMs: number, data: SumData) => eventsOf(data, { latencyMs }, whose);

  it('counts what was served, and what took longer', () => {
    expect(of(300, packed(10, 200, 250, 350, 900))).toEqual({ total: 5, bad: 2, uncertain: 0 });
  });

  it('is exact where a bucket ends: what takes as long as the threshold is good', () => {
    expect(of(256, packed(255.9, 256, 256.1))).toEqual({ total: 3, bad: 1, uncertain: 0 });
  });

  it('says how many lie in the bucket that the threshold cuts', () => {
    // 300 ms lies between 291.7 and 304.4, and is nearer to the latter.
    expect(of(300, packed(291, 294, 299, 301, 304, 305))).toEqual({ total: 6, bad: 1, uncertain: 4 });
    expect(of(294, packed(291, 293.6, 299))).toEqual({ total: 3, bad: 2, uncertain: 2 });
  });

  it.each([1, 7, 99, 300, 500, 1_234, 60_000])('cuts at most as far from %d ms as a percentile may be off', (ms) => {
    expect(Math.abs(countedUpToMs(ms) - ms) / ms).toBeLessThanOrEqual(RELATIVE_ERROR * 1.02);
  });

  it('never tells more wrongly than it says: the true count lies within what is uncertain', () => {
    for (let seed = 1; seed < 50; seed++) {
      const durations = Array.from({ length: 200 }, (_, i) => 50 * 1.02 ** ((i * 7 * seed) % 200));
      const threshold = 100 + 17 * seed;
      const { bad, uncertain } = of(threshold, packed(...durations));
      const truth = durations.filter((ms) => ms > threshold).length;
      expect(Math.abs(bad - truth)).toBeLessThanOrEqual(uncertain);
    }
  });

  it('of what has no durations, or no histogram, is nothing', () => {
    expect(of(300, { outcomes: { refused: 9 } })).toEqual({ total: 0, bad: 0, uncertain: 0 });
    expect(of(300, { durations: '' })).toEqual({ total: 0, bad: 0, uncertain: 0 });
  });
});

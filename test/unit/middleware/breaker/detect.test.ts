// When what the fleet has counted opens its breaker: rates, the least number of calls, and the quorum.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  autoQuorum,
  detect,
  instancesOf,
  isPast,
  tripReason,
  type DetectSettings,
  type Fleet,
} from '../../../../middleware/breaker/detect.ts';
import type { BreakerTally, Tallied } from '../../../../store/items/breaker-tallies.ts';

const NOW = 1_800_000_000_000;
const settings: DetectSettings = {
  window: { kind: 'time', bucketMs: 3_000 },
  minimumCalls: 20,
  failureRate: 0.5,
  slowRate: 0.8,
  surge: { bucketMs: 100, failureRate: 0.5, minimumCalls: 20 },
  quorum: 'auto',
};
const tally = (of: Tallied, count: number, width: number, start = NOW): BreakerTally => ({ of, start, width, count });
const present = (count: number, start = NOW) => tally('present', count, 6_000, start);
const bucket = (calls: number, failures: number, slow = 0) => ({
  ...{ index: NOW / 3_000, widthMs: 3_000 },
  ...{ calls, failures, slow },
});
const fleet = (tallies: BreakerTally[], buckets = [bucket(0, 0)]): Fleet => ({ tallies, buckets, epoch: 0 });
const reasonOf = (given: Fleet, rule = settings) => detect(given, rule, rule.minimumCalls, NOW + 90).trip?.reason;

describe('the window', () => {
  const slow = { ...settings, surge: undefined };

  it.each<[number, number, number, string | undefined]>([
    [19, 19, 0, undefined],
    [20, 9, 0, undefined],
    [20, 10, 0, 'failureRate'],
    [20, 0, 15, undefined],
    [20, 0, 16, 'slowRate'],
  ])('%i calls, %i failures, %i slow: %s', (calls, failures, slowCalls, reason) => {
    expect(tripReason({ calls, failures, slow: slowCalls }, settings)).toBe(reason);
    const given = fleet([tally('failing', 3, 30_000)], [bucket(calls, failures, slowCalls)]);
    expect(reasonOf(given, slow)).toBe(reason);
  });

  it('of calls is the last ten segments', () => {
    const rule: DetectSettings = { ...slow, window: { kind: 'calls', segmentCalls: 10 } };
    const given = [tally('segmentCalls', 20, 10, 0), tally('segmentFailures', 10, 10, 0)];
    expect(reasonOf(fleet(given), rule)).toBeUndefined();
    expect(reasonOf(fleet([...given, tally('blockFailing', 1, 10, 0)]), rule)).toBe('failureRate');
  });

  it('opens on fewer calls while it ramps', () => {
    const given = fleet([tally('failing', 3, 30_000)], [bucket(5, 5)]);
    expect(detect(given, slow, 5, NOW).trip?.reason).toBe('failureRate');
    expect(detect(given, slow, 20, NOW).trip).toBeUndefined();
  });

  it('never opens without a failure, whatever the rate', () => {
    const rule = { ...settings, failureRate: 0 };
    expect(tripReason({ calls: 100, failures: 0, slow: 0 }, rule)).toBeUndefined();
  });
});

describe('a young window', () => {
  const since = (epochMs: number, more: BreakerTally[] = [], rule = settings): string | undefined => {
    const epoch = NOW + 90 - epochMs;
    const told = [tally('failing', 12, 30_000, NOW), tally('reporters', 12, 600, NOW), ...more];
    return reasonOf({ tallies: told, buckets: [{ ...bucket(24, 12), index: NOW / 3_000 - 2 }], epoch }, rule);
  };
  const slowly = { ...settings, surge: undefined };

  it('does not open on who fails having told first: the others of the fleet have made calls as well', () => {
    const busy = tally('busy', 12 * 60, 600, NOW);
    expect(since(90, [present(100), busy], slowly)).toBeUndefined();
    expect(since(90, [present(12), busy], slowly)).toBe('failureRate');
  });

  it('is judged as it is when everybody has had the time to tell', () => {
    expect(since(6_000, [present(100), tally('busy', 12 * 60, 600, NOW)], slowly)).toBe('failureRate');
  });

  it('does not open because the few that failed have made no other call lately: the others may have', () => {
    const few = [present(24), tally('failing', 10, 30_000), tally('reporters', 2, 600)];
    const told = fleet(few, [{ ...bucket(20, 10), index: NOW / 3_000 - 2 }]);
    expect(reasonOf({ ...told, epoch: NOW - 4_800 }, slowly)).toBeUndefined();
    expect(reasonOf({ ...told, epoch: NOW - 6_000 }, slowly)).toBe('failureRate');
  });

  it('of slow calls alone is not judged before, where not all have told', () => {
    const given = (epoch: number) => ({
      ...fleet([present(100), tally('failing', 12, 30_000, NOW)], [{ ...bucket(24, 0, 24), index: NOW / 3_000 - 2 }]),
      epoch,
    });
    expect(reasonOf(given(NOW), slowly)).toBeUndefined();
    expect(reasonOf(given(NOW - 6_000), slowly)).toBe('slowRate');
  });
});

describe('the quorum', () => {
  it.each([
    [0, 1],
    [2, 1],
    [3, 2],
    [9, 2],
    [10, 3],
    [10_000, 3],
  ])('of %i instances is %i', (instances, quorum) => {
    expect(autoQuorum(instances)).toBe(quorum);
  });

  it('one bad environment trips nobody, however much of the traffic it has', () => {
    const bad = [present(50), tally('failing', 1, 30_000), tally('reporters', 1, 600), tally('failures', 90, 100)];
    expect(reasonOf(fleet(bad, [bucket(100, 90)]))).toBeUndefined();
    const three = [present(50), tally('failing', 3, 30_000), tally('reporters', 3, 600), tally('failures', 90, 100)];
    expect(reasonOf(fleet(three, [bucket(100, 90)]))).toBe('surge');
  });

  it.each([
    [1, 'surge'],
    [2, undefined],
    [32, undefined],
  ])('of the last one in an item of %i is that of its fleet: %s', (shards, reason) => {
    const left = [present(1), tally('failing', 1, 30_000), tally('reporters', 1, 600), tally('failures', 90, 100)];
    expect(reasonOf({ ...fleet(left, [bucket(100, 90)]), shards })).toBe(reason);
  });

  it('of a divided fleet is never passed by two, whatever is known of it', () => {
    const count = fc.nat(10_000);
    fc.assert(
      fc.property(
        fc.record({ calls: count, failures: count, fast: count, failing: fc.nat(2), reporters: fc.nat(2) }),
        fc.record({ instances: fc.nat(500), busy: count, shards: fc.integer({ min: 2, max: 32 }) }),
        ({ calls, failures, fast, failing, reporters }, { instances, busy, shards }) => {
          const given = fleet(
            [
              ...[present(instances), tally('failing', failing, 30_000), tally('failures', fast, 100)],
              ...[tally('reporters', reporters, 600), tally('busy', busy, 600)],
            ],
            [bucket(calls + failures, failures)],
          );
          expect(reasonOf({ ...given, shards })).toBeUndefined();
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('that the rule names is what it takes', () => {
    const rule = { ...settings, quorum: 5, surge: undefined };
    const failing = (count: number) => fleet([present(2), tally('failing', count, 30_000)], [bucket(20, 20)]);
    expect(reasonOf(failing(4), rule)).toBeUndefined();
    expect(reasonOf(failing(5), rule)).toBe('failureRate');
  });

  it('counts an instance of two stretches once', () => {
    const twice = [present(4), tally('failing', 1, 30_000), tally('failing', 1, 30_000, NOW - 30_000)];
    expect(reasonOf(fleet(twice, [bucket(20, 20)]), { ...settings, surge: undefined })).toBeUndefined();
  });
});

describe('the surge', () => {
  const dead = [present(100), tally('reporters', 80, 600), tally('busy', 80 * 60, 600), tally('failures', 150, 100)];
  // It was well for half a minute.
  const well = Array.from({ length: 10 }, (_, age) => ({ ...bucket(6_000, 0), index: NOW / 3_000 - age }));

  it('a windowed rule of 50 % over 30 s opens 15 s into a total outage: the surge opens while the window shows 0.3 %', () => {
    expect(reasonOf(fleet(dead, well))).toBe('surge');
    expect(reasonOf(fleet(dead, well), { ...settings, surge: undefined })).toBeUndefined();
  });

  it('takes the fleet to be as busy as it was known to be, though few have failed', () => {
    const busier = well.map((one) => ({ ...one, calls: 60_000 }));
    expect(reasonOf(fleet(dead, busier))).toBeUndefined();
  });
});

it('quorum and least number of calls are never passed by fewer', () => {
  const count = fc.nat(60);
  fc.assert(
    fc.property(
      fc.record({
        calls: count,
        failures: count,
        fast: count,
        failing: fc.nat(5),
        reporters: fc.nat(5),
        instances: fc.nat(30),
      }),
      fc.integer({ min: 1, max: 50 }),
      fc.constantFrom('auto' as const, 1, 2, 4),
      ({ calls, failures, fast, failing, reporters, instances }, minimumCalls, quorum) => {
        const surge = { bucketMs: 100, failureRate: 0.5, minimumCalls };
        const rule = { ...settings, minimumCalls, quorum, surge };
        const given = fleet(
          [
            ...[present(instances), tally('failing', failing, 30_000)],
            ...[tally('reporters', reporters, 600), tally('failures', fast, 100)],
          ],
          [bucket(calls + failures, failures)],
        );
        const { trip } = detect(given, rule, minimumCalls, NOW + 90);
        if (!trip) return;
        const needed = quorum === 'auto' ? autoQuorum(instances) : quorum;
        if (trip.reason === 'surge') {
          expect(reporters).toBeGreaterThanOrEqual(needed);
          expect(fast).toBeGreaterThanOrEqual(0.5 * minimumCalls);
        } else {
          expect(failing).toBeGreaterThanOrEqual(needed);
          expect(calls + failures).toBeGreaterThanOrEqual(minimumCalls);
        }
      },
    ),
    { numRuns: 1_000 },
  );
});

describe('the size of the fleet', () => {
  it.each([
    ['those of this stretch', [present(5)], 5],
    ['those of the one before, while this one has begun', [present(1), present(8, NOW - 6_000)], 8],
    ['nobody who was here a minute ago', [present(9, NOW - 60_000)], 0],
  ])('is %s', (_what, tallies, instances) => {
    expect(instancesOf(tallies, NOW)).toBe(instances);
  });
});

it.each<[BreakerTally, boolean]>([
  [tally('failures', 1, 100, NOW - 600), false],
  [tally('failures', 1, 100, NOW - 700), true],
  [tally('reporters', 1, 600, NOW - 600), false],
  [tally('busy', 1, 600, NOW - 1_200), true],
  [tally('failing', 1, 30_000, NOW - 30_000), false],
  [tally('failing', 1, 30_000, NOW - 60_000), true],
  [present(1, NOW - 6_000), false],
  [present(1, NOW - 12_000), true],
])('%j has left every window: %s', (one, past) => {
  expect(isPast(one, [], 0, NOW)).toBe(past);
});

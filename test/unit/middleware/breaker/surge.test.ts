// The fast detector by tables: what the last moments must show for it to open, and what must not.
import { describe, expect, it } from 'vitest';
import { FAST_BUCKETS, surgeOf, type SurgeSettings } from '../../../../middleware/breaker/surge.ts';
import type { BreakerTally, Tallied } from '../../../../store/items/breaker-tallies.ts';

const settings: SurgeSettings = { bucketMs: 100, failureRate: 0.5, minimumCalls: 20 };
const SURGE_MS = 600;
/** At the beginning of a stretch of any width used here. */
const START = 1_800_000_000_000;

const tally = (of: Tallied, start: number, count: number, width = 100): BreakerTally => ({ of, start, width, count });

/** A fleet that fails at `share` from `START + diedMs` on, as it is known at `START + nowMs`; counted evenly. */
function seen(options: { instances: number; rps: number; share: number; diedMs: number; nowMs: number }) {
  const { instances, rps, share, diedMs, nowMs } = options;
  const tallies: BreakerTally[] = [];
  for (let from = 0; from < nowMs; from += 100) {
    const failingMs = Math.max(0, Math.min(nowMs, from + 100) - Math.max(from, diedMs));
    const count = Math.round((instances * rps * share * failingMs) / 1_000);
    if (count > 0) tallies.push(tally('failures', START + from, count));
  }
  for (let from = 0; from < nowMs; from += SURGE_MS) {
    tallies.push(tally('reporters', START + from, instances, SURGE_MS));
    tallies.push(tally('busy', START + from, instances * rps * 0.3 * 10, SURGE_MS));
  }
  return surgeOf(tallies, { instances, callsPerMs: 0, calls: 0 }, settings, 0, START + nowMs);
}

describe('a fleet of 1,000 instances at 20 rps', () => {
  it.each<[string, number, number, number, boolean]>([
    ['all failing for 150 ms', 1, 0, 150, true],
    ['all failing since the middle of a bucket', 1, 50, 200, true],
    ['all failing for 10 ms', 1, 140, 150, false],
    ['failing at 50 % for 250 ms, where a windowed rule never opens', 0.5, 0, 250, true],
    ['10 % failing for a second', 0.1, 0, 1_000, false],
    ['30 % failing for a second', 0.3, 0, 1_000, false],
  ])('%s', (_what, share, diedMs, nowMs, opens) => {
    const { level } = seen({ instances: 1_000, rps: 20, share, diedMs, nowMs });
    expect(level >= 1).toBe(opens);
  });
});

it('a fast detector with a stale baseline: eight times the calls at 10 % errors are no outage, since those who fail say how busy they are', () => {
  const tallies = [
    tally('failures', START, 1_600),
    tally('reporters', START, 600, SURGE_MS),
    tally('busy', START, 600 * 160 * 0.3 * 10, SURGE_MS),
  ];
  // It was known to make 20 calls a ms; it now makes 160.
  const stale = surgeOf(tallies, { instances: 1_000, callsPerMs: 20, calls: 0 }, settings, 0, START + 100);
  expect(stale.level).toBeLessThan(0.6);
  const withoutBusy = tallies.filter(({ of }) => of !== 'busy');
  expect(
    surgeOf(withoutBusy, { instances: 1_000, callsPerMs: 20, calls: 0 }, settings, 0, START + 100).level,
  ).toBeGreaterThan(1);
});

describe('the first moments of eight times the calls of 250 instances', () => {
  // Those who have failed meanwhile have seen little of it: how busy they are says less than it will.
  const stepping = (failures: number, reporters: number, busy: number) => [
    tally('failures', START + 400, 17),
    tally('failures', START + 500, failures),
    ...[tally('reporters', START, 49, SURGE_MS), tally('busy', START, 379, SURGE_MS)],
    ...[tally('reportersNow', START + 400, 17), tally('busyNow', START + 400, 27)],
    ...[tally('reportersNow', START + 500, reporters), tally('busyNow', START + 500, busy)],
  ];
  const levelOf = (tallies: BreakerTally[], instances = 252) =>
    surgeOf(tallies, { instances, callsPerMs: 0.65, calls: 5_000 }, settings, 0, START + 514).level;

  it.each([
    ['at 10 % errors are no outage by what nine have seen', 10, 9, 19, false],
    ['at 10 % errors are no outage by what four have seen', 10, 4, 8, false],
    ['when all fail are one', 60, 50, 300, true],
  ])('%s', (_what, failures, reporters, busy, opens) => {
    expect(levelOf(stepping(failures, reporters, busy)) >= 1).toBe(opens);
  });

  it('leave nothing to be unsure of where all instances have told', () => {
    expect(levelOf(stepping(10, 9, 19), 9)).toBeGreaterThan(levelOf(stepping(10, 9, 19)));
  });
});

it('eight times the instances at 10 % errors are no outage, since they count themselves when they come', () => {
  const tallies = [
    tally('failures', START, 1_600),
    tally('reporters', START, 1_400, SURGE_MS),
    tally('busy', START, 1_400 * 20 * 0.3 * 10, SURGE_MS),
  ];
  expect(surgeOf(tallies, { instances: 8_000, callsPerMs: 20, calls: 0 }, settings, 0, START + 100).level).toBeLessThan(
    0.6,
  );
});

describe('the least evidence', () => {
  const opens = (failures: number, calls = 100, rule = settings) =>
    surgeOf([tally('failures', START, failures)], { instances: 1, callsPerMs: 0, calls }, rule, 0, START + 90).level >=
    1;

  it.each([
    [9, false],
    [10, true],
  ])('%i failures of a fleet that was seen to make enough calls: %s', (failures, expected) => {
    expect(opens(failures)).toBe(expected);
  });

  it('is as many failures as it takes calls, where no other calls are known', () => {
    expect(opens(19, 0)).toBe(false);
    expect(opens(20, 0)).toBe(true);
  });

  it('is never less than the rate of the least number of calls', () => {
    const rule = { ...settings, minimumCalls: 1_000 };
    expect(opens(499, 10_000, rule)).toBe(false);
    expect(opens(500, 10_000, rule)).toBe(true);
  });
});

describe('what counts', () => {
  const calls = 100;
  const level = (tallies: BreakerTally[], epoch = 0, nowMs = START + 90) =>
    surgeOf(tallies, { instances: 1, callsPerMs: 0, calls }, settings, epoch, nowMs).level;

  it('an hour frozen is an hour passed', () => {
    expect(level([tally('failures', START, 100)], 0, START + 3_600_000)).toBe(0);
  });

  it('a bucket counts for as long as the surge window', () => {
    const last = START + FAST_BUCKETS * 100 - 1;
    expect(level([tally('failures', START, 100)], 0, last)).toBeGreaterThan(1);
    expect(level([tally('failures', START, 100)], 0, last + 1)).toBe(0);
  });

  it('failures of an earlier epoch do not', () => {
    expect(level([tally('failures', START, 100)], START + 50)).toBe(0);
    expect(level([tally('failures', START + 50, 100)], START + 50)).toBeGreaterThan(1);
  });

  it('failures of an instance whose clock is ahead do', () => {
    expect(level([tally('failures', START + 100, 100)])).toBeGreaterThan(1);
  });

  it('buckets of another revision with another width do not', () => {
    expect(level([tally('failures', START, 100, 200)])).toBe(0);
  });
});

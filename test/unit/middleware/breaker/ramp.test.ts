import { describe, expect, it } from 'vitest';
import { CLOSED, opened, standingOf, type Thresholds } from '../../../../middleware/breaker/machine.ts';
import { minimumCallsAt, placeOf, rampAt } from '../../../../middleware/breaker/ramp.ts';
import type { BreakerState } from '../../../../store/items/breaker-record.ts';

const NOW = 1_000_000_000_000;
const settings: Thresholds = {
  minimumCalls: 20,
  failureRate: 0.5,
  slowRate: undefined,
  openForMs: 5_000,
  openForFactor: 2,
  maxOpenForMs: 60_000,
  probes: 3,
  ramp: [0.1, 0.5, 1],
  rampStageMs: 5_000,
};
const ramping: BreakerState = { kind: 'CLOSED', ramp: { from: NOW, openForMs: 10_000 } };

describe('stages', () => {
  it.each<[number, number | undefined, number]>([
    [-50, 0.1, 5_000],
    [0, 0.1, 5_000],
    [4_999, 0.1, 5_000],
    [5_000, 0.5, 10_000],
    [9_999, 0.5, 10_000],
    [10_000, 1, 15_000],
    [14_999, 1, 15_000],
    [15_000, undefined, 0],
    [3_600_000, undefined, 0],
  ])('%i ms after it closed: %s', (afterMs, share, endsAfterMs) => {
    const stage = rampAt(ramping, settings, NOW + afterMs);
    expect(stage?.share).toBe(share);
    if (share !== undefined) expect(stage?.endsAt).toBe(NOW + endsAfterMs);
  });

  it('are none where the rule has none, or no longer', () => {
    expect(rampAt(CLOSED, settings, NOW)).toBeUndefined();
    expect(rampAt(ramping, { ...settings, ramp: [] }, NOW)).toBeUndefined();
  });

  it('tell a call whether its place is in the share, and when to come back if not', () => {
    const at = (nowMs: number) => standingOf({ state: ramping, forced: undefined }, settings, nowMs);
    expect(at(NOW + 1_000)).toEqual({ kind: 'ramp', share: 0.1, retryAfterMs: 4_000 });
    expect(at(NOW + 10_000)).toEqual({ kind: 'pass' });
    expect(at(NOW + 15_000)).toEqual({ kind: 'pass' });
  });
});

describe('a ramp that fails', () => {
  it.each([
    ['in its first stage', 0, 20_000],
    ['in its last, that of everybody', 14_999, 20_000],
    ['when it is over', 15_000, 5_000],
  ])('%s: opens for what was last, doubled, or anew', (_when, afterMs, openForMs) => {
    expect(opened(settings, NOW + afterMs, ramping)).toMatchObject({ openForMs });
  });

  it.each([
    [20, 3, 0, 5],
    [20, 8, 0, 8],
    [20, 50, 0, 20],
    [1, 1, 0, 1],
    [20, 3, 15_000, 20],
  ])('of %i calls and %i probes, after %i ms, %i calls decide', (minimumCalls, probes, afterMs, wanted) => {
    expect(minimumCallsAt(ramping, { ...settings, minimumCalls, probes }, NOW + afterMs)).toBe(wanted);
  });
});

describe('the place of a request', () => {
  const ids = Array.from({ length: 20_000 }, (_, i) => `4b1f${i.toString(16).padStart(8, '0')}-77aa`);

  it.each([0.01, 0.1, 0.5])('is below %d for that share of requests', (share) => {
    const below = ids.filter((id) => placeOf(id, 'payments') < share).length / ids.length;
    expect(Math.abs(below - share)).toBeLessThan(0.01);
  });

  it('is another for another breaker', () => {
    const both = ids.filter((id) => placeOf(id, 'payments') < 0.1 && placeOf(id, 'stock') < 0.1).length / ids.length;
    expect(Math.abs(both - 0.01)).toBeLessThan(0.005);
  });
});

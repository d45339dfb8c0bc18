import { describe, expect, it } from 'vitest';
import {
  CLOSED,
  claimed,
  nextEpoch,
  opened,
  settled,
  standingOf,
  tripReason,
  type Thresholds,
} from '../../../../middleware/breaker/machine.ts';
import type { Counts } from '../../../../middleware/breaker/window.ts';
import { NO_BREAKER, type BreakerState, type ForcedState } from '../../../../store/items/breaker-record.ts';

const NOW = 1_000_000_000_000;
const thresholds: Thresholds = {
  minimumCalls: 20,
  failureRate: 0.5,
  slowRate: 0.8,
  openForMs: 5_000,
  openForFactor: 2,
  maxOpenForMs: 60_000,
  probes: 2,
};
const probe = { by: 'a', token: 't', until: NOW + 1_500 };
const record = (state: BreakerState, forced?: ForcedState) => ({ ...NO_BREAKER, epoch: NOW, state, forced });
const halfOpen = (successes = 0): BreakerState => ({ kind: 'HALF_OPEN', openForMs: 5_000, successes, probe });

describe('opening', () => {
  it.each<[Counts, string | undefined, string]>([
    [{ calls: 19, failures: 19, slow: 0 }, undefined, 'below the minimum of calls'],
    [{ calls: 20, failures: 9, slow: 0 }, undefined, 'below the rate'],
    [{ calls: 20, failures: 10, slow: 0 }, 'failureRate', 'at the rate'],
    [{ calls: 20, failures: 0, slow: 16 }, 'slowRate', 'at the slow rate'],
    [{ calls: 20, failures: 0, slow: 15 }, undefined, 'below the slow rate'],
  ])('%j: %s, %s', (counts, reason) => {
    expect(tripReason(counts, thresholds)).toBe(reason);
  });

  it('never opens without a failure, whatever the rate', () => {
    expect(tripReason({ calls: 100, failures: 0, slow: 0 }, { ...thresholds, failureRate: 0 })).toBeUndefined();
  });

  it('stays open for twice as long each time a probe fails, up to the maximum', () => {
    let state = opened(thresholds, NOW);
    const openFor: number[] = [];
    for (let i = 0; i < 6; i++) {
      if (state.kind === 'OPEN') openFor.push(state.openForMs);
      const next = claimed(state, probe);
      state = (next && settled(next, 't', 'failure', thresholds, NOW)) ?? CLOSED;
    }
    expect(openFor).toEqual([5_000, 10_000, 20_000, 40_000, 60_000, 60_000]);
  });
});

describe('standing', () => {
  it.each<[string, BreakerState, ReturnType<typeof standingOf>]>([
    ['closed', CLOSED, { kind: 'pass' }],
    ['open', { kind: 'OPEN', until: NOW + 300, openForMs: 5_000 }, { kind: 'refuse', retryAfterMs: 300 }],
    ['open, its time over', { kind: 'OPEN', until: NOW, openForMs: 5_000 }, { kind: 'probe' }],
    ['half-open, a probe out', halfOpen(), { kind: 'refuse', retryAfterMs: 1_501 }],
    ['half-open, the slot free', { ...halfOpen(), probe: undefined } as BreakerState, { kind: 'probe' }],
  ])('%s', (_name, state, standing) => {
    expect(standingOf(record(state), NOW)).toEqual(standing);
  });

  it('frees the slot of a probe whose instance died, when the lease is over', () => {
    expect(standingOf(record(halfOpen()), NOW + 1_500).kind).toBe('refuse');
    expect(standingOf(record(halfOpen()), NOW + 1_501).kind).toBe('probe');
  });

  it('is what an operator forced, until then', () => {
    const forced = { state: 'FORCED_OPEN', until: NOW + 100, reason: 'drill', by: 'ops' } as const;
    expect(standingOf(record(CLOSED, forced), NOW)).toEqual({ kind: 'refuse', retryAfterMs: 100, forced: true });
    expect(standingOf(record(CLOSED, forced), NOW + 100)).toEqual({ kind: 'pass' });
    const closed = { ...forced, state: 'FORCED_CLOSED', until: undefined } as const;
    expect(standingOf(record({ kind: 'OPEN', until: NOW + 300, openForMs: 300 }, closed), NOW + 99)).toEqual({
      kind: 'pass',
    });
  });
});

describe('half-open', () => {
  it('closes after as many successes as the rule wants', () => {
    expect(settled(halfOpen(0), 't', 'success', thresholds, NOW)).toMatchObject({ successes: 1, probe: undefined });
    expect(settled(halfOpen(1), 't', 'success', thresholds, NOW)).toEqual(CLOSED);
  });

  it('frees the probe slot when the probe is ignored', () => {
    expect(settled(halfOpen(1), 't', 'ignored', thresholds, NOW)).toMatchObject({ successes: 1, probe: undefined });
  });

  it('takes no notice of a probe that no longer holds the slot', () => {
    expect(settled(halfOpen(), 'older', 'success', thresholds, NOW)).toBeUndefined();
    expect(settled(CLOSED, 't', 'failure', thresholds, NOW)).toBeUndefined();
  });
});

it('an epoch grows even where a clock stands still or runs behind', () => {
  expect(nextEpoch(NOW, NOW + 5)).toBe(NOW + 5);
  expect(nextEpoch(NOW, NOW)).toBe(NOW + 1);
  expect(nextEpoch(NOW, NOW - 1_000)).toBe(NOW + 1);
});

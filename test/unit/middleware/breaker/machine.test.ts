import { describe, expect, it } from 'vitest';
import {
  CLOSED,
  claimed,
  nextEpoch,
  opened,
  settled,
  standingOf,
  type Result,
  type Thresholds,
} from '../../../../middleware/breaker/machine.ts';
import { tripReason } from '../../../../middleware/breaker/detect.ts';
import type { Counts } from '../../../../middleware/breaker/window.ts';
import {
  NO_BREAKER,
  type BreakerProbe,
  type BreakerState,
  type ForcedState,
  type HalfOpenState,
} from '../../../../store/items/breaker-record.ts';

const NOW = 1_000_000_000_000;
const thresholds: Thresholds = {
  minimumCalls: 20,
  failureRate: 0.5,
  slowRate: 0.8,
  openForMs: 5_000,
  openForFactor: 2,
  maxOpenForMs: 60_000,
  probes: 2,
  ramp: [],
  rampStageMs: 5_000,
};
const probe = (token = 't', until = NOW + 1_500): BreakerProbe => ({ by: 'a', token, until });
const record = (state: BreakerState, forced?: ForcedState) => ({ ...NO_BREAKER, epoch: NOW, state, forced });
const halfOpen = (more: Partial<HalfOpenState> = {}): HalfOpenState => ({
  kind: 'HALF_OPEN',
  openForMs: 5_000,
  successes: 0,
  failed: 0,
  slowed: 0,
  probes: [probe()],
  turn: 1,
  ...more,
});

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

  it('stays open for twice as long each time its probes fail, up to the maximum', () => {
    let state = opened(thresholds, NOW);
    let nowMs = NOW;
    const openFor: number[] = [];
    for (let i = 0; i < 6; i++) {
      if (state.kind !== 'OPEN') break;
      openFor.push(state.openForMs);
      nowMs = state.until;
      const next = claimed(state, probe('t', nowMs + 1_500), 2, nowMs);
      state = (next && settled(next, 't', 'failure', false, thresholds, nowMs)) ?? CLOSED;
    }
    expect(openFor).toEqual([5_000, 10_000, 20_000, 40_000, 60_000, 60_000]);
  });
});

describe('standing', () => {
  const two = { ...thresholds, probes: 2 };

  it.each<[string, BreakerState, ReturnType<typeof standingOf>]>([
    ['closed', CLOSED, { kind: 'pass' }],
    ['open', { kind: 'OPEN', until: NOW + 300, openForMs: 5_000 }, { kind: 'refuse', retryAfterMs: 300 }],
    ['open, its time over', { kind: 'OPEN', until: NOW, openForMs: 5_000 }, { kind: 'probe', since: NOW }],
    ['half-open, one of two slots taken', halfOpen(), { kind: 'probe', since: 0 }],
    [
      'half-open, all slots taken',
      halfOpen({ probes: [probe('t', NOW + 900), probe('u')] }),
      { kind: 'refuse', retryAfterMs: 901 },
    ],
    [
      'half-open, one result in and one out: the second is the last that is wanted',
      halfOpen({ successes: 1 }),
      { kind: 'refuse', retryAfterMs: 1_501 },
    ],
    ['half-open, no slot taken', halfOpen({ probes: [] }), { kind: 'probe', since: 0 }],
    [
      'half-open with more results than a new rule wants',
      halfOpen({ successes: 3, probes: [] }),
      { kind: 'probe', since: 0 },
    ],
  ])('%s', (_name, state, standing) => {
    expect(standingOf(record(state), two, NOW)).toEqual(standing);
  });

  it('frees the slot of a probe whose instance died, when the lease is over', () => {
    const both = record(halfOpen({ probes: [probe('t'), probe('u', NOW + 9_000)] }));
    expect(standingOf(both, two, NOW + 1_500).kind).toBe('refuse');
    expect(standingOf(both, two, NOW + 1_501)).toEqual({ kind: 'probe', since: NOW + 1_500 });
  });

  it('is what an operator forced, until then', () => {
    const forced = { state: 'FORCED_OPEN', until: NOW + 100, reason: 'drill', by: 'ops' } as const;
    expect(standingOf(record(CLOSED, forced), two, NOW)).toEqual({ kind: 'refuse', retryAfterMs: 100, forced: true });
    expect(standingOf(record(CLOSED, forced), two, NOW + 100)).toEqual({ kind: 'pass' });
    const closed = { ...forced, state: 'FORCED_CLOSED', until: undefined } as const;
    const open = { kind: 'OPEN', until: NOW + 300, openForMs: 300 } as const;
    expect(standingOf(record(open, closed), two, NOW + 99)).toEqual({ kind: 'pass' });
  });
});

describe('claiming', () => {
  it('takes a slot after another, never more than there are results missing', () => {
    const open = { kind: 'OPEN', until: NOW, openForMs: 5_000 } as const;
    const first = claimed(open, probe('a'), 2, NOW);
    expect(first).toMatchObject({ successes: 0, probes: [{ token: 'a' }], turn: 1 });
    const second = claimed(first ?? CLOSED, probe('b'), 2, NOW);
    expect(second).toMatchObject({ probes: [{ token: 'a' }, { token: 'b' }], turn: 2 });
    expect(claimed(second ?? CLOSED, probe('c'), 2, NOW)).toBeUndefined();
  });

  it('has at most ten out at once, however many the rule wants', () => {
    const probes = Array.from({ length: 10 }, (_, i) => probe(String(i)));
    expect(claimed(halfOpen({ probes }), probe('eleventh'), 100, NOW)).toBeUndefined();
  });

  it('is not before the time is over, and never while closed', () => {
    expect(claimed({ kind: 'OPEN', until: NOW + 1, openForMs: 5_000 }, probe(), 2, NOW)).toBeUndefined();
    expect(claimed(CLOSED, probe(), 2, NOW)).toBeUndefined();
  });

  it('takes over the slot of a lease that is over, whose token then holds nothing', () => {
    const next = claimed(halfOpen({ probes: [probe('dead', NOW - 1)] }), probe('new'), 1, NOW);
    expect(next?.probes.map(({ token }) => token)).toEqual(['new']);
    expect(settled(next ?? CLOSED, 'dead', 'success', false, thresholds, NOW)).toBeUndefined();
  });
});

describe('half-open', () => {
  const five = { ...thresholds, probes: 5 };
  const out = Array.from({ length: 5 }, (_, i) => probe(String(i)));

  /** `s` success, `f` failure, `w` slow success, `i` ignored. */
  it.each<[string, string, Partial<Thresholds>]>([
    ['sssss', 'CLOSED', {}],
    ['ssff', 'HALF_OPEN', {}],
    ['ssffs', 'CLOSED', {}],
    ['ssfff', 'OPEN', {}],
    ['fff', 'OPEN', {}],
    ['ff', 'HALF_OPEN', {}],
    ['f', 'OPEN', { failureRate: 0.01 }],
    ['ffffs', 'CLOSED', { failureRate: 1 }],
    ['www', 'HALF_OPEN', {}],
    ['wwww', 'OPEN', {}],
    ['wwwws', 'CLOSED', { slowRate: undefined }],
    ['iiiii', 'HALF_OPEN', {}],
    ['ssssi', 'HALF_OPEN', {}],
    ['s', 'CLOSED', { probes: 1 }],
    ['f', 'OPEN', { probes: 1 }],
    ['w', 'OPEN', { probes: 1 }],
  ])('after %s is %s %j', (results, kind, rule) => {
    const names: Record<string, Result> = { s: 'success', w: 'success', f: 'failure', i: 'ignored' };
    let state: BreakerState = halfOpen({ probes: out });
    [...results].forEach((letter, i) => {
      const next = settled(state, String(i), names[letter] ?? 'ignored', letter === 'w', { ...five, ...rule }, NOW);
      expect(next).toBeDefined();
      state = next ?? state;
    });
    expect(state.kind).toBe(kind);
  });

  it('frees the slot when the probe is ignored, and keeps what others have shown', () => {
    const state = halfOpen({ successes: 1, failed: 1 });
    expect(settled(state, 't', 'ignored', true, five, NOW)).toEqual({ ...state, probes: [], turn: 2 });
  });

  it('takes no notice of a probe that no longer holds a slot', () => {
    expect(settled(halfOpen(), 'older', 'success', false, thresholds, NOW)).toBeUndefined();
    expect(settled(CLOSED, 't', 'failure', false, thresholds, NOW)).toBeUndefined();
  });

  it('closes onto a ramp where the rule has one, remembering how long it was open', () => {
    const ramping = { ...thresholds, probes: 1, ramp: [0.1, 1] };
    expect(settled(halfOpen({ openForMs: 20_000 }), 't', 'success', false, ramping, NOW)).toEqual({
      kind: 'CLOSED',
      ramp: { from: NOW, openForMs: 20_000 },
    });
  });
});

it('an epoch grows even where a clock stands still or runs behind', () => {
  expect(nextEpoch(NOW, NOW + 5)).toBe(NOW + 5);
  expect(nextEpoch(NOW, NOW)).toBe(NOW + 1);
  expect(nextEpoch(NOW, NOW - 1_000)).toBe(NOW + 1);
});

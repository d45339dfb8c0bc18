// Simulated fleets with a breaker: the same seed gives the same history, and what is known to happen happens.
import { describe, expect, it } from 'vitest';
import { rowsOf } from '../../../../bench/breaker/judgement.ts';
import type { Scenario } from '../../../../bench/breaker/scenario.ts';
import { simulate } from '../../../../bench/breaker/simulate.ts';
import { SUBJECTS } from '../../../../bench/breaker/subjects/index.ts';

const DEATH_S = 7;
const OUTAGE: Scenario = {
  name: 'n=20 outage 100%',
  instances: 20,
  rps: 20,
  rule: { openFor: { initial: '1s' } },
  health: [
    { fromS: DEATH_S, failing: 1 },
    { fromS: DEATH_S + 2, failing: 0 },
  ],
  deathS: DEATH_S,
  recoveryS: DEATH_S + 2,
  untilS: DEATH_S + 10,
  seeds: 1,
  subjects: ['flyball'],
};
const QUIET: Scenario = {
  ...{ name: 'n=20 errors 10%', instances: 20, rps: 20, rule: {}, seeds: 1, subjects: ['flyball'] },
  ...{ health: [{ fromS: DEATH_S, failing: 0.1 }], deathS: DEATH_S, untilS: DEATH_S + 3 },
};

describe('a simulated fleet with a breaker', () => {
  it('has the same history for the same seed, and another for another', async () => {
    const [first, again, other] = [
      await simulate(OUTAGE, SUBJECTS.flyball, 3),
      await simulate(OUTAGE, SUBJECTS.flyball, 3),
      await simulate(OUTAGE, SUBJECTS.flyball, 4),
    ];
    expect(again).toEqual(first);
    expect(other.requests).not.toBe(first.requests);
  });

  it('opens in an outage and closes after it, once each', async () => {
    const outcome = await simulate(OUTAGE, SUBJECTS.flyball, 1);
    expect(outcome).toMatchObject({ falseTrips: 0, flaps: 0, recoveryOverBoundMs: 0 });
    expect(outcome.openedMs).toBeLessThan(500);
    expect(outcome.leaked / outcome.instances).toBeLessThan(6);
  });

  it.each(['flyball', 'oracle', 'elected prober'] as const)('stays closed at one failure in ten: %s', async (name) => {
    expect(await simulate(QUIET, SUBJECTS[name], 1)).toMatchObject({ falseTrips: 0, flaps: 0, openedMs: undefined });
  });

  it('flaps under the model of state that is read, changed and written whole', async () => {
    const { flaps, healthyWrites, healthyRequests } = await simulate(OUTAGE, SUBJECTS['read-modify-write'], 1);
    expect(flaps).toBeGreaterThan(0);
    // One write each, but for calls that are still under way at either end.
    expect(healthyWrites / healthyRequests).toBeCloseTo(1, 1);
  });

  it('recovers one instance after the other under the model of one elected prober', async () => {
    const long = { ...OUTAGE, untilS: DEATH_S + 30 };
    const { leaked, instances, recoveryMs } = await simulate(long, SUBJECTS['elected prober'], 1);
    // Five failures in a row each, and whoever was queued with it.
    expect(leaked / instances).toBeCloseTo(5, 0);
    expect(recoveryMs).toBeGreaterThan(1_000);
  });

  it('opens at once for the oracle when ten calls in a row are half of the last', async () => {
    const { openedMs = 0, stoppedMs = 0 } = await simulate(OUTAGE, SUBJECTS.oracle, 1);
    expect(openedMs).toBeLessThan(200);
    expect(stoppedMs).toBeGreaterThanOrEqual(openedMs);
  });
});

describe('rows', () => {
  it('tell of an outage when it opened, what leaked and how it recovered, and whether that is enough', async () => {
    const outcome = await simulate(OUTAGE, SUBJECTS.oracle, 1);
    const rows = rowsOf(OUTAGE, 'oracle', [outcome], { openMsMax: 1, falseTrips: 0 });
    expect(rows.map(({ metric }) => metric)).toEqual([
      ...['open_ms_median', 'open_ms_max', 'last_leak_ms', 'leak_per_instance', 'never_opened', 'false_trips', 'flaps'],
      ...['recovery_ms_max', 'recovery_over_bound_ms', 'store_writes_per_request', 'store_max_writes_per_item_s'],
      'store_throttled',
    ]);
    expect(rows.find(({ metric }) => metric === 'open_ms_max')).toMatchObject({ goal: 1, holds: false });
    expect(rows.find(({ metric }) => metric === 'false_trips')).toMatchObject({ goal: 0, holds: true });
  });

  it('give the length of the history where it never opened or never recovered', () => {
    const never = {
      ...{ openedMs: undefined, stoppedMs: undefined, lastLeakMs: undefined, leaked: 40, falseTrips: 0, flaps: 0 },
      ...{ recoveryMs: undefined, recoveryOverBoundMs: undefined, seed: 1, instances: 20, healthyRequests: 0 },
      ...{ healthyWrites: 0, mostWritesPerItemS: 0, throttled: 0, writes: 0, requests: 0 },
    };
    const valueOf = new Map(rowsOf(OUTAGE, 'any', [never], {}).map(({ metric, value }) => [metric, value]));
    expect(valueOf.get('open_ms_median')).toBe(2_000);
    expect(valueOf.get('never_opened')).toBe(1);
    expect(valueOf.get('leak_per_instance')).toBe(2);
    expect(valueOf.get('recovery_over_bound_ms')).toBe(8_000);
  });

  it('tell nothing of opening where it shall stay closed', () => {
    const metrics = rowsOf(QUIET, 'any', [], {}).map(({ metric }) => metric);
    expect(metrics).not.toContain('open_ms_median');
  });
});

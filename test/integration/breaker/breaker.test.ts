// The breaker's item over the network, in the emulated DynamoDB (dynalite, or FLYBALL_TEST_DYNAMODB_URL).
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { breakerStore, forceBreaker, readBreaker } from '../../../store/items/breaker.ts';
import { keys } from '../../../store/keys.ts';
import type { Table } from '../../../store/port.ts';
import { breakerFleet, START, storedBreaker } from '../../support/breaker-fleet.ts';
import { reply } from '../../support/outbound.ts';
import { createTable, type TestTable } from '../table.ts';

const ok = reply('ok');
const failure = reply('500');
let created: TestTable;

beforeAll(async () => {
  created = await createTable(inject('dynamodb'));
});

/** Each test has the breaker `payments` of the fleet's service to itself. */
async function fresh(adapter: 'sdk' | 'signed'): Promise<Table> {
  const table = created[adapter];
  await table.delete({ key: keys.breaker('orders', 'payments') });
  return table;
}

describe.each(['sdk', 'signed'] as const)('through the %s adapter', (adapter) => {
  it('20 concurrent failures of 20 instances count as 20: no update is lost to reading, changing and writing', async () => {
    const table = await fresh(adapter);
    const fleet = breakerFleet(20, table, { window: { time: '30s', minimumCalls: 21 } });
    await Promise.all(fleet.members.map((member) => member.attempt(failure)));
    expect((await readBreaker(table, 'orders', 'payments', START)).window).toEqual({
      calls: 20,
      failures: 20,
      slow: 0,
    });
    expect((await storedBreaker(table)).state.kind).toBe('CLOSED');
  });

  it('opens once for all when 20 instances reach the threshold at the same moment', async () => {
    const table = await fresh(adapter);
    const fleet = breakerFleet(20, table, { window: { time: '30s', minimumCalls: 20 } });
    await Promise.all(fleet.members.map((member) => member.attempt(failure)));
    const { epoch, state, buckets } = await storedBreaker(table);
    expect(state).toEqual({ kind: 'OPEN', until: START + 5_000, openForMs: 5_000 });
    expect([epoch, buckets]).toEqual([START, []]);
  });

  it('lets one of 20 instances probe, and closes for all', async () => {
    const table = await fresh(adapter);
    const fleet = breakerFleet(20, table, { window: { time: '30s', minimumCalls: 20 } });
    await Promise.all(fleet.members.map((member) => member.attempt(failure)));
    // Whoever reported before the last failure still saw it closed, and learns of it by its next report.
    fleet.clock.advance(60);
    await Promise.all(fleet.members.map((member) => member.attempt(failure)));
    fleet.clock.advance(5_000);
    const reached: string[] = [];
    const all = fleet.members.map((member) =>
      member.attempt(async () => {
        reached.push((await storedBreaker(table)).state.kind);
        return ok;
      }),
    );
    await Promise.all(all);
    // Whoever came after it had closed passed as any call does; before, only the probe did.
    expect(reached.filter((kind) => kind === 'HALF_OPEN')).toHaveLength(1);
    expect((await readBreaker(table, 'orders', 'payments', START)).state).toBe('CLOSED');
  });

  it('shows its state, and what an operator forced, to the control plane and to the fleet', async () => {
    const table = await fresh(adapter);
    const fleet = breakerFleet(1, table);
    const one = fleet.member(0);
    expect((await one.attempt(ok)).outcome).toBe('ok');
    const forcing = { service: 'orders', name: 'payments', reason: 'drill', by: 'ops', nowMs: START } as const;
    const forced = await forceBreaker(table, { ...forcing, state: 'FORCED_OPEN', until: START + 60_000 });
    expect(forced).toMatchObject({ name: 'payments', state: 'FORCED_OPEN', forced: { reason: 'drill', by: 'ops' } });
    fleet.clock.advance(6_001);
    await one.attempt(ok);
    expect(await one.attempt(ok)).toMatchObject({ outcome: 'refused', retryAfterMs: 53_999 });
    expect(one.transitions).toEqual(['CLOSED>FORCED_OPEN']);

    const released = await forceBreaker(table, { ...forcing, state: null, nowMs: fleet.clock.now() });
    expect(released).toMatchObject({ state: 'CLOSED', window: { calls: 0 } });
    expect(released.forced).toBeUndefined();
    fleet.clock.advance(6_001);
    await one.attempt(ok);
    expect((await one.attempt(ok)).outcome).toBe('ok');
  });

  it('a forced state ends by itself', async () => {
    const table = await fresh(adapter);
    const until = START + 1_000;
    const forcing = { service: 'orders', name: 'payments', reason: '', by: 'ops', nowMs: START } as const;
    await forceBreaker(table, { ...forcing, state: 'FORCED_OPEN', until });
    expect((await readBreaker(table, 'orders', 'payments', until - 1)).state).toBe('FORCED_OPEN');
    expect((await readBreaker(table, 'orders', 'payments', until)).state).toBe('CLOSED');
  });

  it('never adds and removes one bucket in the same update', async () => {
    const table = await fresh(adapter);
    const store = breakerStore(table, 'orders', 'payments');
    const bucket = { index: 1, widthMs: 3_000, calls: 1, failures: 1, slow: 0 };
    const answer = await store.publish(0, [bucket], [bucket, { ...bucket, index: 0 }]);
    expect(answer).toMatchObject({ applied: true, record: { buckets: [bucket] } });
  });

  it('deltas of an earlier epoch change nothing, and show what stands', async () => {
    const table = await fresh(adapter);
    const store = breakerStore(table, 'orders', 'payments');
    const open = { kind: 'OPEN', until: START + 1, openForMs: 1 } as const;
    await store.move({ epoch: 0 }, { epoch: START, state: open }, []);
    const bucket = { index: 1, widthMs: 3_000, calls: 1, failures: 1, slow: 0 };
    expect(await store.publish(0, [bucket], [])).toMatchObject({
      applied: false,
      record: { epoch: START, state: open, buckets: [] },
    });
  });
});

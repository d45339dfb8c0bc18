// What a breaker's one item counts beside buckets of time, over the network: segments of calls, the surge's moments, who is there.
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { segmentTotals } from '../../../middleware/breaker/call-window.ts';
import { instancesOf } from '../../../middleware/breaker/detect.ts';
import type { Tallied } from '../../../store/items/breaker-tallies.ts';
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

async function tallied(table: Table, kind: Tallied): Promise<number> {
  const { tallies } = await storedBreaker(table);
  return tallies.filter(({ of }) => of === kind).reduce((sum, { count }) => sum + count, 0);
}

describe.each(['sdk', 'signed'] as const)('a window of calls, through the %s adapter', (adapter) => {
  it('20 failures of 20 instances at once count as 20, though each has seen the place before the others', async () => {
    const table = await fresh(adapter);
    const fleet = breakerFleet(20, table, { window: { calls: 100, minimumCalls: 21 }, surge: 'off' });
    await Promise.all(fleet.members.map((member) => member.attempt(failure)));
    const { tallies, epoch, state } = await storedBreaker(table);
    expect(segmentTotals(tallies, 10, epoch)).toEqual({ calls: 20, failures: 20, slow: 0 });
    expect(await tallied(table, 'blockFailing')).toBe(20);
    expect(state.kind).toBe('CLOSED');
  });

  it('opens once for all when every one of 20 instances begins a segment of its own', async () => {
    const table = await fresh(adapter);
    // A segment is one call long.
    const fleet = breakerFleet(20, table, { window: { calls: 10 }, surge: 'off' });
    await Promise.all(fleet.members.map((member) => member.attempt(failure)));
    const { epoch, state } = await storedBreaker(table);
    expect({ epoch, kind: state.kind }).toEqual({ epoch: START, kind: 'OPEN' });
  });

  it('holds the last hundred calls and no more, and its item stays below 1 KB', async () => {
    const table = await fresh(adapter);
    const fleet = breakerFleet(5, table, { window: { calls: 100 }, failureRate: '100%', surge: 'off' });
    for (let round = 0; round < 12; round++) {
      for (const member of fleet.members) {
        for (let call = 0; call < 5; call++) await member.attempt(call === 0 ? failure : ok);
      }
      fleet.clock.advance(6_500);
    }
    const { tallies, epoch } = await storedBreaker(table);
    const { calls, failures } = segmentTotals(tallies, 10, epoch);
    expect(calls).toBeGreaterThan(50);
    expect(calls).toBeLessThanOrEqual(100);
    expect(failures / calls).toBeLessThan(0.5);
    const item = await table.get(keys.breaker('orders', 'payments'), { consistent: true });
    expect(JSON.stringify(item).length).toBeLessThan(1_024);
  });
});

describe.each(['sdk', 'signed'] as const)('the surge, through the %s adapter', (adapter) => {
  it('20 failures of one moment, the instances that met them and how many there are, all count once', async () => {
    const table = await fresh(adapter);
    const fleet = breakerFleet(20, table, { window: { time: '30s', minimumCalls: 100 } });
    await Promise.all(fleet.members.map((member) => member.attempt(failure)));
    expect(await tallied(table, 'failures')).toBe(20);
    expect(await tallied(table, 'reporters')).toBe(20);
    expect(await tallied(table, 'failing')).toBe(20);
    expect(instancesOf((await storedBreaker(table)).tallies, START)).toBe(20);
  });

  it('opens once for all long before the window would, and says what it went by', async () => {
    const table = await fresh(adapter);
    const fleet = breakerFleet(20, table, { window: { time: '30s', minimumCalls: 20 } });
    for (let second = 0; second < 14; second++) {
      await Promise.all(fleet.members.map((member) => member.attempt(ok)));
      fleet.clock.advance(1_000);
    }
    let rounds = 0;
    while ((await storedBreaker(table)).state.kind === 'CLOSED' && rounds++ < 6) {
      await Promise.all(fleet.members.map((member) => member.attempt(failure)));
      fleet.clock.advance(100);
    }
    const { state, because, buckets } = await storedBreaker(table);
    expect(state.kind).toBe('OPEN');
    expect(because).toMatchObject({ cause: 'surge' });
    expect(buckets).toEqual([]);
    const told = fleet.members.filter(({ transitions }) => transitions.includes('CLOSED>OPEN'));
    expect(told.length).toBeGreaterThan(0);
  });

  it('does not open by one of 20 instances alone, whatever that meets', async () => {
    const table = await fresh(adapter);
    const fleet = breakerFleet(20, table, { window: { time: '30s', minimumCalls: 20 } });
    await Promise.all(fleet.members.map((member) => member.attempt(ok)));
    for (let round = 0; round < 40; round++) {
      await fleet.member(0).attempt(failure);
      fleet.clock.advance(60);
    }
    expect((await storedBreaker(table)).state.kind).toBe('CLOSED');
    expect(await tallied(table, 'failing')).toBe(1);
  });
});

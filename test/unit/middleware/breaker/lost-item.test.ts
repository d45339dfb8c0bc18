// A breaker whose authoritative item is lost, or has gone back to what it was: deleted by hand, or restored from a backup.
import { describe, expect, it } from 'vitest';
import { FleetView } from '../../../../middleware/breaker/fleet-view.ts';
import { keys } from '../../../../store/keys.ts';
import { breakerFleet, storedBreaker } from '../../../support/breaker-fleet.ts';
import { memoryTable, type MemoryTable } from '../../../support/memory-table.ts';
import { reply } from '../../../support/outbound.ts';

const ok = reply('ok');
const failure = reply('500');
const authoritative = keys.breaker('orders', 'payments');
const SHARDS = 4;

/** A fleet that counts in four shards, with an instance in each of the first two. */
async function shardedFleet(table: MemoryTable) {
  await table.put({ item: { ...authoritative, v: 1, shards: SHARDS } });
  const fleet = breakerFleet(8, table, {
    window: { time: '30s', minimumCalls: 2 },
    quorum: 1,
    openFor: { initial: '5s' },
  });
  const inShard = (shard: number) => {
    const found = fleet.members.find(({ instance }) => new FleetView('payments', instance).shardOf(SHARDS) === shard);
    if (!found) throw new Error(`no instance of the test counts in shard ${shard}`);
    return found;
  };
  for (const member of fleet.members) await member.attempt(ok);
  fleet.clock.advance(7_000);
  for (const member of fleet.members) await member.attempt(ok);
  return { fleet, inShard };
}

async function fail(fleet: ReturnType<typeof breakerFleet>, member: ReturnType<typeof fleet.member>, times = 12) {
  for (let i = 0; i < times; i++) {
    await member.attempt(failure);
    fleet.clock.advance(50);
  }
}

describe.each([1, 2, 3, 4])('in shard %i of a large fleet', (shard) => {
  it('an open breaker is probed, and closes, though its item is gone', async () => {
    const table = memoryTable();
    const { fleet, inShard } = await shardedFleet(table);
    const member = inShard(shard);
    await fail(fleet, member);
    expect((await storedBreaker(table)).state.kind).toBe('OPEN');
    await table.delete({ key: authoritative });
    for (let i = 0; i < 30; i++) {
      fleet.clock.advance(500);
      await member.attempt(ok);
    }
    expect((await member.attempt(ok)).outcome).toBe('ok');
  });

  it('a closed breaker still opens, though its item is gone', async () => {
    const table = memoryTable();
    const { fleet, inShard } = await shardedFleet(table);
    const member = inShard(shard);
    await fail(fleet, member);
    for (let i = 0; i < 30; i++) {
      fleet.clock.advance(500);
      for (const one of fleet.members) await one.attempt(ok);
    }
    expect((await storedBreaker(table)).state.kind).toBe('CLOSED');
    await table.delete({ key: authoritative });
    fleet.clock.advance(60_000);
    await fail(fleet, member, 40);
    expect((await storedBreaker(table)).state.kind).toBe('OPEN');
    expect((await member.attempt(ok)).outcome).toBe('refused');
  });
});

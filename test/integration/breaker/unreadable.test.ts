// A breaker's item that somebody else has written: an operator's word stands above what it says, over the network.
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { forceBreaker, readBreaker } from '../../../store/items/breaker.ts';
import { keys } from '../../../store/keys.ts';
import type { Item, Table } from '../../../store/port.ts';
import { breakerFleet, START } from '../../support/breaker-fleet.ts';
import { reply } from '../../support/outbound.ts';
import { createTable, type TestTable } from '../table.ts';

const key = keys.breaker('orders', 'payments');
const halfOpen = { v: 1, state: 'HALF_OPEN', openForMs: 5_000, epoch: START - 1_000 };
let created: TestTable;

beforeAll(async () => {
  created = await createTable(inject('dynamodb'));
});

const unreadable: readonly (readonly [string, Item])[] = [
  ['an epoch that is a text', { v: 1, epoch: 'yesterday', state: 'OPEN' }],
  ['an epoch that is a truth', { v: 1, epoch: true }],
  ['an epoch beyond all time', { v: 1, epoch: 1e30, state: 'OPEN', openUntil: 1e30 }],
  ['a turn that is a text', { ...halfOpen, turn: 'mine' }],
  ['results that are a text', { ...halfOpen, successes: 'many' }],
  ["a probe's token that is a number", { ...halfOpen, probeToken: 7 }],
];

describe.each(unreadable)('with %s', (_what, garbage) => {
  const forcing = { service: 'orders', name: 'payments', reason: 'it is a mess', by: 'ada', nowMs: START } as const;

  async function fresh(): Promise<Table> {
    const table = created.signed;
    await table.put({ item: { ...garbage, ...key } });
    return table;
  }

  it('is forced, followed by the fleet, released, and then counts again', async () => {
    const table = await fresh();
    const forced = await forceBreaker(table, { ...forcing, state: 'FORCED_CLOSED' });
    expect(forced).toMatchObject({ state: 'FORCED_CLOSED', epoch: START, because: { cause: 'forced', by: 'ada' } });
    const fleet = breakerFleet(1, table, { window: { time: '30s', minimumCalls: 2 } });
    const one = fleet.member(0);
    expect((await one.attempt(reply('ok'))).outcome).toBe('ok');

    await forceBreaker(table, { ...forcing, state: null, nowMs: START + 1 });
    for (let i = 0; i < 40 && (await readBreaker(table, 'orders', 'payments', START)).state !== 'CLOSED'; i++) {
      fleet.clock.advance(6_001);
      await one.attempt(reply('ok'));
    }
    // What ended before an exchange has begun is told with it.
    for (let calls = 0; calls < 3; calls++) {
      fleet.clock.advance(6_001);
      await one.attempt(reply('ok'));
    }
    const { state, window } = await readBreaker(table, 'orders', 'payments', fleet.clock.now());
    expect(state).toBe('CLOSED');
    expect(window.calls).toBeGreaterThan(0);
  });

  it('is forced once by the first of two who would, and then as any other', async () => {
    const table = await fresh();
    const states = ['FORCED_OPEN', 'FORCED_CLOSED'] as const;
    const forced = await Promise.all(states.map((state) => forceBreaker(table, { ...forcing, state })));
    const epochs = forced.map(({ epoch }) => epoch).sort();
    expect(epochs).toEqual([START, START + 1]);
  });
});

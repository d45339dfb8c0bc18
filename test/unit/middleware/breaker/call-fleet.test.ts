// A fleet whose window counts calls, over one table: segment after segment is begun, and what they hold opens the breaker.
import { expect, it } from 'vitest';
import { newestOf } from '../../../../middleware/breaker/call-window.ts';
import { recordOf } from '../../../../store/items/breaker-record.ts';
import { keys } from '../../../../store/keys.ts';
import { breakerFleet, storedBreaker } from '../../../support/breaker-fleet.ts';
import { memoryTable } from '../../../support/memory-table.ts';
import { reply } from '../../../support/outbound.ts';

const WIDTH = 10;
const failure = reply('500');

it.each([0, 1])(
  'is told segment after segment, and opens on what the last ten hold (after %i openings)',
  async (openings) => {
    const table = memoryTable();
    const fleet = breakerFleet(8, table, { window: { calls: 10 * WIDTH }, surge: 'off', quorum: 3 });
    const newest = async () => {
      const { tallies, epoch } = await storedBreaker(table);
      return newestOf(tallies, WIDTH, epoch) - epoch * 1_000;
    };
    const state = async () => (await storedBreaker(table)).state.kind;
    async function callAll(rounds: number, badOf10: number) {
      for (let i = 0; i < rounds && (await state()) !== 'OPEN'; i++) {
        for (const [j, member] of fleet.members.entries()) {
          await member.attempt((i + j) % 10 < badOf10 ? failure : reply('ok'));
          fleet.clock.advance(20);
        }
      }
    }
    for (let i = 0; i < openings; i++) {
      await callAll(200, 10);
      fleet.clock.advance(6_000);
      await fleet.member(0).attempt(reply('ok'));
      expect(await state()).toBe('CLOSED');
      for (const member of fleet.members) await member.attempt(reply('ok'));
    }
    await callAll(100, 2);
    expect(await newest()).toBeGreaterThan(20);
    expect(await state()).toBe('CLOSED');
    await callAll(200, 10);
    expect(await state()).toBe('OPEN');
    for (const { internals } of fleet.members) expect(internals).not.toContain('breaker:unsynced');
  },
);

it('keeps no other attribute of its item that would be taken for a bucket of time', async () => {
  const table = memoryTable();
  const fleet = breakerFleet(2, table, { window: { calls: 10 * WIDTH } });
  for (let i = 0; i < 40; i++) {
    for (const member of fleet.members) await member.attempt(i % 5 === 0 ? failure : reply('ok'));
    fleet.clock.advance(500);
  }
  expect(recordOf(table.item(keys.breaker('orders', 'payments'))).buckets).toEqual([]);
});

it('keeps its item under 1 KB, whatever is counted', async () => {
  const table = memoryTable();
  const fleet = breakerFleet(8, table, {
    window: { calls: 10 * WIDTH },
    failureRate: '80%',
    slow: { over: '100ms', rate: '90%' },
  });
  const stored = () => JSON.stringify(table.item(keys.breaker('orders', 'payments'))).length;
  const slowly = async () => {
    fleet.clock.advance(101);
    return failure;
  };
  let most = 0;
  for (let i = 0; i < 2_000; i++) {
    await fleet.member(i % 8).attempt(i < 80 || i % 3 === 0 ? slowly : reply('ok'));
    fleet.clock.advance(10);
    most = Math.max(most, stored());
  }
  // As JSON; DynamoDB counts neither quotes nor commas.
  expect(most).toBeGreaterThan(700);
  expect(most).toBeLessThan(1_300);
});

// Whatever order instances, the dependency and the store answer in: no probe too many, no slot kept, never stuck.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { keys } from '../../../../store/keys.ts';
import type { Send } from '../../../../middleware/kernel/outbound.ts';
import { breakerFleet, storedBreaker } from '../../../support/breaker-fleet.ts';
import { memoryTable, type MemoryTable } from '../../../support/memory-table.ts';
import { reply } from '../../../support/outbound.ts';

const SIZE = 4;
const ends = {
  ok: reply('ok'),
  failure: reply('500'),
  ignored: reply('refused', { sent: false }),
} as const;

/** One round: attempts under way at the same time, then time passes. */
const round = fc.record({
  attempts: fc.array(
    fc.record({ member: fc.nat(SIZE - 1), end: fc.constantFrom('ok', 'failure', 'ignored', 'throw') }),
    { minLength: 1, maxLength: 6 },
  ),
  away: fc.boolean().map((away) => away && 'away'),
  passMs: fc.constantFrom(0, 20, 60, 1_100, 5_000, 11_000),
});

it('has no more probes out than the rule wants, frees every slot, and closes once the dependency is well', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(round, { maxLength: 8 }),
      fc.integer({ min: 1, max: 3 }),
      async (s, rounds, probes) => {
        const table = memoryTable();
        const rule = { window: { time: '30s', minimumCalls: 1 }, halfOpen: { probes } };
        const { clock, members, member } = breakerFleet(SIZE, table, rule);
        // Everybody has seen it open, so whatever reaches the dependency before it has closed is a probe.
        await member(0).attempt(ends.failure);
        for (const one of members) expect((await one.attempt(ends.ok)).outcome).toBe('refused');

        let out = 0;
        let mostOut = 0;
        const closedAt = () => table.item(keys.breaker('orders', 'payments'))?.['state'] === 'CLOSED';
        let everClosed = false;
        const work =
          (end: keyof typeof ends | 'throw', alone: boolean): Send =>
          async () => {
            everClosed ||= closedAt();
            out += 1;
            if (!everClosed && !alone) mostOut = Math.max(mostOut, out);
            await s.schedule(Promise.resolve());
            out -= 1;
            if (end === 'throw') throw new Error('a bug of ours');
            return ends[end];
          };

        let wasAway = false;
        for (const { attempts, away, passMs } of rounds) {
          table.away = away === 'away';
          wasAway ||= table.away;
          table.delay = () => s.schedule(Promise.resolve());
          const begun = attempts.map(({ member: i, end }) =>
            member(i)
              .begin(work(end, wasAway))
              .reply.catch(() => reply('error')),
          );
          await s.waitFor(Promise.all(begun));
          // What settling has begun, such as a note of the transition, ends as well.
          do await s.waitFor(Promise.all(members.map(async ({ instance }) => instance.syncs.settle())));
          while (s.count() > 0);
          everClosed ||= closedAt();
          expect(mostOut).toBeLessThanOrEqual(probes);
          const { state } = await quietly(table, () => storedBreaker(table));
          if (!wasAway && state.kind === 'HALF_OPEN') expect(state.probes).toEqual([]);
          clock.advance(passMs);
        }

        // It is well again: everyone passes within the longest time it may have been open for, and a few rounds.
        table.away = false;
        table.delay = () => undefined;
        clock.advance(61_000);
        for (let i = 0; i < 12; i++) {
          for (const one of members) await one.attempt(ends.ok);
          clock.advance(1_000);
        }
        expect((await storedBreaker(table)).state.kind).toBe('CLOSED');
        for (const one of members) expect((await one.attempt(ends.ok)).outcome).toBe('ok');
      },
    ),
    { numRuns: 150 },
  );
});

/** Looks into the table without the scheduler's delays. */
async function quietly<T>(table: MemoryTable, look: () => Promise<T>): Promise<T> {
  const { delay, away } = table;
  table.delay = () => undefined;
  table.away = false;
  const seen = await look();
  Object.assign(table, { delay, away });
  return seen;
}

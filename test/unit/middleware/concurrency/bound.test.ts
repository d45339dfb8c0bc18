// Searches for a way to have more holders than permits: clocks that disagree, dying and frozen instances, lost answers, late ones.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CLOCK_ERROR_MS, expiryUs, isOver, termAt, type Term } from '../../../../middleware/concurrency/lease.ts';
import { chooseSlot, type ShardView, type Slot } from '../../../../middleware/concurrency/slots.ts';
import { memoryTable } from '../../../../middleware/testing/table/memory-table.ts';
import { permitStore, readPermits } from '../../../../store/items/permits.ts';
import { keys } from '../../../../store/keys.ts';
import type { Table } from '../../../../store/port.ts';

const INSTANCES = 8;
const START_MS = Date.UTC(2026, 0, 5);

type Action =
  | { readonly kind: 'claim'; readonly by: number; readonly remainingMs: number; readonly answered: boolean }
  | { readonly kind: 'renew'; readonly by: number; readonly answered: boolean }
  | { readonly kind: 'release'; readonly by: number }
  | { readonly kind: 'die'; readonly by: number }
  /** Somebody who is no holder writes into a slot that nobody holds. */
  | { readonly kind: 'forge'; readonly slot: number; readonly aheadMs: number }
  | { readonly kind: 'pass'; readonly ms: number };

const by = fc.integer({ min: 0, max: INSTANCES - 1 });
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('claim' as const),
      by,
      remainingMs: fc.constantFrom(0, 100, 3_000, 900_000),
      answered: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('renew' as const), by, answered: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('release' as const), by }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('die' as const), by }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('forge' as const),
      slot: fc.integer({ min: 0, max: 2 }),
      aheadMs: fc.constantFrom(5_000, 14_000, 15_101, 9e100),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('pass' as const),
      ms: fc.constantFrom(1, 49, 50, 99, 100, 101, 3_000, 10_000),
    }),
  },
);

/** What one instance believes to hold. */
interface Belief {
  readonly slot: Slot;
  readonly expiry: number;
  /** A renewal nobody answered. */
  readonly next: number | undefined;
}

/** What a claim names of a slot that no holder can have written. */
function foreignIn(views: ReadonlyMap<number, ShardView>, { shard, slot }: Slot, term: Term): number | undefined {
  const seen = views.get(shard)?.expiries.get(slot);
  return seen !== undefined && seen > term.beyondUs ? seen : undefined;
}

async function forge(table: Table, slot: number, expiry: number): Promise<void> {
  await table.update({
    key: keys.permits('orders', 'db-writers', 0),
    update: 'SET #slot = :expiry, v = :v',
    names: { '#slot': `s${slot}` },
    values: { ':expiry': expiry, ':v': 1 },
  });
}

describe('permits', () => {
  it('are never held by more than the limit at any true time, whatever happens to their holders', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 3 }),
        fc.array(fc.integer({ min: -CLOCK_ERROR_MS, max: CLOCK_ERROR_MS }), {
          minLength: INSTANCES,
          maxLength: INSTANCES,
        }),
        fc.array(action, { maxLength: 80, size: 'max' }),
        fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })),
        async (limit, offsets, actions, chances) => {
          const table = memoryTable();
          const store = permitStore(table, 'orders', 'db-writers', 0);
          const views = offsets.map(() => new Map<number, ShardView>());
          const beliefs = new Map<number, Belief>();
          const random = (): number => {
            const { value } = chances.next() as IteratorResult<number, undefined>;
            return value ?? 0;
          };
          let trueMs = START_MS;
          const clockOf = (i: number) => trueMs + (offsets[i] ?? 0);
          const holders = () => [...beliefs].filter(([i, { expiry }]) => !isOver(expiry, clockOf(i))).length;

          for (const step of actions) {
            if (step.kind === 'pass') {
              trueMs += step.ms;
              continue;
            }
            if (step.kind === 'forge') {
              const isHeld = [...beliefs.values()].some(({ slot }) => slot.slot === step.slot);
              if (!isHeld) await forge(table, step.slot, (trueMs + step.aheadMs) * 1000);
              continue;
            }
            const nowMs = clockOf(step.by);
            const belief = beliefs.get(step.by);
            if (step.kind === 'claim' && !belief) {
              const term = termAt(nowMs);
              const seen = views[step.by] ?? new Map<number, ShardView>();
              const slot = chooseSlot({ common: limit, upTo: limit }, seen, nowMs, term, random);
              if (!slot) continue;
              const expiry = expiryUs(nowMs, step.remainingMs, random());
              const { applied, record } = await store.claim(slot.slot, {
                expiryUs: expiry,
                pastUs: term.pastUs,
                foreignUs: foreignIn(seen, slot, term),
              });
              // An unanswered claim may have been applied; its invocation runs without a permit, or not at all.
              if (!step.answered) continue;
              seen.set(slot.shard, { seenAtMs: nowMs, expiries: record?.expiries ?? new Map() });
              if (applied) beliefs.set(step.by, { slot, expiry, next: undefined });
            } else if (step.kind === 'renew' && belief && !isOver(belief.expiry, nowMs)) {
              const next = belief.next ?? expiryUs(nowMs, 900_000, random());
              const { applied, record } = await store.renew(belief.slot.slot, belief.expiry, next);
              if (!step.answered) beliefs.set(step.by, { ...belief, next });
              else if (applied || record?.expiries.get(belief.slot.slot) === next) {
                beliefs.set(step.by, { slot: belief.slot, expiry: next, next: undefined });
              } else beliefs.delete(step.by);
            } else if (step.kind === 'release' && belief) {
              const own: [number, ...number[]] = [belief.expiry];
              if (belief.next !== undefined) own.push(belief.next);
              await store.release(belief.slot.slot, own);
              beliefs.delete(step.by);
            } else if (step.kind === 'die') {
              beliefs.delete(step.by);
            }
            expect(holders()).toBeLessThanOrEqual(limit);
          }

          // Nothing is lost for good either: once all leases are over, every permit is there to be had.
          trueMs += 16_000;
          const { expiries } = (await readPermits(table, 'orders', 'db-writers', 0)) ?? {
            expiries: new Map<number, number>(),
          };
          const seen = new Map([[0, { seenAtMs: trueMs, expiries }]]);
          const left = Array.from({ length: limit }, (_, slot) => slot);
          for (const slot of left) {
            const expiry = expiryUs(trueMs, 1_000, random());
            const foreignUs = foreignIn(seen, { shard: 0, slot }, termAt(trueMs));
            const { applied } = await store.claim(slot, { expiryUs: expiry, pastUs: termAt(trueMs).pastUs, foreignUs });
            expect(applied).toBe(true);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});

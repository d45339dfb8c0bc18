// The copies of a breaker's state, whatever order their writes and reads arrive in: none goes back, and all end with the last.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { recordOf, type BreakerState } from '../../../../store/items/breaker-record.ts';
import { shardedStore } from '../../../../store/items/breaker-shards.ts';
import { breakerStore } from '../../../../store/items/breaker.ts';
import { keys } from '../../../../store/keys.ts';
import { memoryTable } from '../../../support/memory-table.ts';

const NOW = 1_800_000_000_000;
const SHARDS = 4;
/** The authoritative item, in which nobody counts, and the shards. */
const all = Array.from({ length: 1 + SHARDS }, (_, index) => index);
const shard = fc.integer({ min: 1, max: SHARDS });
const keyOf = (index: number) =>
  index === 0 ? keys.breaker('orders', 'payments') : keys.breakerShard('orders', 'payments', index);
const open = (until: number): BreakerState => ({ kind: 'OPEN', until, openForMs: 5_000 });

/** Who moves it next, who reports and who looks meanwhile, by the shards they count in. */
const round = fc.record({
  mover: shard,
  reporters: fc.array(shard, { maxLength: 3 }),
  lookers: fc.array(shard, { maxLength: 2 }),
});

it('whoever moves it before the last copies have arrived', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.array(round, { minLength: 1, maxLength: 4 }), async (s, rounds) => {
      const table = memoryTable();
      const store = (index: number) =>
        shardedStore(table, 'orders', 'payments', { index, of: SHARDS, now: () => NOW, present: () => [] });
      const stored = (index: number) => recordOf(table.item(keyOf(index)));
      const highest = all.map(() => 0);
      const checkAll = () => {
        for (const index of all) {
          const { epoch, state } = stored(index);
          expect(epoch, `shard ${index} went back`).toBeGreaterThanOrEqual(highest[index] ?? 0);
          highest[index] = epoch;
          // Each epoch has one state, here as there.
          if (epoch > 0) expect(state, `shard ${index}`).toEqual(open(epoch));
        }
      };
      table.delay = () => s.schedule(Promise.resolve()).then(checkAll);

      const begun: Promise<unknown>[] = [];
      let epoch = 0;
      for (const [i, { mover, reporters, lookers }] of rounds.entries()) {
        const seen = epoch;
        epoch = NOW + i;
        const bucket = { index: 1, widthMs: 3_000, calls: 1, failures: 0, slow: 0 };
        begun.push(store(mover).move({ epoch: seen }, { epoch, state: open(epoch) }, []));
        for (const index of reporters) begun.push(store(index).publish(seen, [bucket], []));
        for (const index of lookers) {
          const looked = store(index).look();
          const known = highest[index] ?? 0;
          begun.push(looked.then((record) => expect(record.epoch, 'a look went back').toBeGreaterThanOrEqual(known)));
        }
        // The next one has seen this one, and none of its copies need have arrived.
        for (let waited = 0; stored(0).epoch < epoch && waited < 1_000; waited++) {
          await Promise.resolve();
          if (s.count() > 0) await s.waitOne();
        }
      }
      await s.waitFor(Promise.all(begun));
      expect(all.map((index) => stored(index).epoch)).toEqual(all.map(() => epoch));
    }),
    { numRuns: 200, interruptAfterTimeLimit: 8_000 },
  );
});

it('calls that were reported in the epoch that stands are counted once, in whichever shard, though it had not heard of it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.array(shard, { minLength: 1, maxLength: 8 }), async (s, reporters) => {
      const table = memoryTable();
      await breakerStore(table, 'orders', 'payments').move({ epoch: 0 }, { epoch: NOW, state: open(NOW) }, []);
      table.delay = () => s.schedule(Promise.resolve());
      const store = (index: number) =>
        shardedStore(table, 'orders', 'payments', { index, of: SHARDS, now: () => NOW, present: () => [] });
      const bucket = { index: 1, widthMs: 3_000, calls: 1, failures: 0, slow: 0 };
      const told = Promise.all(reporters.map((index) => store(index).publish(NOW, [bucket], [])));
      for (const { applied } of await s.waitFor(told)) expect(applied).toBe(true);
      const calls = all.map((index) =>
        recordOf(table.item(keyOf(index))).buckets.reduce((sum, one) => sum + one.calls, 0),
      );
      expect(calls).toEqual(all.map((index) => reporters.filter((reporter) => reporter === index).length));
    }),
    { numRuns: 200, interruptAfterTimeLimit: 8_000 },
  );
});

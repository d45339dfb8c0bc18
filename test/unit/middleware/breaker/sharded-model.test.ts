// A fleet whose counts are in several items, divided anew at any moment: the promises of the model hold, and nothing counts twice.
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { shardOf } from '../../../../middleware/breaker/shards.ts';
import { keys } from '../../../../store/keys.ts';
import {
  check,
  checkRecovery,
  close,
  one,
  open,
  ordinary,
  ruleOf,
  step,
  wrong,
  type Step,
} from '../../../support/breaker-promises.ts';
import { BreakerWorld, loadChanged, type WorldMember } from '../../../support/breaker-world.ts';

beforeAll(loadChanged);

const SIZE = 5;
const MOST_SHARDS = 8;
const SHARDS = Array.from({ length: MOST_SHARDS }, (_, i) => i + 1);

const divided = one(1, 2, 4, 8).map((to) => step(`divide into ${to}`, (world) => world.divide(to)));
/** An eventually consistent read may be answered by a replica that is behind. */
const lagging = fc.nat(9).map((i) => step(`lag ${i}`, (world) => world.carry(i, 'lag')));
const throttled = fc.nat(9).map((i) => step(`throttle ${i}`, (world) => world.carry(i, 'throttle')));
const shardLost = one(...SHARDS).map((i) => step(`lose shard ${i}`, (world) => world.loseShard(i)));

const sharded = fc.oneof(
  { weight: 20, arbitrary: ordinary },
  { weight: 3, arbitrary: divided },
  { weight: 2, arbitrary: lagging },
);
const wronged = fc.oneof(
  { weight: 16, arbitrary: sharded },
  { weight: 2, arbitrary: wrong },
  { weight: 2, arbitrary: throttled },
  { weight: 1, arbitrary: shardLost },
);
const history = (of: fc.Arbitrary<Step>) => fc.array(of, { minLength: 5, maxLength: 60, size: 'max' });

/** What holds of the copies of the state after every step: none goes back, none says what the state's own item never has. */
class Copies {
  readonly #states = new Map<number, string>();
  readonly #epochs = new Map<number, number>();
  readonly #admitted = new Map<WorldMember, number>();
  #looked = 0;

  check(world: BreakerWorld): void {
    for (const { before, after } of world.writes) for (const one of [before, after]) this.#note(one);
    this.#note(world.record);
    for (const index of SHARDS) {
      const { epoch, state, forced } = world.shard(index);
      expect(epoch, `shard ${index} is ahead of the state`).toBeLessThanOrEqual(world.record.epoch);
      expect(epoch, `shard ${index} went back`).toBeGreaterThanOrEqual(this.#epochs.get(index) ?? 0);
      this.#epochs.set(index, epoch);
      expect([...new Set([this.#states.get(epoch)])], `shard ${index}`).toEqual([JSON.stringify([state.kind, forced])]);
    }
    // Nor does anybody who has heard of an epoch decide by an earlier one.
    for (const { member, ticket } of world.admitted.slice(this.#looked)) {
      expect(ticket.epoch, 'admitted by what is over').toBeGreaterThanOrEqual(this.#admitted.get(member) ?? 0);
      this.#admitted.set(member, ticket.epoch);
    }
    this.#looked = world.admitted.length;
  }

  lost(index: number): void {
    this.#epochs.delete(index);
  }

  #note({ epoch, state, forced }: BreakerWorld['record']): void {
    this.#states.set(epoch, JSON.stringify([state.kind, forced]));
  }
}

async function run(world: BreakerWorld, steps: readonly Step[]): Promise<Copies> {
  const copies = new Copies();
  copies.check(world);
  for (const each of steps) {
    await each.run(world);
    const lost = /^lose shard (\d)/.exec(each.does)?.[1];
    if (lost !== undefined) copies.lost(Number(lost));
    copies.check(world);
    check(world);
  }
  return copies;
}

/** Everybody exchanges with the store until all that was counted has been told, and nobody moves any more. */
async function drain(world: BreakerWorld): Promise<void> {
  world.away = false;
  for (const member of world.members) await world.thaw(member);
  await world.carryAll();
  await world.pass(2_000);
  for (let round = 0; round < 4; round++) {
    for (const member of world.members) {
      member.breaker.lookAgain();
      await world.call(member);
      await world.carryAll();
    }
    await world.pass(6_000);
  }
}

/** Every instance has three calls, and they go well. */
async function allWell(world: BreakerWorld): Promise<void> {
  while (world.out.length > 0) await world.end(0, 'ignored');
  for (let calls = 0; calls < 3; calls++) {
    for (const member of world.members) {
      await world.call(member);
      await world.carryAll();
      while (world.out.length > 0) await world.end(0, 'success');
    }
  }
}

describe('whatever happens to a fleet in shards', () => {
  it('never stuck, no slot kept, no probe too many, the higher epoch wins everywhere', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(history(sharded), history(wronged)),
        one(1, 2, 3, 5),
        fc.boolean(),
        one(0, 1, 1, 1, 2),
        one(2, 8),
        async (steps, probes, ramp, openings, shards) => {
          const world = new BreakerWorld(SIZE, ruleOf(probes, ramp));
          for (let i = 0; i < openings; i++) await open(world);
          if (openings === 2) await close(world);
          await world.divide(shards);
          const copies = await run(world, steps);
          await checkRecovery(world, () => copies.check(world));
        },
      ),
      { numRuns: 40, interruptAfterTimeLimit: 8_000 },
    );
  });

  it('everybody whose last calls went well counts where the fleet is divided into', async () => {
    await fc.assert(
      fc.asyncProperty(history(wronged), one(1, 2, 4, 8), async (steps, shards) => {
        const world = new BreakerWorld(SIZE, counting('time'));
        await run(world, steps);
        await drain(world);
        if (world.record.forced) await world.force(null);
        await drain(world);
        await allWell(world);
        await world.divide(shards);
        await drain(world);
        const since = world.ledger.reports.length;
        await allWell(world);
        await drain(world);
        const of = world.record.shards ?? 1;
        for (const member of world.members) {
          const told = world.ledger.reports.slice(since).filter(({ by }) => by === member);
          const place = shardOf(member.instance.id, 'payments', of);
          const { pk } =
            place === 0 ? keys.breaker('orders', 'payments') : keys.breakerShard('orders', 'payments', place);
          expect([...new Set(told.map(({ item }) => item))]).toEqual([pk]);
        }
      }),
      { numRuns: 30, interruptAfterTimeLimit: 8_000 },
    );
  });
});

/** Never opens by itself, and forgets nothing within a history: an epoch is over when an operator forces it. */
function counting(window: 'time' | 'calls') {
  return {
    window: window === 'time' ? { time: '1h', minimumCalls: 100_000 } : { calls: 100_000, minimumCalls: 100_000 },
    surge: 'off' as const,
  };
}

/**
 * The rule: of the calls that ended at an instance while it held the breaker for closed, those count of which a report
 * was applied. A report without an answer is forfeited, whether or not it has been; one that was refused for being too
 * many is told again; one of an epoch that is over is void, with what had not left by then. Nothing counts twice.
 */
describe.each(['time', 'calls'] as const)('the accounts of a window of %s', (window) => {
  const accounts = (steps: fc.Arbitrary<Step>, settle: (world: BreakerWorld) => void) =>
    fc.asyncProperty(history(steps), one(1, 2, 8), async (history, shards) => {
      const world = new BreakerWorld(SIZE, counting(window));
      await world.divide(shards);
      const born = new Set(world.members);
      for (const each of history) {
        await each.run(world);
        for (const member of world.members) born.add(member);
      }
      await drain(world);
      for (const member of born) {
        for (const epoch of world.ledger.epochsOf(member)) {
          const { counted, published } = world.ledger.accountOf(member, epoch);
          expect(published, 'counted twice').toBeLessThanOrEqual(counted);
        }
      }
      for (const member of world.members) {
        const { counted, published, forfeited } = world.ledger.accountOf(member, world.record.epoch);
        expect(published, 'published').toBe(counted - forfeited);
      }
      settle(world);
    });

  it('published = counted - forfeited, in whatever shards, whatever goes wrong', async () => {
    await fc.assert(
      accounts(wronged, () => {}),
      { numRuns: 60, interruptAfterTimeLimit: 15_000 },
    );
  });

  it('published = counted where no answer was lost or given up', async () => {
    await fc.assert(
      accounts(sharded, (world) => {
        // A slow answer may have been given up as well.
        if (!world.calm) return;
        for (const member of world.members) expect(world.ledger.accountOf(member, 0).forfeited).toBe(0);
      }),
      { numRuns: 60, interruptAfterTimeLimit: 15_000 },
    );
  });
});

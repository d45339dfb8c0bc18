// A bucket that is divided and put together again, by instances that know it, lag behind, or stop half way.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Instance } from '../../../../middleware/kernel/instance.ts';
import { parseRate } from '../../../../middleware/kernel/rates.ts';
import { compileGcra } from '../../../../middleware/throttle/gcra.ts';
import { Lease } from '../../../../middleware/throttle/lease.ts';
import { betterParts, WHOLE, type Division } from '../../../../middleware/throttle/division.ts';
import { reshape, takeFromParts } from '../../../../middleware/throttle/parts.ts';
import { leaseTerms } from '../../../../middleware/throttle/terms.ts';
import { seededRandom } from '../../../../middleware/testing/random.ts';
import { memoryTable } from '../../../../middleware/testing/table/memory-table.ts';
import type { Table } from '../../../../store/port.ts';
import { fakeClock, type FakeClock } from '../../../support/fake-clock.ts';
import { testInstance } from '../../../support/instance.ts';
import { excess, type Admitted } from './meter.ts';

const NOW_MS = Date.UTC(2026, 0, 5);
const gcra = compileGcra(parseRate('100/s'), 400);
const terms = leaseTerms(gcra, 'leased') ?? unleasable();
const STATE = { rule: 'everyone', algorithm: 'token-bucket', generation: 'g', key: '(all)' };
const PATIENCE = { timeoutMs: () => 1_000 };

function unleasable(): never {
  throw new Error('cannot be leased');
}

interface Member {
  readonly instance: Instance;
  readonly clock: FakeClock;
  readonly lease: Lease;
  division: Division;
  /** Writes until this instance is ended; Infinity for one that lives on. */
  writesLeft: number;
}

class Ended extends Error {}

function membersOf(table: Table, offsetsMs: readonly number[], seed: number): Member[] {
  return offsetsMs.map((offsetMs, i) => {
    const clock = fakeClock(NOW_MS + offsetMs);
    const update: Table['update'] = async (request) => {
      if (member.writesLeft-- <= 0) throw new Ended();
      return table.update(request);
    };
    const random = seededRandom(seed + i);
    const instance = testInstance({ id: `i-${i}`, clock, random, table: { ...table, update } });
    const member: Member = { instance, clock, lease: new Lease(gcra, terms), division: WHOLE, writesLeft: Infinity };
    return member;
  });
}

async function ask(member: Member, tokens: number): Promise<void> {
  const wanted = { tokens, terms, aheadUs: 0 };
  const granted = await takeFromParts(member.instance, gcra, STATE, member.division, wanted, PATIENCE);
  member.division = granted.division;
  const { startUs, intervalUs, record } = granted;
  if (granted.tokens > 0 && record) {
    member.lease.add({ startUs, tokens: granted.tokens, intervalUs, baseUs: record.baseUs });
  }
}

async function divide(member: Member, to: number): Promise<void> {
  if (to === member.division.parts) return;
  member.division = await reshape(member.instance, gcra, STATE, member.division, to, terms, PATIENCE);
}

const steps = fc.array(
  fc.record({
    pauseMs: fc.oneof(
      { weight: 6, arbitrary: fc.constant(0) },
      { weight: 3, arbitrary: fc.integer({ min: 1, max: 1_200 }) },
      { weight: 1, arbitrary: fc.integer({ min: 1_000, max: 6_000 }) },
    ),
    member: fc.nat({ max: 3 }),
    does: fc.oneof(
      { weight: 4, arbitrary: fc.constant('ask' as const) },
      { weight: 4, arbitrary: fc.constant('use' as const) },
      { weight: 1, arbitrary: fc.constant('divide' as const) },
      { weight: 1, arbitrary: fc.constant('begin to divide' as const) },
    ),
    many: fc.integer({ min: 1, max: 120 }),
    to: fc.constantFrom(1, 2, 3, 5),
    writes: fc.nat({ max: 4 }),
  }),
  { minLength: 5, maxLength: 60, size: 'max' },
);

describe('a bucket in parts', () => {
  it('never gives more than the whole would, however it is divided and whoever stops half way', async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.integer(), async (sequence, seed) => {
        const members = membersOf(memoryTable(), [-50, 50, 0, 20], seed);
        const admitted: Admitted[] = [];
        for (const { pauseMs, member: index, does, many, to, writes } of sequence) {
          for (const { clock } of members) clock.advance(pauseMs);
          const member = members[index];
          if (!member) throw new Error('no such member');
          const atUs = (members[2]?.clock.now() ?? 0) * 1000;
          if (does === 'ask') await ask(member, many);
          else if (does === 'use') {
            const { tokens } = member.lease.take(member.clock.now() * 1000, many);
            if (tokens > 0) admitted.push({ atUs, tokens });
          } else {
            member.writesLeft = does === 'divide' ? Infinity : writes;
            await divide(member, to).catch((error: unknown) => {
              if (!(error instanceof Ended)) throw error;
            });
            member.writesLeft = Infinity;
          }
        }
        expect(excess(gcra, admitted)).toBeLessThanOrEqual(1e-6);
      }),
      { numRuns: 400 },
    );
  });

  it.each([
    [1, 4],
    [4, 1],
    [4, 2],
    [2, 5],
  ])('from %i to %i gives no second burst to those who ask the new parts', async (from, to) => {
    // What the slowest clock has leased it keeps to the end; the fastest asks for all it can get then.
    const members = membersOf(memoryTable(), [-50, 50, 0], 7);
    const [slow, fast, steady] = members;
    if (!slow || !fast || !steady) throw new Error('no members');
    const admitted: Admitted[] = [];
    const use = (member: Member) => {
      const { tokens } = member.lease.take(member.clock.now() * 1000, 10_000);
      admitted.push({ atUs: steady.clock.now() * 1000, tokens });
    };
    await ask(slow, 1);
    await divide(slow, from);
    await ask(steady, 1);
    for (const { clock } of members) clock.advance(30_000);
    // One part keeps some, for whoever does not know yet that it is over.
    for (let i = 0; i < from; i++) await ask(slow, 400 / from - 5);
    // Just before its tokens end.
    for (const { clock } of members) clock.advance(terms.validityUs / 1000);
    await divide(slow, to);
    for (let i = 0; i < 3 * to; i++) await ask(fast, 400);
    for (let i = 0; i < 3 * from; i++) await ask(steady, 400);
    for (const member of members) use(member);
    const { clock } = steady;
    for (let i = 0; i < 200; i++) {
      for (const { clock: one } of members) one.advance(10);
      await ask(fast, 50);
      use(fast);
    }
    expect(clock.now()).toBe(NOW_MS + 30_000 + terms.validityUs / 1000 + 2_000);
    expect(excess(gcra, admitted)).toBeLessThanOrEqual(1e-6);
    // The burst was there to be had, so that more would have been seen.
    expect(excess(gcra, admitted)).toBeGreaterThan(-200);
  });

  it('gives the whole rate and no more once it is drained, and again when it is whole', async () => {
    const members = membersOf(memoryTable(), [-50, 50, 0, 20], 1);
    const [first] = members;
    if (!first) throw new Error('no members');
    const perSecond: number[] = [];
    for (let second = 0; second < 40; second++) {
      if (second === 10) await divide(first, 4);
      if (second === 25) await divide(first, 1);
      let tokens = 0;
      for (let tick = 0; tick < 20; tick++) {
        for (const member of members) {
          member.clock.advance(50);
          await ask(member, 10);
          tokens += member.lease.take(member.clock.now() * 1000, 100).tokens;
        }
      }
      perSecond.push(tokens);
    }
    const mean = (from: number, to: number) =>
      perSecond.slice(from, to).reduce((sum, tokens) => sum + tokens, 0) / (to - from);
    expect(mean(5, 10)).toBeCloseTo(100, -1);
    expect(mean(14, 24)).toBeGreaterThan(97);
    expect(mean(14, 24)).toBeLessThan(103);
    expect(mean(28, 40)).toBeGreaterThan(97);
    expect(members.map(({ division }) => division.parts)).toEqual([1, 1, 1, 1]);
  });

  it('tells whoever still knows the whole, at its next request', async () => {
    const [first, second] = membersOf(memoryTable(), [0, 0], 1);
    if (!first || !second) throw new Error('no members');
    await ask(first, 10);
    await ask(second, 10);
    await divide(first, 4);
    await ask(second, 10);
    expect(second.division).toEqual(first.division);
    expect(second.lease.unspent(second.clock.now() * 1000)).toBe(20);
  });

  it('is finished by another when whoever divided it has stopped', async () => {
    const [first, second] = membersOf(memoryTable(), [0, 0], 1);
    if (!first || !second) throw new Error('no members');
    await ask(first, 10);
    await divide(first, 4);
    first.clock.advance(60_000);
    second.clock.advance(60_000);
    // Two of the four parts are closed, and then nothing more is heard of it.
    first.writesLeft = 2;
    await expect(divide(first, 2)).rejects.toThrow(Ended);
    for (let i = 0; i < 8; i++) await ask(second, 1);
    expect(second.division.parts).toBe(2);
    expect(second.lease.unspent(second.clock.now() * 1000)).toBe(8);
  });
});

describe('how many parts are better', () => {
  const age = NOW_MS - 60_000;
  it.each([
    ['a hundred instances that lease each second', WHOLE, 100, 1],
    ['four hundred', WHOLE, 400, 1],
    ['six hundred: more than 600 writes a second', WHOLE, 600, 3],
    ['a thousand: as much as an item takes, so it may be many more', WHOLE, 1_000, 8],
    ['no more than 64 for any number', { parts: 32, openedUs: 1, sinceMs: age }, 1_000, 64],
    ['as many as there are, while each has enough to do', { parts: 8, openedUs: 1, sinceMs: age }, 100, 8],
    ['fewer when they are quiet', { parts: 8, openedUs: 1, sinceMs: age }, 10, 1],
    ['as many as there are when nobody has said anything', { parts: 8, openedUs: 1, sinceMs: age }, 0, 8],
    ['no change soon after another', { parts: 8, openedUs: 1, sinceMs: NOW_MS - 1_000 }, 10_000, 8],
  ])('%s', (_name, division, instances, parts) => {
    expect(betterParts(division, instances, 1e6, NOW_MS)).toBe(parts);
  });
});

// A leased quota: exact over the whole fleet whatever happens, almost without writes, and told what was used.
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { memoryTable } from '../../../support/memory-table.ts';
import { QuotaFleet, type Fault } from './quota-fleet.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const fleetOf = (size: number, limit: number, lengthMs = HOUR) =>
  new QuotaFleet(memoryTable(), { service: 'orders', size, limit, lengthMs });

describe('one busy instance', () => {
  let fleet: QuotaFleet;
  beforeEach(() => {
    fleet = fleetOf(1, 1_000_000);
  });

  it('writes for less than one of fifty requests', async () => {
    for (let i = 0; i < 2_000; i++) {
      expect(await fleet.invoke(0, 1)).toBe(1);
      fleet.clock.advance(50);
    }
    expect(fleet.writes).toBeLessThan(40);
  });

  it('has reported all that it used once it has been asked for nothing for a minute', async () => {
    for (let i = 0; i < 500; i++) {
      await fleet.invoke(0, 1);
      fleet.clock.advance(100);
    }
    const during = await fleet.record();
    expect(during?.held).toBeGreaterThan(0);
    fleet.clock.advance(MINUTE);
    await fleet.idle(0);
    expect(await fleet.record()).toMatchObject({ taken: 500, held: 0 });
  });

  it('reports to the window that it used, when that has ended', async () => {
    const first = fleet.windowStart;
    fleet.clock.advance(HOUR - 20_000);
    for (let i = 0; i < 50; i++) {
      await fleet.invoke(0, 1);
      fleet.clock.advance(100);
    }
    fleet.clock.advance(20_000);
    for (let i = 0; i < 50; i++) await fleet.invoke(0, 1);
    await fleet.idle(0);
    expect(await fleet.record(first)).toMatchObject({ taken: 50, held: 0 });
  });

  it('gives back what it holds beside a request for another key', async () => {
    for (let i = 0; i < 100; i++) await fleet.invoke(0, 1);
    expect((await fleet.record())?.held).toBeGreaterThan(0);
    fleet.clock.advance(MINUTE);
    await fleet.invoke(0, 1, 1, 'ben');
    expect(await fleet.record()).toMatchObject({ taken: 100, held: 0 });
  });
});

it('a key that is seen once a minute is never leased', async () => {
  const fleet = fleetOf(1, 1_000_000);
  for (let i = 0; i < 20; i++) {
    await fleet.invoke(0, 1);
    expect((await fleet.record())?.held).toBe(0);
    fleet.clock.advance(MINUTE);
  }
});

it('no instance ever holds more than a thousandth of what is left', async () => {
  const fleet = fleetOf(1, 10_000);
  let used = 0;
  for (let i = 0; i < 600; i++) {
    used += await fleet.invoke(0, 17);
    const { taken = 0, held = 0 } = (await fleet.record()) ?? {};
    // What is reported as held may have been spent since.
    expect(taken - used).toBeLessThanOrEqual(Math.max(0, (10_000 - used) / 1_000));
    if (used >= 9_900) expect(held).toBeLessThanOrEqual(10);
    fleet.clock.advance(1_000);
  }
  expect(used).toBe(10_000);
});

it('what is refused while others hold tokens may come back when those have ended', async () => {
  const fleet = fleetOf(2, 10_000);
  for (let i = 0; i < 8; i++) await fleet.invoke(0, 10);
  const { held = 0 } = (await fleet.record()) ?? {};
  expect(held).toBeGreaterThan(0);
  // The other one takes all the rest, and is refused.
  const rest = 10_000 - 80 - held;
  expect(await fleet.invoke(1, 9_999)).toBe(rest);
  expect(await fleet.invoke(1, 1)).toBe(0);
  fleet.clock.advance(MINUTE);
  await fleet.idle(0);
  fleet.clock.advance(5_000);
  expect(await fleet.invoke(1, 9_999)).toBe(held);
  expect(await fleet.invoke(1, 1)).toBe(0);
});

describe('whatever happens', () => {
  const LIMIT = 20_000;
  const faults = fc.constantFrom<Fault>('none', 'none', 'none', 'answer-lost', 'request-lost', 'throttled');
  const member = fc.nat(2);
  const wanted = fc.oneof(fc.constant(1), fc.constant(1), fc.nat(20), fc.nat(300));
  const step = fc.oneof(
    { weight: 12, arbitrary: fc.record({ kind: fc.constant('invoke' as const), member, wanted, times: fc.nat(12) }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('undo' as const), member, wanted, kept: fc.nat(20) }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('race' as const), wanted }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.nat(90_000) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.nat(2 * HOUR) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('kill' as const), member }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('idle' as const), member }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('fault' as const), fault: faults }) },
  );
  type Step = typeof step extends fc.Arbitrary<infer Of> ? Of : never;

  async function run(fleet: QuotaFleet, steps: readonly Step[]): Promise<void> {
    for (const each of steps) {
      if (each.kind === 'invoke') {
        for (let i = 0; i <= each.times; i++) await fleet.invoke(each.member, each.wanted);
      } else if (each.kind === 'undo') await fleet.invoke(each.member, each.wanted, each.kept);
      else if (each.kind === 'race') {
        await Promise.all(Array.from({ length: fleet.size }, (_, i) => fleet.invoke(i, each.wanted)));
      } else if (each.kind === 'pass') fleet.clock.advance(each.ms);
      else if (each.kind === 'kill') fleet.kill(each.member);
      else if (each.kind === 'idle') await fleet.idle(each.member);
      else fleet.fault = each.fault;
    }
  }

  it('admits no more than the limit in any window', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60, size: 'max' }), async (steps) => {
        const fleet = fleetOf(3, LIMIT, 12 * HOUR);
        await run(fleet, steps);
        // Too many would show only when all is used up.
        fleet.fault = 'none';
        for (let i = 0; i < fleet.size; i++) await fleet.invoke(i, LIMIT);
        for (const [, tokens] of fleet.admitted) expect(tokens).toBeLessThanOrEqual(LIMIT);
      }),
      { numRuns: 300 },
    );
  });

  it('and knows how many, when all have reported and none has died or gone unheard', async () => {
    const kind = (each: Step) => each.kind !== 'kill' && each.kind !== 'fault';
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60, size: 'max' }), async (steps) => {
        const fleet = fleetOf(3, LIMIT, 12 * HOUR);
        await run(fleet, steps.filter(kind));
        fleet.clock.advance(MINUTE);
        for (let i = 0; i < fleet.size; i++) await fleet.idle(i);
        for (const [startMs, tokens] of fleet.admitted) {
          if (tokens > 0) expect(await fleet.record(startMs)).toMatchObject({ taken: tokens, held: 0 });
        }
      }),
      { numRuns: 200 },
    );
  });
});

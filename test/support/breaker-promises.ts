// What may happen to the instances of a breaker, their store and its operators, and what holds whatever does.
import fc from 'fast-check';
import { expect } from 'vitest';
import { minimumCallsAt } from '../../middleware/breaker/ramp.ts';
import type { BreakerRule } from '../../middleware/kernel/rules/document.ts';
import type { BreakerRecord } from '../../store/items/breaker-record.ts';
import type { BreakerWorld, Out, Write } from './breaker-world.ts';

const LONGEST_OPEN_MS = 8_000;
const LEASE_MS = 1_500;
const MOST_SLOTS = 10;

export function ruleOf(probes: number, ramp: boolean): BreakerRule {
  return {
    window: { time: '30s', minimumCalls: 2 },
    openFor: { initial: '2s', factor: 2, max: '8s' },
    halfOpen: { probes, ...(ramp ? { ramp: ['10%', '50%', '100%'], rampStage: '1s' } : {}) },
  };
}

export interface Step {
  readonly does: string;
  run(world: BreakerWorld): Promise<void> | void;
}

export const index = fc.nat(9);
export const step = (does: string, run: Step['run']): Step => ({ does, run });
export const one = <const T>(...values: T[]) => fc.constantFrom(...values);

/** What happens every day. */
export const ordinary = fc.oneof(
  { weight: 4, arbitrary: index.map((i) => step(`call ${i}`, (world) => world.call(world.member(i)))) },
  { weight: 2, arbitrary: index.map((i) => step(`deliver ${i}`, (world) => world.carry(i, 'deliver'))) },
  { weight: 4, arbitrary: fc.constant(step('deliver all', (world) => world.carryAll())) },
  {
    weight: 4,
    arbitrary: fc
      .tuple(index, one('success', 'failure', 'failure', 'ignored'))
      .map(([i, result]) => step(`end ${i} ${result}`, (world) => world.end(i, result))),
  },
  {
    weight: 3,
    arbitrary: one(1, 60, 110, 1_100, 2_000, 4_000, 9_000).map((ms) => step(`pass ${ms}`, (world) => world.pass(ms))),
  },
  { weight: 1, arbitrary: index.map((i) => step(`settle ${i}`, (world) => world.settle(world.member(i)))) },
);

/** What goes wrong, and what operators do about it. */
export const wrong = fc.oneof(
  index.map((i) => step(`lose ${i}`, (world) => world.carry(i, 'lose'))),
  index.map((i) => step(`freeze ${i}`, (world) => world.freeze(world.member(i)))),
  index.map((i) => step(`thaw ${i}`, (world) => world.thaw(world.member(i)))),
  index.map((i) => step(`die ${i}`, (world) => world.die(i))),
  fc.boolean().map((away) =>
    step(`store ${away ? 'away' : 'back'}`, (world) => {
      world.away = away;
    }),
  ),
  fc
    .tuple(one('FORCED_OPEN', 'FORCED_CLOSED', null), one(1_000, undefined))
    .map(([state, forMs]) => step(`force ${state} ${forMs}`, (world) => world.force(state, forMs))),
);

/** The promises that hold after every step. */
export function check(world: BreakerWorld): void {
  const { clock, record, settings, out } = world;
  const nowMs = clock.now();
  const most = Math.min(MOST_SLOTS, settings.probes);
  const { state } = record;
  const lasting = (one: Out) => one.ticket.held !== undefined && one.ticket.held.until >= nowMs;

  // No more than the rule's are out at once over the whole fleet, and each holds a slot.
  const probes = out.filter((one) => lasting(one) && one.ticket.held?.epoch === record.epoch);
  expect(probes.length, 'probes out').toBeLessThanOrEqual(most);
  if (state.kind === 'HALF_OPEN') {
    const slots = state.probes.filter(({ until }) => until >= nowMs);
    expect(slots.length, 'slots taken').toBeLessThanOrEqual(most);
    expect(state.probes.length, 'tokens kept').toBeLessThanOrEqual(most);
    // No more are out than there are results missing.
    expect(state.successes + state.failed + slots.length).toBeLessThanOrEqual(settings.probes);
    const tokens = slots.map(({ token }) => token);
    for (const { ticket } of probes) expect(tokens).toContain(ticket.held?.token);
    // A slot is given back at once, whatever its probe has shown; only what has gone wrong leaves it to its lease.
    if (world.calm && world.messages.length === 0) expect(tokens).toHaveLength(probes.length);
    // No slot is taken for longer than a lease.
    for (const { until } of slots) expect(until - nowMs).toBeLessThanOrEqual(LEASE_MS);
    // Results are counted once, and only those of this period.
    expect(state.successes).toBeLessThanOrEqual(resultsIn(world, record.epoch, 'success'));
    expect(state.failed).toBeLessThanOrEqual(resultsIn(world, record.epoch, 'failure'));
  }

  // Only an instance without an answer from the store takes itself to be alone, and then it has as many probes.
  for (const member of world.members) {
    const alone = out.filter((one) => one.member === member && one.ticket.guard?.token !== undefined);
    if (!member.wronged) expect(alone, 'alone without a reason').toEqual([]);
  }
  for (const write of world.writes.splice(0)) checkWrite(world, write);
}

/** Results of the probes of one period. */
function resultsIn({ ended }: BreakerWorld, epoch: number, result: string): number {
  const own = ended.filter(({ ticket }) => ticket.held?.epoch === epoch);
  return own.filter((one) => one.result === result).length;
}

const stateOf = ({ epoch, state, forced }: BreakerRecord) => JSON.stringify([epoch, state, forced]);

/** Every change of the item is one that the machine allows, for a reason that there was. */
function checkWrite(world: BreakerWorld, { at, before, after }: Write): void {
  const { settings } = world;
  const [from, to] = [before.state, after.state];
  expect(after.epoch).toBeGreaterThanOrEqual(before.epoch);
  // Where a fleet is divided, counts come and go, and who counts where, whatever the state.
  if (after.shards !== undefined && stateOf(before) === stateOf(after)) return;
  if (after.epoch === before.epoch) {
    // Within a period: one probe comes or goes, one turn later.
    expect(to.kind).toBe(from.kind);
    if (from.kind === 'HALF_OPEN' && to.kind === 'HALF_OPEN') {
      expect(to.turn).toBe(from.turn + 1);
      expect(to.successes + to.failed - from.successes - from.failed).toBeLessThanOrEqual(1);
    } else expect(to).toEqual(from);
    return;
  }
  // An operator leaves the state beneath as it is.
  if (from.kind === to.kind) return;
  const forced = JSON.stringify(before.forced) !== JSON.stringify(after.forced);
  expect(forced).toBe(false);
  expect(`${from.kind}>${to.kind}`).toMatch(/^(CLOSED>OPEN|OPEN>HALF_OPEN|HALF_OPEN>OPEN|HALF_OPEN>CLOSED)$/);
  if (from.kind === 'OPEN') expect(at).toBeGreaterThanOrEqual(from.until);
  if (from.kind === 'CLOSED') {
    const calls = world.ended.filter(({ ticket, result }) => ticket.epoch === before.epoch && result !== 'ignored');
    expect(calls.length).toBeGreaterThanOrEqual(minimumCallsAt(from, settings, at));
    expect(calls.some(({ result }) => result === 'failure')).toBe(true);
  }
  if (from.kind === 'HALF_OPEN') {
    const [good, bad] = [resultsIn(world, before.epoch, 'success'), resultsIn(world, before.epoch, 'failure')];
    if (to.kind === 'OPEN') expect(bad).toBeGreaterThanOrEqual(settings.failureRate * settings.probes);
    else expect(good + bad).toBeGreaterThanOrEqual(settings.probes);
  }
  if (to.kind === 'OPEN') expect(to.openForMs).toBeLessThanOrEqual(LONGEST_OPEN_MS);
}

/** Everything is well again: within the longest time it may be open, its probes and its ramp, everybody passes. */
export async function checkRecovery(world: BreakerWorld, alsoCheck = () => {}): Promise<void> {
  world.away = false;
  for (const member of world.members) await world.thaw(member);
  await world.carryAll();
  if (world.record.forced) await world.force(null);
  while (world.out.length > 0) await world.end(0, 'success');
  await world.carryAll();
  await world.pass(LONGEST_OPEN_MS + LEASE_MS);
  alsoCheck();
  for (let round = 0; round < 12; round++) {
    for (const member of world.members) {
      await world.call(member);
      await world.carryAll();
      while (world.out.length > 0) await world.end(0, 'success');
      await world.carryAll();
      alsoCheck();
      check(world);
    }
    await world.pass(1_200);
  }
  expect(world.record.state.kind, 'stuck').toBe('CLOSED');
  for (const member of world.members) {
    const before = world.admitted.length;
    await world.call(member);
    await world.carryAll();
    expect(world.admitted.length, 'still refused').toBe(before + 1);
  }
}

/** Behind an open breaker whose time is over, with attempts under way that were admitted before it opened. */
export async function open(world: BreakerWorld): Promise<void> {
  for (let i = 0; i < 4; i++) {
    await world.call(world.member(i));
    await world.carryAll();
  }
  // One instance alone does not open it for the others.
  for (let i = 0; world.record.state.kind === 'CLOSED'; i++) {
    await world.call(world.member(i));
    await world.carryAll();
    await world.end(world.out.length - 1, 'failure');
    await world.carryAll();
    await world.pass(60);
  }
  await world.pass(8_000);
}

/** Closed again, its ramp over, with those attempts still under way. */
export async function close(world: BreakerWorld): Promise<void> {
  while (world.record.state.kind !== 'CLOSED') {
    await world.call(world.member(0));
    await world.carryAll();
    await world.end(world.out.length - 1, 'success');
    await world.carryAll();
    await world.pass(2_000);
  }
  await world.pass(3_000);
}

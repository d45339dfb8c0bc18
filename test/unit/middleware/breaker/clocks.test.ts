// Instances whose clocks disagree by an hour.
import { expect, it } from 'vitest';
import { breakerFleet, START, storedBreaker } from '../../../support/breaker-fleet.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { memoryTable } from '../../../support/memory-table.ts';
import { reply } from '../../../support/outbound.ts';

const HOUR = 3_600_000;
const ok = reply('ok');
const failure = reply('500');

/** One instance whose clock is off, and two that are right; the first opens the breaker. */
async function opened(offMs: number, rule = {}) {
  const table = memoryTable();
  const given = { window: { time: '30s', minimumCalls: 2 }, surge: 'off', quorum: 1, ...rule } as const;
  const clock = fakeClock(START);
  const odd = fakeClock(START + offMs);
  const fleet = breakerFleet(2, table, given, undefined, clock);
  const other = breakerFleet(1, table, given, undefined, odd).member(0);
  for (let i = 0; i < 2; i++) {
    await other.attempt(failure);
    odd.advance(50);
  }
  expect((await storedBreaker(table)).state.kind).toBe('OPEN');
  const advance = (ms: number) => {
    clock.advance(ms);
    odd.advance(ms);
  };
  return { table, fleet, other, advance };
}

it('a breaker opened by a clock an hour ahead is open for no longer than its time, however often it is looked at', async () => {
  const { table, fleet, advance } = await opened(HOUR);
  const refused = await fleet.member(0).attempt(ok);
  expect(refused.outcome).toBe('refused');
  expect(refused.retryAfterMs).toBe(5_000);
  for (let i = 0; i < 4; i++) {
    advance(1_000);
    expect((await fleet.member(0).attempt(ok)).outcome).toBe('refused');
  }
  advance(1_001);
  expect((await fleet.member(0).attempt(ok)).outcome).toBe('ok');
  expect((await storedBreaker(table)).state.kind).toBe('CLOSED');
});

it('an open time that is longer than the refresh of a view ends as well', async () => {
  const { table, fleet, advance } = await opened(HOUR, { openFor: { initial: '30s' } });
  let refusals = 0;
  for (; refusals < 100 && (await fleet.member(0).attempt(ok)).outcome === 'refused'; refusals++) advance(1_000);
  // It has a turn among two, some ms after the slot is free.
  expect([30, 31]).toContain(refusals);
  expect((await storedBreaker(table)).state.kind).toBe('CLOSED');
});

it('a ramp begun by a clock an hour ahead lets everybody in when its stages are over', async () => {
  const { table, fleet, other, advance } = await opened(HOUR, { halfOpen: { ramp: ['10%', '100%'] } });
  advance(5_001);
  expect((await other.attempt(ok)).outcome).toBe('ok');
  expect((await storedBreaker(table)).state).toMatchObject({ kind: 'CLOSED', ramp: { openForMs: 5_000 } });
  let refusals = 0;
  const attempt = () => fleet.member(1).attempt(ok, { requestId: 'the-last' });
  for (; refusals < 100 && (await attempt()).outcome === 'refused'; refusals++) advance(500);
  expect(refusals).toBe(10);
});

it('a breaker opened by a clock an hour behind is probed at once, and closes', async () => {
  const { table, fleet } = await opened(-HOUR);
  expect((await fleet.member(0).attempt(ok)).outcome).toBe('ok');
  expect((await storedBreaker(table)).state.kind).toBe('CLOSED');
});

it('an instance whose clock is set back by an hour goes on telling and learning', async () => {
  const table = memoryTable();
  const fleet = breakerFleet(2, table, { window: { time: '30s', minimumCalls: 4 }, surge: 'off', quorum: 1 });
  for (let i = 0; i < 2; i++) for (const member of fleet.members) await member.attempt(i === 0 ? failure : ok);
  fleet.clock.set(START - HOUR);
  for (let i = 0; i < 10; i++) {
    for (const member of fleet.members) await member.attempt(failure);
    fleet.clock.advance(1_000);
  }
  expect((await storedBreaker(table)).state.kind).toBe('OPEN');
  for (const member of fleet.members) expect((await member.attempt(ok)).outcome).toBe('refused');
});

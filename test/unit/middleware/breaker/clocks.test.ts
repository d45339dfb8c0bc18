// Instances whose clocks disagree by an hour.
import { describe, expect, it } from 'vitest';
import { instancesOf } from '../../../../middleware/breaker/detect.ts';
import { readBreaker } from '../../../../store/items/breaker.ts';
import type { Table } from '../../../../store/port.ts';
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

describe.each([
  ['ahead', HOUR],
  ['behind', -HOUR],
])('an instance whose clock is an hour %s, as the answers of its table show', (_way, offMs) => {
  /** Two instances that are right, and one that is not; `shown` from when its table knows. */
  function fleetOf(minimumCalls: number, shownFrom = -Infinity) {
    const table = memoryTable();
    const rule = {
      window: { time: '30s', minimumCalls },
      surge: 'off',
      quorum: 1,
      openFor: { initial: '5s' },
    } as const;
    const [clock, odd] = [fakeClock(START), fakeClock(START + offMs)];
    const skew = () => (clock.now() < shownFrom ? undefined : { lowMs: -offMs - 400, highMs: -offMs + 500 });
    const shown: Table = Object.assign(Object.create(table) as Table, { skew });
    const right = breakerFleet(2, table, rule, undefined, clock);
    const wrong = breakerFleet(1, shown, rule, undefined, odd).member(0);
    const advance = (ms: number) => {
      clock.advance(ms);
      odd.advance(ms);
    };
    return { table, clock, members: [right.member(0), right.member(1), wrong] as const, advance };
  }

  it("opens on what all have counted, at a time that is everybody's", async () => {
    const { table, members, advance } = fleetOf(4);
    const [one, two, wrong] = members;
    for (const member of [one, two, one]) {
      await member.attempt(failure);
      advance(50);
    }
    expect((await storedBreaker(table)).state.kind).toBe('CLOSED');
    await wrong.attempt(failure);
    const { epoch, state } = await storedBreaker(table);
    expect(state.kind).toBe('OPEN');
    expect(Math.abs(epoch - START)).toBeLessThan(1_000);
    advance(6_500);
    for (const member of members) await member.attempt(ok);
    for (const member of members) expect((await member.attempt(ok)).outcome).toBe('ok');
  });

  it("takes nobody's counts for old, nor has others take its own", async () => {
    const { table, clock, members, advance } = fleetOf(100);
    for (let round = 0; round < 3; round++) {
      for (const member of members) await member.attempt(failure);
      advance(6_500);
    }
    // What says nothing has what was counted before it told.
    for (const member of members) await member.attempt(reply('refused', { sent: false }));
    expect((await readBreaker(table, 'orders', 'payments', clock.now())).window).toMatchObject({
      calls: 9,
      failures: 9,
    });
    expect(instancesOf((await storedBreaker(table)).tallies, clock.now())).toBe(3);
  });

  it('is seen to be off only later, and is one of them from then on', async () => {
    const { table, clock, members, advance } = fleetOf(100, START + 10_000);
    for (let round = 0; round < 5; round++) {
      for (const member of members) await member.attempt(ok);
      advance(6_500);
    }
    expect(instancesOf((await storedBreaker(table)).tallies, clock.now())).toBe(3);
  });

  it('is not open for an hour, when what it opened by its own time is seen to be off', async () => {
    const { members, advance } = fleetOf(2, START + 200);
    const wrong = members[2];
    for (let i = 0; i < 2; i++) {
      await wrong.attempt(failure);
      advance(50);
    }
    expect((await wrong.attempt(ok)).outcome).toBe('refused');
    let refusals = 0;
    for (; refusals < 100 && (await wrong.attempt(ok)).outcome === 'refused'; refusals++) advance(500);
    expect(refusals).toBeLessThan(30);
  });

  it('takes an hour frozen for an hour passed', async () => {
    const { table, members, advance } = fleetOf(4);
    const wrong = members[2];
    for (let i = 0; i < 3; i++) {
      await wrong.attempt(failure);
      advance(50);
    }
    advance(HOUR);
    await wrong.attempt(failure);
    expect((await storedBreaker(table)).state.kind).toBe('CLOSED');
  });
});

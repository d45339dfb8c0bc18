// How the fleet's probes are shared: slots, results that add up, and whose probe it still is.
import { describe, expect, it } from 'vitest';
import { breakerOutbound } from '../../../../middleware/breaker/index.ts';
import { compose, type Reply } from '../../../../middleware/kernel/outbound.ts';
import type { BreakerRule } from '../../../../middleware/kernel/rules/document.ts';
import { retryOutbound } from '../../../../middleware/retry/index.ts';
import { NO_BREAKER, type BreakerState } from '../../../../store/items/breaker-record.ts';
import { breakerFleet, START, storedBreaker } from '../../../support/breaker-fleet.ts';
import { testInvocation } from '../../../support/instance.ts';
import { memoryTable, type MemoryTable } from '../../../support/memory-table.ts';
import { dependency, pendingDependency, reply, testCall } from '../../../support/outbound.ts';

const ok = reply('ok');
const failure = reply('500');
const PROBES = 3;

/** A fleet whose breaker has opened, seen by all, and whose time is over. */
async function due(size = 4, rule: BreakerRule = {}) {
  const table = memoryTable();
  const given = { window: { time: '30s', minimumCalls: 1 }, halfOpen: { probes: PROBES }, ...rule };
  const fleet = breakerFleet(size, table, given);
  await fleet.member(0).attempt(failure);
  for (const member of fleet.members) expect((await member.attempt(ok)).outcome).toBe('refused');
  fleet.clock.advance(5_000);
  const state = async (): Promise<BreakerState> => (await storedBreaker(table)).state;
  return { ...fleet, table, state };
}

/** Starts a probe by this member that has reached the dependency. */
async function probing({ member }: Awaited<ReturnType<typeof due>>, index: number) {
  const { send, waiting } = pendingDependency();
  const begun = member(index).begin(send);
  await until(() => waiting.length > 0);
  return {
    end: async (given = ok): Promise<void> => {
      waiting[0]?.(given);
      await begun.reply;
      await member(index).instance.syncs.settle();
    },
  };
}

async function until(reached: () => boolean): Promise<void> {
  for (let turns = 0; turns < 200 && !reached(); turns++) await Promise.resolve();
  expect(reached()).toBe(true);
}

describe('slots', () => {
  it('are as many as the rule has probes, over the whole fleet', async () => {
    const fleet = await due();
    for (let i = 0; i < PROBES; i++) await probing(fleet, i);
    expect((await fleet.member(3).attempt(ok)).outcome).toBe('refused');
    const state = await fleet.state();
    expect(state).toMatchObject({ kind: 'HALF_OPEN', successes: 0 });
    expect(state.kind === 'HALF_OPEN' && state.probes.map(({ by }) => by)).toEqual([
      'instance-0',
      'instance-1',
      'instance-2',
    ]);
  });

  it('of one instance are several as well, for calls at the same time', async () => {
    const fleet = await due(1);
    for (let i = 0; i < PROBES; i++) await probing(fleet, 0);
    expect((await fleet.member(0).attempt(ok)).outcome).toBe('refused');
  });

  it('are taken by exactly so many, when everybody comes at once', async () => {
    const { members, state, table } = await due(20);
    const sent = pendingDependency();
    table.delay = () => Promise.resolve();
    const replies = members.map((member) => member.begin(sent.send).reply);
    await until(() => sent.waiting.length === PROBES);
    for (let turns = 0; turns < 500; turns++) await Promise.resolve();
    expect(sent.waiting).toHaveLength(PROBES);
    for (const answer of sent.waiting) answer(ok);
    const outcomes = (await Promise.all(replies)).map(({ outcome }) => outcome);
    for (const { instance } of members) await instance.syncs.settle();
    expect(outcomes.filter((outcome) => outcome === 'ok')).toHaveLength(PROBES);
    expect((await state()).kind).toBe('CLOSED');
  });

  it('come in turns of a large fleet, so that not all of it asks at once', async () => {
    const fleet = await due(1);
    const { FleetProbes } = await import('../../../../middleware/breaker/fleet-probes.ts');
    const { FleetView } = await import('../../../../middleware/breaker/fleet-view.ts');
    const view = new FleetView('payments', fleet.member(0).instance);
    const probes = new FleetProbes(view);
    expect(probes.turnInMs(1_000, 1_000)).toBe(0);
    view.fleetSize = 10_001;
    expect(probes.turnInMs(2_000, 2_000)).toBe(10_000);
    expect(probes.turnInMs(2_000, 9_000)).toBe(3_000);
    expect(probes.turnInMs(2_000, 13_000)).toBe(0);
  });
});

describe('results', () => {
  it('add up over the fleet, and close it', async () => {
    const fleet = await due();
    const out = await Promise.all([0, 1, 2].map((i) => probing(fleet, i)));
    await out[0]?.end(ok);
    await out[1]?.end(failure);
    expect(await fleet.state()).toMatchObject({ kind: 'HALF_OPEN', successes: 1, failed: 1 });
    await out[2]?.end(ok);
    expect(await fleet.state()).toEqual({ kind: 'CLOSED' });
  });

  it('open it again as soon as the rate is reached, and the rest is too late', async () => {
    const fleet = await due();
    const out = await Promise.all([0, 1, 2].map((i) => probing(fleet, i)));
    await out[0]?.end(failure);
    await out[1]?.end(failure);
    const opened = await storedBreaker(fleet.table);
    expect(opened.state).toMatchObject({ kind: 'OPEN', openForMs: 10_000 });
    await out[2]?.end(ok);
    expect(await storedBreaker(fleet.table)).toEqual(opened);
  });

  it('are all counted when they come at once', async () => {
    const fleet = await due(10, { halfOpen: { probes: 10 } });
    const out: Awaited<ReturnType<typeof probing>>[] = [];
    for (let i = 0; i < 10; i++) out.push(await probing(fleet, i));
    fleet.table.delay = () => Promise.resolve();
    await Promise.all(out.map(({ end }, i) => end(i < 4 ? failure : ok)));
    expect(await fleet.state()).toEqual({ kind: 'CLOSED' });
  });

  it('of slow probes decide as slow calls do', async () => {
    const fleet = await due(1, { slow: { over: '100ms', rate: '60%' } });
    const slowly = async () => {
      fleet.clock.advance(101);
      return ok;
    };
    await fleet.member(0).attempt(slowly);
    expect(await fleet.state()).toMatchObject({ kind: 'HALF_OPEN', successes: 1, slowed: 1 });
    await fleet.member(0).attempt(slowly);
    expect((await fleet.state()).kind).toBe('OPEN');
  });
});

describe('cases where peers fail', () => {
  it('an ignored exception in a probe does not hold its slot until the lease ends', async () => {
    const fleet = await due(2, { halfOpen: { probes: 1 } });
    await fleet
      .member(0)
      .attempt(() => Promise.reject(new Error('a bug of ours')))
      .catch(() => ok);
    expect(await fleet.state()).toMatchObject({ kind: 'HALF_OPEN', probes: [] });
    expect((await fleet.member(1).attempt(ok)).outcome).toBe('ok');
  });

  it('an outcome that the rule ignores frees the slot of its probe at once, and is no result of it', async () => {
    const fleet = await due(2, {
      halfOpen: { probes: 1 },
      failures: ['business:GONE', '5xx'],
      ignored: ['business:GONE'],
    });
    await fleet.member(0).attempt(reply('business:GONE'));
    expect(await fleet.state()).toMatchObject({ kind: 'HALF_OPEN', successes: 0, failed: 0, probes: [] });
    expect((await fleet.member(1).attempt(ok)).outcome).toBe('ok');
    expect(await fleet.state()).toEqual({ kind: 'CLOSED' });
  });

  it('a probe refused by a later rule does not strand it half-open', async () => {
    const fleet = await due(2, { halfOpen: { probes: 1 } });
    await fleet.member(0).attempt(reply('refused', { sent: false }));
    await fleet.member(1).attempt(ok);
    expect(await fleet.state()).toEqual({ kind: 'CLOSED' });
  });

  it('a breaker outside retry makes one slot into three calls; ours is inside, and makes one', async () => {
    const { member, clock, state } = await due(1, { halfOpen: { probes: 1 } });
    const { instance } = member(0);
    const rule = {
      attemptTimeout: '500ms',
      retry: { attempts: 3, budget: '100%' },
      breaker: { window: { time: '30s', minimumCalls: 1 }, halfOpen: { probes: 1 } },
    };
    const stages = [retryOutbound, breakerOutbound].flatMap((policy) => policy.stage('payments', rule, instance) ?? []);
    const { send, calls } = dependency(failure);
    let ended: Reply | undefined;
    const call = testCall(testInvocation(instance), { idempotency: 'safe' });
    const sending = compose(stages, send)(call).then((end) => (ended = end));
    for (let step = 0; step < 200 && ended === undefined; step++) {
      for (let turns = 0; turns < 20; turns++) await Promise.resolve();
      clock.advance(10);
    }
    await sending;
    expect(ended).toMatchObject({ outcome: failure.outcome, gaveUp: 'breaker' });
    expect(calls).toHaveLength(1);
    await instance.syncs.settle();
    expect(await state()).toMatchObject({ kind: 'OPEN', openForMs: 10_000 });
  });
});

it("a race lost for the fleet's slot leaves no slot of the instance's own breaker taken", async () => {
  const fleet = await due(2, { consecutiveFailures: 1, halfOpen: { probes: 1 } });
  const other = await probing(fleet, 1);
  // Its own breaker has opened with the same failure, and would let it probe.
  expect((await fleet.member(0).attempt(ok)).outcome).toBe('refused');
  await other.end(reply('refused', { sent: false }));
  fleet.clock.advance(101);
  await fleet.member(0).attempt(ok);
  expect((await fleet.member(0).attempt(ok)).outcome).toBe('ok');
});

it('a copy that is older than what was seen takes no slot and no result away', async () => {
  const fleet = await due(1);
  const { FleetView } = await import('../../../../middleware/breaker/fleet-view.ts');
  const view = new FleetView('payments', fleet.member(0).instance);
  const probe = { by: 'a', token: 'a/1', until: START + 9_000 };
  const state = { kind: 'HALF_OPEN', openForMs: 5_000, successes: 1, failed: 0, slowed: 0, probes: [probe] } as const;
  const now = { ...NO_BREAKER, epoch: START, state: { ...state, turn: 3 } };
  view.adopt(now);
  view.adopt({ ...now, state: { ...state, successes: 0, probes: [], turn: 1 } }, false);
  expect(view.record).toBe(now);
  view.adopt({ ...now, epoch: START - 1, state: { kind: 'CLOSED' } }, false);
  expect(view.record).toBe(now);
  view.adopt({ ...now, epoch: START + 1, state: { kind: 'CLOSED' } }, false);
  expect(view.record.state).toEqual({ kind: 'CLOSED' });
});

describe('an answer of the store that is lost', () => {
  /** The answer to the update with this number from now on. */
  function loseAnswer(table: MemoryTable, number: number): void {
    let updates = 0;
    table.fault = (kind) => (kind === 'update' && ++updates === number ? 'lost' : undefined);
  }

  it('to a claim: the slot is given back with the next call, long before its lease is over', async () => {
    const { member, table, clock, state } = await due(2, { halfOpen: { probes: 2 } });
    loseAnswer(table, 1);
    await member(0).attempt(ok);
    expect(await state()).toMatchObject({ kind: 'HALF_OPEN', probes: [{ by: 'instance-0' }] });
    clock.advance(1_001);
    expect((await member(0).attempt(ok)).outcome).toBe('ok');
    expect(await state()).toMatchObject({ kind: 'HALF_OPEN', successes: 1, probes: [] });
  });

  it('to a result: it is told again, and counted once', async () => {
    const { member, table, clock, state } = await due(2);
    loseAnswer(table, 2);
    await member(0).attempt(ok);
    expect(await state()).toMatchObject({ kind: 'HALF_OPEN', successes: 1, probes: [] });
    clock.advance(1_001);
    await member(0).attempt(ok);
    expect(await state()).toMatchObject({ kind: 'HALF_OPEN', successes: 2, probes: [] });
  });

  it('and never was applied: a result is told again with the next call', async () => {
    const { member, table, clock, state } = await due(2, { halfOpen: { probes: 1 } });
    let updates = 0;
    table.fault = (kind) => (kind === 'update' && ++updates === 2 ? 'throttled' : undefined);
    await member(0).attempt(ok);
    expect(await state()).toMatchObject({ kind: 'HALF_OPEN', probes: [{ by: 'instance-0' }] });
    clock.advance(1_001);
    await member(0).attempt(ok);
    expect(await state()).toEqual({ kind: 'CLOSED' });
  });
});

describe('a store that is slow', () => {
  it('once is not away: nobody probes by itself for one answer that did not come', async () => {
    const { member, table, clock } = await due(1, { halfOpen: { probes: 1 } });
    let updates = 0;
    table.fault = (kind) => (kind === 'update' && ++updates === 1 ? 'lost' : undefined);
    const outcomes: string[] = [];
    for (let i = 0; i < 10; i++) {
      outcomes.push((await member(0).attempt(ok)).outcome);
      clock.advance(10);
    }
    expect(outcomes).toEqual(new Array(10).fill('refused'));
    expect(member(0).internals).not.toContain('breaker-here:payments:CLOSED:OPEN');
  });

  it('time and again is as good as away', async () => {
    const { member, table, clock } = await due(1, { halfOpen: { probes: 1 } });
    table.fault = () => 'lost';
    const outcomes: string[] = [];
    for (let i = 0; i < 30; i++) {
      outcomes.push((await member(0).attempt(ok)).outcome);
      clock.advance(100);
    }
    expect(outcomes).toContain('ok');
  });
});

describe('a store that throttles', () => {
  it('is there: nobody takes it for away and probes by itself', async () => {
    const { members, table, clock, state } = await due(4);
    table.fault = () => 'throttled';
    for (let second = 0; second < 5; second++) {
      for (const member of members) expect((await member.attempt(ok)).outcome).toBe('refused');
      clock.advance(1_001);
    }
    table.fault = () => undefined;
    for (let i = 0; i < PROBES; i++) expect((await members[i]?.attempt(ok))?.outcome).toBe('ok');
    expect(await state()).toEqual({ kind: 'CLOSED' });
  });

  it('for longer than ten seconds is as good as away', async () => {
    const { member, table, clock } = await due(1);
    table.fault = () => 'throttled';
    const outcomes: string[] = [];
    for (let second = 0; second < 13; second++) {
      outcomes.push((await member(0).attempt(ok)).outcome);
      clock.advance(1_001);
    }
    expect(outcomes.slice(0, 10)).toEqual(new Array(10).fill('refused'));
    expect(outcomes.slice(-2)).toEqual(['ok', 'ok']);
  });
});

describe('alone, the store being away', () => {
  it('each instance has the same machine: so many probes at once, results that add up', async () => {
    const fleet = await due(1);
    fleet.table.away = true;
    const out: Awaited<ReturnType<typeof probing>>[] = [];
    for (let i = 0; i < PROBES; i++) out.push(await probing(fleet, 0));
    expect((await fleet.member(0).attempt(ok)).outcome).toBe('refused');
    for (const { end } of out) await end(ok);
    expect((await fleet.member(0).attempt(ok)).outcome).toBe('ok');
    expect(fleet.member(0).internals).toContain('breaker-here:payments:HALF_OPEN:CLOSED');
  });
});

it('a dependency without a limit whose calls take long is closed by one that took long, however many ask meanwhile', async () => {
  const table = memoryTable();
  const rule = { window: { time: '30s' as const, minimumCalls: 1 } };
  const fleet = breakerFleet(2, table, rule, {});
  await fleet.member(0).attempt(failure);
  for (const member of fleet.members) expect((await member.attempt(ok)).outcome).toBe('refused');
  fleet.clock.advance(5_000);
  const { send, waiting } = pendingDependency();
  const begun = fleet.member(0).begin(send, { remainingMs: 300_000 });
  await until(() => waiting.length > 0);
  for (let second = 0; second < 45; second++) {
    fleet.clock.advance(1_000);
    expect((await fleet.member(1).attempt(ok, { remainingMs: 300_000 })).outcome).toBe('refused');
  }
  waiting[0]?.(ok);
  await begun.reply;
  await fleet.member(0).instance.syncs.settle();
  expect((await storedBreaker(table)).state.kind).toBe('CLOSED');
});

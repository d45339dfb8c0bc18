// How the fleet's breaker opens, is shared, and closes: instances over one table, on one clock.
import { describe, expect, it } from 'vitest';
import { Refused } from '../../../../middleware/kernel/errors.ts';
import { keys } from '../../../../store/keys.ts';
import { breakerFleet, START, storedBreaker } from '../../../support/breaker-fleet.ts';
import { testContext, testInvocation } from '../../../support/instance.ts';
import { memoryTable } from '../../../support/memory-table.ts';
import { pendingDependency, reply } from '../../../support/outbound.ts';

const ok = reply('ok');
const failure = reply('500');
const key = keys.breaker('orders', 'payments');

async function tripped(size = 2, table = memoryTable(), rule = {}) {
  const fleet = breakerFleet(size, table, { window: { time: '30s', minimumCalls: 2 }, ...rule });
  for (let i = 0; i < 2; i++) {
    await fleet.member(0).attempt(failure);
    fleet.clock.advance(50);
  }
  expect((await storedBreaker(table)).state.kind).toBe('OPEN');
  return { fleet, table, first: fleet.member(0), second: fleet.member(1) };
}

describe('opening', () => {
  it('per-environment counts that never trip a large fleet: one failure in each of 20 instances opens it for all', async () => {
    const table = memoryTable();
    const fleet = breakerFleet(20, table);
    for (const member of fleet.members) expect((await member.attempt(failure)).outcome).toBe('500');
    expect((await storedBreaker(table)).state.kind).toBe('OPEN');
    const refused = await fleet.member(19).attempt(ok);
    expect(refused.error).toBeInstanceOf(Refused);
    expect(refused).toMatchObject({ outcome: 'refused', sent: false, error: { by: 'breaker', statusCode: 503 } });
  });

  it('one bad environment opens for itself alone and trips nobody else', async () => {
    const table = memoryTable();
    const fleet = breakerFleet(4, table, { consecutiveFailures: 3, window: { time: '30s', minimumCalls: 20 } });
    for (let i = 0; i < 10; i++) for (const member of [1, 2, 3]) await fleet.member(member).attempt(ok);
    for (let i = 0; i < 3; i++) await fleet.member(0).attempt(failure);
    expect((await fleet.member(0).attempt(ok)).outcome).toBe('refused');
    expect((await fleet.member(1).attempt(ok)).outcome).toBe('ok');
    expect((await storedBreaker(table)).state.kind).toBe('CLOSED');
  });

  it('says when to come back', async () => {
    const { first } = await tripped();
    const refused = await first.attempt(ok);
    expect(refused.retryAfterMs).toBe(4_950);
    expect(refused.error).toMatchObject({ headers: { 'retry-after': '5' }, rule: 'payments' });
  });

  it('does not open on a window that was full of failures an hour ago', async () => {
    const table = memoryTable();
    const fleet = breakerFleet(1, table, { window: { time: '30s', minimumCalls: 5 } });
    for (let i = 0; i < 4; i++) {
      await fleet.member(0).attempt(failure);
      fleet.clock.advance(50);
    }
    fleet.clock.set(START + 3_600_000);
    await fleet.member(0).attempt(failure);
    expect((await storedBreaker(table)).state.kind).toBe('CLOSED');
  });

  it('opens on slow successes', async () => {
    const table = memoryTable();
    const fleet = breakerFleet(1, table, {
      window: { time: '30s', minimumCalls: 2 },
      slow: { over: '100ms', rate: '100%' },
    });
    for (let i = 0; i < 2; i++) {
      await fleet.member(0).attempt(async () => {
        fleet.clock.advance(101);
        return ok;
      });
    }
    expect((await storedBreaker(table)).state.kind).toBe('OPEN');
  });

  it('does not count what flyball itself refused, nor 4xx answers', async () => {
    const table = memoryTable();
    const fleet = breakerFleet(1, table, { window: { time: '30s', minimumCalls: 1 } });
    await fleet.member(0).attempt(reply('refused', { sent: false }));
    await fleet.member(0).attempt(reply('404'));
    expect((await storedBreaker(table)).state.kind).toBe('CLOSED');
  });

  it('does not count what the rule ignores, though it is among its failures', async () => {
    const table = memoryTable();
    const rule = { window: { time: '30s', minimumCalls: 2 }, failures: ['5xx'], ignored: ['503'] };
    const fleet = breakerFleet(1, table, rule);
    for (let i = 0; i < 4; i++) {
      await fleet.member(0).attempt(reply('503'));
      fleet.clock.advance(50);
    }
    expect((await storedBreaker(table)).state.kind).toBe('CLOSED');
  });

  it('decides and records in shadow, and never refuses', async () => {
    const { first } = await tripped(2, memoryTable(), { mode: 'shadow' });
    expect((await first.attempt(ok)).outcome).toBe('ok');
    expect(first.refusals).toEqual(['breaker payments (shadow)']);
    expect(first.transitions).toEqual(['CLOSED>OPEN']);
  });
});

describe('sharing', () => {
  it('a slow success that was admitted before the trip does not overwrite the newer OPEN', async () => {
    const table = memoryTable();
    // Slow by the rule as well: of the successes these are told at once.
    const rule = { window: { time: '30s', minimumCalls: 2 }, slow: { over: '50ms', rate: '100%' } };
    const fleet = breakerFleet(2, table, rule);
    const slow = pendingDependency();
    const late = fleet.member(1).begin(slow.send);
    await fleet.member(1).instance.syncs.settle();
    for (let i = 0; i < 2; i++) {
      await fleet.member(0).attempt(failure);
      fleet.clock.advance(50);
    }
    const before = await storedBreaker(table);
    expect(before.state.kind).toBe('OPEN');
    await reached(slow.waiting);
    slow.waiting[0]?.(ok);
    await late.reply;
    await fleet.member(1).instance.syncs.settle();
    expect(await storedBreaker(table)).toEqual(before);
  });

  it('a breaker restored from the store keeps its own times: a new instance does not probe before they are over', async () => {
    const { fleet, table } = await tripped();
    fleet.clock.advance(1_000);
    const cold = breakerFleet(1, table, {}, {}, fleet.clock).member(0);
    expect((await cold.attempt(ok)).outcome).toBe('refused');
    fleet.clock.advance(4_000);
    expect((await cold.attempt(ok)).outcome).toBe('ok');
    expect((await storedBreaker(table)).state.kind).toBe('CLOSED');
  });

  it('does not count its own refusals, and recovers under traffic', async () => {
    const { fleet, table, first, second } = await tripped();
    for (let i = 0; i < 60; i++) {
      await first.attempt(ok);
      await second.attempt(ok);
      fleet.clock.advance(100);
    }
    expect((await storedBreaker(table)).state.kind).toBe('CLOSED');
    expect((await first.attempt(ok)).outcome).toBe('ok');
    expect((await second.attempt(ok)).outcome).toBe('ok');
    expect(first.transitions.at(-1)).toMatch(/>CLOSED$/);
  });

  it('reports the healthy path at most once a sync interval', async () => {
    const table = memoryTable();
    const fleet = breakerFleet(1, table);
    for (let i = 0; i < 600; i++) {
      await fleet.member(0).attempt(ok);
      fleet.clock.advance(50);
    }
    // 30 s of calls, an interval of 5 s with its jitter, and the first read.
    expect(table.requests.length).toBeLessThanOrEqual(7);
    expect(table.requests.length).toBeGreaterThanOrEqual(5);
  });

  it('keeps its item under 1 KB', async () => {
    const table = memoryTable();
    const fleet = breakerFleet(1, table, {
      slow: { over: '1ms', rate: '100%' },
      window: { time: '30s', minimumCalls: 10_000 },
    });
    for (let i = 0; i < 1_200; i++) {
      await fleet.member(0).attempt(async () => {
        fleet.clock.advance(50);
        return failure;
      });
    }
    const item = table.item(key);
    expect(JSON.stringify(item).length).toBeLessThan(1_000);
    expect(Object.keys(item ?? {}).filter((name) => name.startsWith('c')).length).toBeLessThanOrEqual(11);
  });
});

describe('probing', () => {
  it('one instance probes; the others are refused meanwhile, and learn of the success', async () => {
    const { fleet, table, first, second } = await tripped();
    fleet.clock.advance(5_000);
    const slow = pendingDependency();
    const probing = first.begin(slow.send);
    await reached(slow.waiting);
    expect((await second.attempt(ok)).outcome).toBe('refused');
    slow.waiting[0]?.(ok);
    await probing.reply;
    await first.instance.syncs.settle();
    expect((await storedBreaker(table)).state.kind).toBe('CLOSED');
    fleet.clock.advance(120);
    await second.attempt(ok);
    expect((await second.attempt(ok)).outcome).toBe('ok');
  });

  it('opens again, for twice as long, when the probe fails', async () => {
    const { fleet, table, first } = await tripped();
    fleet.clock.advance(5_000);
    expect((await first.attempt(failure)).outcome).toBe('500');
    expect((await storedBreaker(table)).state).toMatchObject({ kind: 'OPEN', openForMs: 10_000 });
    fleet.clock.advance(9_999);
    expect((await first.attempt(ok)).outcome).toBe('refused');
    fleet.clock.advance(1);
    expect((await first.attempt(ok)).outcome).toBe('ok');
  });

  it.each([
    ['an outcome that flyball made', reply('refused', { sent: false })],
    ['an attempt never sent, since a later stage threw', () => Promise.reject(new Error('a bug of ours'))],
  ] as const)('does not keep the slot for %s', async (_what, ended) => {
    const { fleet, table, first, second } = await tripped();
    fleet.clock.advance(5_000);
    await first.attempt(typeof ended === 'function' ? ended : { ...ended }).catch(() => reply('error'));
    expect((await storedBreaker(table)).state).toMatchObject({ kind: 'HALF_OPEN', probes: [] });
    expect((await second.attempt(ok)).outcome).toBe('ok');
    expect((await storedBreaker(table)).state.kind).toBe('CLOSED');
  });

  it('an aborted probe frees the slot at once', async () => {
    const { fleet, table, first, second } = await tripped();
    fleet.clock.advance(5_000);
    const abort = new AbortController();
    await first.attempt(
      async () => {
        abort.abort(new Error('the user has left'));
        return reply('error');
      },
      { call: { signal: abort.signal } },
    );
    expect((await storedBreaker(table)).state).toMatchObject({ kind: 'HALF_OPEN', probes: [] });
    expect((await second.attempt(ok)).outcome).toBe('ok');
  });

  it('a probe whose instance died is taken over when its lease is over, and its late result changes nothing', async () => {
    const { fleet, table, first, second } = await tripped();
    fleet.clock.advance(5_000);
    const dying = pendingDependency();
    const dead = first.begin(dying.send);
    await reached(dying.waiting);
    fleet.clock.advance(1_501);
    expect((await second.attempt(failure)).outcome).toBe('500');
    const before = await storedBreaker(table);
    dying.waiting[0]?.(ok);
    await dead.reply;
    await first.instance.syncs.settle();
    expect(await storedBreaker(table)).toEqual(before);
  });

  it('is left to an invocation with more time, when too little is left for an attempt', async () => {
    const { fleet, first } = await tripped();
    fleet.clock.advance(4_400);
    const invocation = testInvocation(first.instance, {}, testContext(fleet.clock, 1_000));
    fleet.clock.advance(600);
    expect((await first.attempt(ok, { call: { invocation } })).outcome).toBe('refused');
    expect((await first.attempt(ok)).outcome).toBe('ok');
  });

  it('is not withheld for ever where invocations are shorter than an attempt may be', async () => {
    const { fleet, first } = await tripped();
    fleet.clock.advance(5_000);
    expect((await first.attempt(ok, { remainingMs: 400 })).outcome).toBe('ok');
  });

  it('needs as many successes as the rule wants, from any instance', async () => {
    const { fleet, table, first, second } = await tripped(2, memoryTable(), { halfOpen: { probes: 3 } });
    fleet.clock.advance(5_000);
    await first.attempt(ok);
    await second.attempt(ok);
    expect((await storedBreaker(table)).state).toMatchObject({ kind: 'HALF_OPEN', successes: 2 });
    await second.attempt(ok);
    expect((await storedBreaker(table)).state.kind).toBe('CLOSED');
  });

  it('closes on a fresh window', async () => {
    const { fleet, table, first } = await tripped();
    fleet.clock.advance(5_000);
    await first.attempt(ok);
    expect((await storedBreaker(table)).buckets).toEqual([]);
    await first.attempt(failure);
    expect((await storedBreaker(table)).state.kind).toBe('CLOSED');
  });
});

describe('the store is away', () => {
  it("the instance's own window opens it here, and closes it again by its own probe", async () => {
    const table = memoryTable();
    table.away = true;
    const fleet = breakerFleet(1, table, { window: { time: '30s', minimumCalls: 4 } });
    const here = fleet.member(0);
    for (let i = 0; i < 4; i++) await here.attempt(failure);
    expect((await here.attempt(ok)).outcome).toBe('refused');
    fleet.clock.advance(5_000);
    expect((await here.attempt(ok)).outcome).toBe('ok');
    expect((await here.attempt(ok)).outcome).toBe('ok');
    expect(here.internals).toContain('breaker-here:payments:CLOSED:OPEN');
  });

  it('an open view stands until its time is over; then this instance probes by itself', async () => {
    const { fleet, table, first } = await tripped();
    table.away = true;
    expect((await first.attempt(ok)).outcome).toBe('refused');
    fleet.clock.advance(5_000);
    expect((await first.attempt(failure)).outcome).toBe('500');
    expect((await first.attempt(ok)).outcome).toBe('refused');
    fleet.clock.advance(10_000);
    expect((await first.attempt(ok)).outcome).toBe('ok');
    expect((await first.attempt(ok)).outcome).toBe('ok');
    table.away = false;
    fleet.clock.advance(2_000);
    await first.attempt(ok);
    await first.attempt(ok);
    expect((await storedBreaker(table)).state.kind).toBe('CLOSED');
  });

  it('waits for a store that hangs at most 100 ms, and not again for the next call', async () => {
    const table = memoryTable();
    table.delay = () => new Promise(() => {});
    const fleet = breakerFleet(1, table);
    const here = fleet.member(0);
    const first = here.begin(ok);
    fleet.clock.advance(100);
    expect((await first.reply).outcome).toBe('ok');
    expect(first.call.invocation.storeWaitedMs).toBe(100);
    const settling = here.instance.syncs.settle();
    fleet.clock.advance(100);
    await settling;
    const second = here.begin(ok);
    expect((await second.reply).outcome).toBe('ok');
    expect(second.call.invocation.storeWaitedMs).toBe(0);
  });
});

describe('an exchange without an answer', () => {
  it('is not repeated: it may have been applied', async () => {
    const table = memoryTable();
    const fleet = breakerFleet(1, table);
    const here = fleet.member(0);
    await here.attempt(ok);
    let delays = 0;
    // The update is applied, its answer is lost.
    table.delay = () => (++delays === 2 ? new Promise(() => {}) : undefined);
    const begun = here.begin(failure);
    await begun.reply;
    const settling = here.instance.syncs.settle();
    fleet.clock.advance(100);
    await settling;
    fleet.clock.advance(2_000);
    await here.attempt(failure);
    expect((await storedBreaker(table)).buckets.reduce((sum, { failures }) => sum + failures, 0)).toBe(2);
  });

  it('left over from before an hour frozen changes nothing when it comes after all', async () => {
    const { fleet, table, first } = await tripped();
    let arrive = () => {};
    table.delay = () => new Promise((resolve) => (arrive = resolve));
    fleet.clock.set(START + 6_200);
    const frozen = first.begin(ok);
    for (let turns = 0; turns < 20; turns++) await Promise.resolve();
    table.delay = () => undefined;
    fleet.clock.set(START + 3_600_000);
    first.instance.syncs.startDue(fleet.clock.now());
    arrive();
    await frozen.reply;
    await first.instance.syncs.settle();
    expect((await first.attempt(ok)).outcome).toBe('ok');
    expect((await storedBreaker(table)).state.kind).toBe('CLOSED');
  });
});

/** Lets promises run until the dependency has been reached. */
async function reached(waiting: readonly unknown[]): Promise<void> {
  for (let turns = 0; turns < 100 && waiting.length === 0; turns++) await Promise.resolve();
}

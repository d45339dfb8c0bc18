// What is told of a breaker's changes: to the function that asked, in the log, and in the table, each once.
import { flyball } from 'flyball';
import { events, testGovernor, type TestGovernor } from 'flyball/testing';
import { describe, expect, it, vi } from 'vitest';
import type { BreakerTransition } from '../../../../middleware/kernel/transition.ts';
import { readBreakerTransitions } from '../../../../store/items/breaker-log.ts';
import { StoreUnavailable } from '../../../../store/port.ts';
import { breakerFleet } from '../../../support/breaker-fleet.ts';
import { memoryTable } from '../../../support/memory-table.ts';
import { reply } from '../../../support/outbound.ts';

const rules = {
  dependencies: {
    payments: {
      target: { function: 'payments' },
      breaker: { window: { time: '30s', minimumCalls: 2 }, surge: 'off', consecutiveFailures: 2 },
    },
  },
} as const;

const calling = async () => flyball.call('payments');

async function call(member: TestGovernor, told: BreakerTransition[] = []): Promise<void> {
  const handler = member.governed(calling, { onTransition: (transition) => told.push(transition) });
  await member.invoke(handler, events.httpV2());
}

/** A breaker that opens, and whose probe passes. */
async function lived(): Promise<{ here: TestGovernor; told: BreakerTransition[] }> {
  const here = await testGovernor({ service: 'shop', rules });
  const told: BreakerTransition[] = [];
  const handler = here.governed(calling, { onTransition: (transition) => told.push(transition) });
  here.fail('payments', 'connect');
  for (const pause of ['100ms', '6s', '12s']) {
    await here.invoke(handler, events.httpV2());
    if (pause === '100ms') await here.invoke(handler, events.httpV2());
    if (pause === '6s') here.respond('payments', { body: {} });
    await here.advance(pause);
  }
  await here.invoke(handler, events.httpV2());
  await here.advance('1s');
  return { here, told };
}

const listed = (here: TestGovernor, more: { limit?: number; cursor?: string } = {}) => {
  const nowMs = here.clock.now();
  return readBreakerTransitions(here.options.instance.table, 'shop', {
    breaker: 'payments',
    fromMs: nowMs - 86_400_000,
    toMs: nowMs + 1,
    limit: 50,
    ...more,
  });
};

const steps = (all: readonly { from: string; to: string; cause?: string }[]) =>
  all.map(({ from, to, cause }) => `${from} > ${to}: ${String(cause)}`);

const LIFE = ['CLOSED > OPEN: failureRate', 'OPEN > HALF_OPEN: probing', 'HALF_OPEN > CLOSED: probesPassed'];

describe('onTransition', () => {
  it('is told each change, by what and by whom', async () => {
    const { told, here } = await lived();
    const { id } = here.options.instance;
    const fleet = told.filter(({ scope }) => scope === 'fleet');
    expect(steps(fleet)).toEqual(LIFE);
    expect(fleet[0]).toMatchObject({
      breaker: 'payments',
      by: id,
      function: 'shop',
      decidedHere: true,
      counts: { calls: 2, failures: 2 },
    });
    expect(fleet.every(({ at, epoch }) => at === epoch)).toBe(true);
  });

  it('is told what this instance alone decided', async () => {
    const { told } = await lived();
    expect(told.filter(({ scope }) => scope === 'instance')[0]).toMatchObject({
      breaker: 'payments',
      from: 'CLOSED',
      to: 'OPEN',
      decidedHere: true,
    });
  });

  it('is told on other instances too, which did not decide it', async () => {
    const { here } = await lived();
    const there = await here.another();
    const told: BreakerTransition[] = [];
    await here.breaker('payments').force('OPEN');
    await call(there, told);
    expect(told).toMatchObject([
      { from: 'CLOSED', to: 'FORCED_OPEN', decidedHere: false, cause: 'forced', by: 'test', reason: 'a test' },
    ]);
  });

  it('may throw or reject: the call goes on, and the log says so', async () => {
    const here = await testGovernor({ service: 'shop', rules });
    const hooks = [
      () => {
        throw new Error('a slip');
      },
      () => Promise.reject(new Error('another')) as unknown as undefined,
    ];
    here.fail('payments', 'connect');
    for (const onTransition of hooks) await here.invoke(here.governed(calling, { onTransition }), events.httpV2());
    await here.advance('100ms');
    const { statusCode } = (await here.invoke(here.governed(calling), events.httpV2())) as { statusCode: number };
    expect(statusCode).toBe(503);
    const failed = here.log.filter(({ message }) => message === 'flyball told onTransition, and it failed');
    expect(failed.length).toBeGreaterThanOrEqual(2);
  });

  it('must be a function', async () => {
    const here = await testGovernor({ service: 'shop', rules });
    expect(() => here.governed(calling, { onTransition: 'log' as never })).toThrow(/onTransition is a function/);
  });
});

describe('the log', () => {
  it('has one line when it opens and one when it closes, by whoever moved it, its own and the fleet’s apart, and none by the others', async () => {
    const { here } = await lived();
    const there = await here.another();
    here.respond('payments', { body: {} });
    await call(there);
    const of = (member: TestGovernor) => member.log.filter(({ fields }) => fields['breaker'] === 'payments');
    expect(of(here).map(({ level, message }) => `${level} ${message}`)).toEqual([
      'warn flyball opened a breaker on this instance alone',
      'warn flyball opened a breaker',
      'info flyball closed a breaker on this instance',
      'info flyball closed a breaker',
    ]);
    expect(of(here)[1]?.fields).toMatchObject({ cause: 'failureRate', calls: 2, failures: 2 });
    expect(of(there)).toEqual([]);
  });
});

describe('the list of changes', () => {
  it('has each once, newest first, for 90 days', async () => {
    const { here } = await lived();
    const { transitions, cursor } = await listed(here);
    expect(steps(transitions)).toEqual(LIFE.toReversed());
    expect(transitions.at(-1)).toMatchObject({
      by: here.options.instance.id,
      function: 'shop',
      counts: { calls: 2, failures: 2, windowMs: 30_000 },
    });
    expect(cursor).toBeUndefined();
  });

  it('is read page by page', async () => {
    const { here } = await lived();
    const first = await listed(here, { limit: 2 });
    expect(steps(first.transitions)).toEqual(LIFE.toReversed().slice(0, 2));
    const rest = await listed(here, { limit: 2, ...(first.cursor === undefined ? {} : { cursor: first.cursor }) });
    expect(steps(rest.transitions)).toEqual(LIFE.slice(0, 1));
    await expect(listed(here, { cursor: 'bm90IG9uZQ' })).rejects.toThrow(
      'The cursor is not one that the transitions gave',
    );
  });

  it('is told by whoever moved the breaker also when the answer to that was lost', async () => {
    const table = memoryTable();
    let lose = false;
    const losing: typeof table = {
      ...table,
      async update(request) {
        const written = await table.update(request);
        if (lose && 'openUntil' in (written.item ?? {})) {
          lose = false;
          throw new StoreUnavailable('timeout', 'the answer was lost');
        }
        return written;
      },
    };
    const fleet = breakerFleet(1, losing, { window: { time: '30s', minimumCalls: 2 }, surge: 'off' });
    const warn = vi.spyOn(fleet.member(0).instance.logger, 'warn');
    lose = true;
    for (let i = 0; i < 2; i++) {
      await fleet.member(0).attempt(reply('500'));
      fleet.clock.advance(50);
    }
    expect(warn.mock.calls.map(([message]) => message)).not.toContain('flyball opened a breaker');
    fleet.clock.advance(2_000);
    for (let i = 0; i < 3; i++) {
      await fleet.member(0).attempt(reply('500'));
      fleet.clock.advance(1_500);
    }
    expect(warn.mock.calls.map(([message]) => message)).toContain('flyball opened a breaker');
  });
});

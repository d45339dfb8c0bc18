// A publication that steps on, takes itself back or waits by what its part of the fleet does: from requests to governed
// instances over the merge of what they count to the judge, with the API beside them.
import { beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { judgeTick, type TickReport } from '../../../functions/config-center/gray/tick.ts';
import { Memory } from '../../../functions/telemetry/merge/memory.ts';
import { mergeTick } from '../../../functions/telemetry/merge/tick.ts';
import { governed } from '../../../middleware/index.ts';
import type { Instance } from '../../../middleware/kernel/instance.ts';
import { loadReporting } from '../../../middleware/telemetry/reports.ts';
import { abortGray } from '../../../store/items/gray-changes.ts';
import { listDueGrays } from '../../../store/items/gray-plan.ts';
import { readState } from '../../../store/items/rules.ts';
import { StoreUnavailable, type Table } from '../../../store/port.ts';
import { httpV2 } from '../../support/events.ts';
import type { FakeClock } from '../../support/fake-clock.ts';
import { silentLogger, testContext, testInstance } from '../../support/instance.ts';
import { createTable } from '../table.ts';
import { limited, startCenter, type Center } from './center.ts';

const MINUTE = 60_000;
const ORDERS = '/v1/services/orders';
const INSTANCES = 3;
/** Of each instance, one every two seconds. */
const REQUESTS_A_MINUTE = 30;
const STEPS = [
  { share: '50%', bake: '3m' },
  { share: '75%', bake: '2m' },
];
const GRAY = { by: 'header:x-tenant', steps: STEPS, abortWhen: { errors: '+2%', refusals: '+5%', minimumSample: 50 } };

let table: Table;
let clock: FakeClock;
let send: Center['send'];
let fleet: { readonly instance: Instance; readonly serve: (tenant: string) => Promise<unknown> }[];
let failing: boolean;
let memory: Memory;
let away: boolean;

beforeAll(async () => void (await loadReporting()));
beforeEach(async () => {
  const made = await createTable(inject('dynamodb'));
  table = made.sdk;
  const center = await startCenter(table);
  ({ clock, send } = center);
  memory = new Memory();
  [failing, away] = [false, false];
  fleet = Array.from({ length: INSTANCES }, (_, i) => {
    const instance = testInstance({ id: `instance-${i}`, clock, table: made.signed });
    const handler = governed({ service: 'orders', instance }, (_event: unknown, { flyball }) => {
      if (failing && flyball.revision === 2) throw new Error('only the gray part has this fault');
      return Promise.resolve({ statusCode: 200 });
    });
    const serve = (tenant: string) =>
      handler(httpV2({ headers: { 'x-tenant': tenant } }) as never, testContext(clock)).catch(() => undefined);
    return { instance, serve };
  });
});

const post = (path: string, body: object = {}) => send('POST', `${ORDERS}/${path}`, { body });
const shown = async () => (await send('GET', `${ORDERS}/gray`)).body;
const audit = async () => {
  const { body } = await send('GET', '/v1/audit');
  return (body as { entries: { actor: string; action: string; note?: string; detail?: object }[] }).entries;
};

async function publish(limit: string, body: object = {}) {
  await send('PUT', `${ORDERS}/draft`, { body: limited('orders', limit) });
  const answer = await post('publish', body);
  expect(answer).toMatchObject({ status: 200 });
  return answer;
}

/** Revision 1 for all, revision 2 for half of the tenants. */
async function begin(gray: object = GRAY): Promise<void> {
  await publish('10k/s');
  await serve(1);
  await publish('20k/s', { note: 'carefully', gray });
}

/** Minutes of traffic, each followed by the merge. */
async function serve(minutes: number, requests = REQUESTS_A_MINUTE): Promise<void> {
  for (let minute = 0; minute < minutes; minute++) {
    for (let i = 0; i < requests; i++) {
      for (const [n, { instance, serve: one }] of fleet.entries()) {
        await one(`tenant-${minute}-${i}-${n}`);
        await instance.syncs.settle();
      }
      clock.advance(MINUTE / requests);
    }
    await mergeTick({ table, clock, random: () => 0, logger: silentLogger, memory, exporters: [] });
  }
}

function judged(changes: Partial<Parameters<typeof judgeTick>[0]> = {}): Promise<TickReport> {
  const over: Table = {
    ...table,
    query: (request) =>
      away ? Promise.reject(new StoreUnavailable('connect', 'away in this test')) : table.query(request),
  };
  return judgeTick({ table: over, clock, logger: silentLogger, ...changes });
}

/** Minutes of traffic, the merge and the judge, until something becomes of the publication. */
async function until(what: 'stepped' | 'promoted' | 'aborted', most: number): Promise<number> {
  for (let minute = 1; minute <= most; minute++) {
    await serve(1);
    const report = await judged();
    expect(report).toMatchObject({ failed: 0, complete: true });
    if (report[what] > 0) return minute;
  }
  throw new Error(`nothing was ${what} within ${most} minutes: ${JSON.stringify(await shown())}`);
}

const stateOf = async () => {
  const { head, gray } = await readState(table, 'orders');
  return { revision: head?.revision, gray: gray && { step: gray.step, share: gray.share } };
};
const dueNow = async () => (await listDueGrays(table, clock.now(), { limit: 10 })).services;

describe('a gray publication with steps and a condition', () => {
  it('whose part is no worse than the rest goes on step by step, until all have it', async () => {
    await begin();
    expect(await stateOf()).toEqual({ revision: 1, gray: { step: 0, share: 5_000 } });
    const minutes = await until('stepped', 12);
    // Three minutes that lie in the step as a whole, and what their telemetry takes.
    expect(minutes).toBeGreaterThanOrEqual(5);
    expect(await stateOf()).toEqual({ revision: 1, gray: { step: 1, share: 7_500 } });
    expect(await shown()).toMatchObject({ step: 1, state: 'running', stepSince: expect.any(String) as string });
    expect((await audit())[0]).toMatchObject({ actor: 'flyball', action: 'rules.step', detail: { share: '75%' } });

    await until('promoted', 12);
    expect(await stateOf()).toEqual({ revision: 2, gray: undefined });
    expect(await shown()).toMatchObject({ state: 'promoted', reason: 'no worse than the rest' });
    expect((await audit())[0]).toMatchObject({ actor: 'flyball', action: 'rules.promote', target: 'revision 2' });
    expect((await send('GET', `${ORDERS}/rules`)).body).toEqual(limited('orders', '20k/s'));
    expect(await dueNow()).toEqual([]);
  });

  it('is not promoted by itself under a baseline that forbids it by now: it waits for somebody who is told', async () => {
    await begin({ ...GRAY, steps: [{ share: '50%', bake: '1m' }] });
    const guardrails = { strict: { at: '/throttles/*/limit', max: '10k/s' } };
    await send('PUT', '/v1/baseline/draft', { body: { apiVersion: 'flyball/v1', kind: 'baseline', guardrails } });
    expect((await send('POST', '/v1/baseline/publish', { body: {} })).status).toBe(200);
    for (let minute = 0; minute < 8; minute++) {
      await serve(1);
      expect(await judged()).toMatchObject({ promoted: 0, failed: 0 });
    }
    expect(await shown()).toMatchObject({ state: 'running', judgement: { next: 'promote' } });
    expect(await post('gray/promote')).toMatchObject({ status: 200, body: { warnings: [{}] } });
  });

  it('whose part fails is taken back at once, in mid-step, and says why', async () => {
    failing = true;
    await begin({ ...GRAY, steps: [{ share: '50%', bake: '24h' }] });
    expect(await until('aborted', 8)).toBeLessThanOrEqual(6);
    expect(await stateOf()).toEqual({ revision: 1, gray: undefined });
    expect(await shown()).toMatchObject({
      state: 'aborted',
      reason: expect.stringMatching(/^worse than the rest: errors/) as string,
    });
    expect((await audit())[0]).toMatchObject({
      ...{ actor: 'flyball', action: 'rules.abort', target: 'revision 2' },
      note: expect.stringContaining('errors: 100% of') as string,
      detail: { part: { failed: expect.any(Number) as number }, rest: { failed: 0 }, verdict: 'worse' },
    });
    expect(await dueNow()).toEqual([]);
    expect(await judged()).toMatchObject({ grays: 0 });
  });

  it('whose part refuses far more is taken back', async () => {
    await publish('10k/s');
    await serve(1);
    await publish('1/m', { gray: { ...GRAY, by: 'header:x-tenant' } });
    await until('aborted', 8);
    expect((await audit())[0]?.note).toContain('refusals: ');
  });

  it('shows both sides, the verdict, and what is next', async () => {
    await begin();
    expect(await shown()).toMatchObject({
      judgement: { verdict: 'not enough traffic', next: 'wait', gray: { requests: 0 }, ifTooLittleTraffic: 'extend' },
    });
    await serve(4);
    const { judgement } = (await shown()) as { judgement: { gray: { requests: number }; rest: { requests: number } } };
    expect(judgement).toMatchObject({ verdict: 'better-or-equal', next: 'wait', bakedAt: '2026-01-05T12:04:00.000Z' });
    expect(judgement.gray.requests).toBeGreaterThan(50);
    expect(judgement.rest.requests).toBeGreaterThan(50);
  });

  it('without traffic bakes on, and says so', async () => {
    await begin();
    await serve(8, 1);
    expect(await judged()).toMatchObject({ grays: 1, stepped: 0, aborted: 0 });
    expect(await shown()).toMatchObject({
      state: 'running',
      judgement: { verdict: 'not enough traffic', extendedAt: expect.any(String) as string },
    });
  });

  it.each([
    ['abort', 'aborted'],
    ['promote', 'stepped'],
  ] as const)('without traffic does as it was told: %s', async (ifTooLittleTraffic, how) => {
    await begin({ ...GRAY, ifTooLittleTraffic });
    await serve(8, 1);
    expect(await judged()).toMatchObject({ [how]: 1 });
    expect((await audit())[0]?.note).toContain('too little traffic');
  });

  it('is left as it is while the store is away, and goes on later', async () => {
    failing = true;
    await begin();
    await serve(4);
    away = true;
    await expect(judged()).rejects.toThrow('away in this test');
    expect(await stateOf()).toMatchObject({ gray: { step: 0 } });
    away = false;
    expect(await judged()).toMatchObject({ aborted: 1 });
  });
});

describe('of judges, operators and those who die', () => {
  async function baked(): Promise<void> {
    await begin();
    await serve(7);
  }

  it('two ticks at once take one step, and tell it once', async () => {
    await baked();
    const reports = await Promise.all([judged(), judged(), judged()]);
    expect(reports.reduce((sum, { stepped }) => sum + stepped, 0)).toBeGreaterThanOrEqual(1);
    expect(await stateOf()).toEqual({ revision: 1, gray: { step: 1, share: 7_500 } });
    expect((await audit()).filter(({ action }) => action === 'rules.step')).toHaveLength(1);
    expect((await readState(table, 'orders')).head?.seq).toBe(3);
  });

  it('an operator and a tick at once leave one end', async () => {
    await baked();
    await Promise.all([judged(), post('gray/abort', { note: 'enough' }), judged()]);
    const { gray } = await stateOf();
    const ends = (await audit()).filter(({ action }) => ['rules.step', 'rules.abort'].includes(action));
    if (gray) expect(ends.map(({ action }) => action)).toEqual(['rules.step']);
    else expect(ends.filter(({ action }) => action === 'rules.abort')).toHaveLength(1);
    await judged();
    expect((await stateOf()).gray === undefined ? await dueNow() : ['orders']).toEqual(gray ? ['orders'] : []);
  });

  it('a tick that dies after it has changed the head is told by the next', async () => {
    await baked();
    let dead = false;
    const dying: Table = {
      ...table,
      update: async (request) => {
        if (dead) throw new StoreUnavailable('connect', 'the tick is dead');
        const written = await table.update(request);
        if (request.key.sk === 'head') dead = true;
        return written;
      },
      get: (...asked) => (dead ? Promise.reject(new StoreUnavailable('connect', 'dead')) : table.get(...asked)),
    };
    expect(await judged({ table: dying })).toMatchObject({ failed: 1 });
    expect(await stateOf()).toMatchObject({ gray: { step: 1 } });
    expect((await audit())[0]).toMatchObject({ action: 'rules.publish' });
    // What is not noted yet counts from when the head was changed.
    const { stepSince } = (await shown()) as { stepSince: string };
    expect(Date.parse(stepSince)).toBe(clock.now());
    await judged();
    expect((await audit())[0]).toMatchObject({ actor: 'flyball', action: 'rules.step' });
    expect(await stateOf()).toMatchObject({ gray: { step: 1 } });
  });

  it('what an operator has ended and died over is nobody’s to judge', async () => {
    await begin();
    const seen = await readState(table, 'orders');
    await abortGray(table, { service: 'orders', seen, at: clock.now() });
    expect(await judged()).toMatchObject({ grays: 1, aborted: 0 });
    expect(await dueNow()).toEqual([]);
    expect(await shown()).toMatchObject({ state: 'aborted' });
  });
});

describe('what a publisher may plan', () => {
  it.each([
    [{ share: '5%', steps: STEPS }, { path: '/gray/share' }],
    [{ steps: [{ share: '5%', bake: '10s' }] }, { path: '/gray/steps/0/bake' }],
    [{ steps: [{ share: '5%', bake: '2d' }] }, { path: '/gray/steps/0/bake' }],
    [{ steps: [...STEPS].reverse() }, { path: '/gray/steps/1/share', reason: 'must grow with each step' }],
    [{ steps: [{ share: '0%', bake: '5m' }] }, { path: '/gray/steps/0/share' }],
    [{ steps: [{ share: '100%', bake: '5m' }] }, { path: '/gray/steps' }],
    [{ share: '5%', abortWhen: {} }, { path: '/gray/abortWhen' }],
    [{ share: '5%', abortWhen: { minimumSample: 500 } }, { path: '/gray/abortWhen' }],
    [{ share: '5%', abortWhen: { errors: '2%' } }, { path: '/gray/abortWhen/errors' }],
    [{ share: '5%', abortWhen: { errors: '+101%' } }, { path: '/gray/abortWhen/errors' }],
    [{ share: '5%', abortWhen: { errors: '+2%', minimumSample: 10 } }, { path: '/gray/abortWhen/minimumSample' }],
    [{ share: '5%', ifTooLittleTraffic: 'abort' }, { path: '/gray/ifTooLittleTraffic' }],
    [{ share: '5%', abortWhen: { errors: '+2%' }, ifTooLittleTraffic: 'guess' }, { path: '/gray/ifTooLittleTraffic' }],
  ])('%j is refused with its place', async (gray, error) => {
    await publish('1/s');
    await send('PUT', `${ORDERS}/draft`, { body: limited('orders', '2/s') });
    expect(await post('publish', { gray })).toMatchObject({ status: 422, body: { errors: [error] } });
  });

  it('without steps or a condition nobody judges it, and both sides are shown all the same', async () => {
    await begin({ share: '50%', by: 'header:x-tenant' });
    expect(await dueNow()).toEqual([]);
    expect(await shown()).toMatchObject({ figures: { since: '2026-01-05T12:01:00.000Z', gray: { requests: 0 } } });
    await serve(4);
    const after = (await shown()) as { figures?: { gray: { requests: number }; rest: { requests: number } } };
    expect(after).not.toHaveProperty('judgement');
    expect(after.figures?.gray).toMatchObject({ refused: 0, failed: 0, p99Ms: expect.any(Number) as number });
    expect(after.figures?.gray.requests).toBeGreaterThan(50);
    expect(after.figures?.rest.requests).toBeGreaterThan(50);
  });

  it('that nobody judges is shown by its last hour', async () => {
    await begin({ share: '50%', by: 'header:x-tenant' });
    await serve(2);
    clock.advance(2 * 60 * MINUTE);
    expect(await shown()).toMatchObject({ figures: { since: '2026-01-05T13:03:00.000Z', gray: { requests: 0 } } });
  });
});

it('a judge whose time is over looks at no more pages, also where none holds a publication', async () => {
  let pages = 0;
  let leftMs = 10_000;
  const crowded: Table = {
    ...table,
    query: () => {
      pages++;
      leftMs -= 1_000;
      return Promise.resolve({ items: [{ pk: 'run#orders#made-up', sk: 'x' }], cursor: 'on' });
    },
  };
  const report = await judgeTick({ table: crowded, clock, logger: silentLogger, remainingMs: () => leftMs });
  expect(report).toMatchObject({ grays: 0, complete: false });
  expect(pages).toBeLessThanOrEqual(6);
});

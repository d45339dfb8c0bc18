// The throttles of a service over HTTP: its limits, and what is left in a key's bucket as its instances have left it.
import { beforeEach, describe, expect, inject, it } from 'vitest';
import type { Principal } from '../../../middleware/kernel/principal.ts';
import type { ThrottleRule } from '../../../middleware/kernel/rules/document.ts';
import { throughThrottles } from '../throttle/admit.ts';
import { storedKey } from '../../../middleware/kernel/key.ts';
import type { Table } from '../../../store/port.ts';
import * as events from '../../support/events.ts';
import { testInstance, testInvocation } from '../../support/instance.ts';
import { createTable } from '../table.ts';
import { NOW, startCenter, type Answer, type Center } from './center.ts';

const ORDERS = '/v1/services/orders';
let table: Table;
let center: Center;

beforeEach(async () => {
  const tables = await createTable(inject('dynamodb'));
  const { signed } = tables;
  // The emulator may be slow on a busy machine: time limits are tested elsewhere.
  table = { ...signed, update: (request) => signed.update({ ...request, timeoutMs: 60_000 }) };
  center = await startCenter(tables.sdk);
});

async function publish(throttles: Record<string, ThrottleRule>): Promise<void> {
  const body = { apiVersion: 'flyball/v1', service: 'orders', throttles };
  const put = await center.send('PUT', `${ORDERS}/draft`, { body });
  expect(put.status).toBeLessThan(300);
  expect((await center.send('POST', `${ORDERS}/publish`)).status).toBeLessThan(300);
}

/** Takes `times` tokens as an instance of the service does, at the center's time. */
async function take(
  throttles: Record<string, ThrottleRule>,
  times: number,
  headers: Record<string, string> = {},
  principal?: Principal,
): Promise<void> {
  const instance = testInstance({ service: 'orders', rules: { throttles }, clock: center.clock, table });
  for (let i = 0; i < times; i++) {
    const invocation = testInvocation(instance, events.httpV2({ headers }));
    invocation.principal = principal;
    await throughThrottles(invocation);
    await instance.syncs.settle();
  }
}

/** `query` as it stands in the URL, after the question mark. */
async function ask(name: string, query = ''): Promise<Answer> {
  return center.send('GET', `${ORDERS}/throttles/${name}`, { rawQuery: query });
}
const ada: Principal = { id: 'ada', by: 'jwt', claims: {} };
const exact = { sync: 'per-request' } as const;

describe('the list', () => {
  it('is of the published rules, with what they leave to their defaults', async () => {
    expect((await center.send('GET', `${ORDERS}/throttles`)).status).toBe(404);
    await publish({
      everyone: { limit: '100/s' },
      'per-client': { limit: '5/10s', key: ['client'], scope: 'instance' },
    });
    expect((await center.send('GET', `${ORDERS}/throttles`, { as: 'viewer' })).body).toEqual({
      throttles: [
        { name: 'everyone', limit: '100/s', key: [], algorithm: 'token-bucket', scope: 'fleet', mode: 'enforce' },
        {
          name: 'per-client',
          limit: '5/10s',
          key: ['client'],
          algorithm: 'token-bucket',
          scope: 'instance',
          mode: 'enforce',
        },
      ],
    });
  });
});

describe('a token bucket', () => {
  const rules: Record<string, ThrottleRule> = { everyone: { limit: '5/10s', ...exact } };

  it('tells what is left of it, and when there is more', async () => {
    await publish(rules);
    expect((await ask('everyone')).body).toMatchObject({
      name: 'everyone',
      stored: '(all)',
      certain: true,
      state: { known: false, remaining: 5, moreAt: null, limit: '5/10s', burst: 5, override: null },
    });
    await take(rules, 3);
    expect((await ask('everyone')).body).toMatchObject({
      state: {
        known: true,
        remaining: 2,
        moreAt: new Date(NOW + 2_100).toISOString(),
        burst: 5,
        leased: false,
        tatUs: (NOW + 6_000) * 1000,
        baseUs: NOW * 1000,
        generation: expect.stringMatching(/^[\w-]{8}$/) as string,
      },
    });
    await take(rules, 2);
    expect((await ask('everyone')).body).toMatchObject({ state: { remaining: 0 } });
    center.clock.advance(2_100);
    expect((await ask('everyone')).body).toMatchObject({ state: { remaining: 1 } });
  });

  it('that warms up tells what a cold one has left, and when it is warm', async () => {
    const warming: Record<string, ThrottleRule> = { everyone: { limit: '5/10s', burst: 15, warmUp: '30s' } };
    await publish(warming);
    await take(warming, 2);
    expect((await ask('everyone')).body).toMatchObject({
      state: { remaining: 3, burst: 15, warmAt: new Date(NOW + 30_000).toISOString(), leased: false },
    });
  });

  it('counts what instances hold on lease as taken', async () => {
    const leased: Record<string, ThrottleRule> = { everyone: { limit: '100/s', burst: 1_000, sync: 'leased' } };
    await publish(leased);
    await take(leased, 1);
    const { state } = (await ask('everyone')).body as { state: { leased: boolean; remaining: number } };
    expect(state).toMatchObject({ leased: true, known: true });
    expect(state.remaining).toBeLessThan(1_000);
  });
});

describe('a key', () => {
  const rules: Record<string, ThrottleRule> = {
    caller: {
      limit: '5/10s',
      key: ['client', 'header:x-plan'],
      overrides: [{ match: { 'header:x-plan': 'gold' }, limit: '50/10s' }],
      ...exact,
    },
  };

  it('is named by its values, as callers have them', async () => {
    await publish(rules);
    await take(rules, 2, { 'x-plan': 'gold' }, ada);
    await take(rules, 1, {}, ada);
    expect((await ask('caller', 'key=client=ada&key=header:x-plan=gold')).body).toMatchObject({
      state: { known: true, remaining: 48, limit: '50/10s', override: 0 },
    });
    expect((await ask('caller', 'key=header:x-plan&key=client=ada')).body).toMatchObject({
      state: { known: true, remaining: 4, limit: '5/10s', override: null },
    });
    expect((await ask('caller', 'key=client=203.0.113.7&key=header:x-plan=gold')).body).toMatchObject({
      stored: expect.stringMatching(/^203\.0\.113\.7,~/) as string,
      state: { known: false },
    });
  });

  it('is named as the table has it, as the busiest keys of telemetry are', async () => {
    await publish(rules);
    await take(rules, 2, { 'x-plan': 'gold' }, ada);
    const stored = storedKey(['header:x-plan'], 'gold');
    expect((await ask('caller', `stored=sub:ada,${stored}`)).body).toMatchObject({
      certain: true,
      state: { remaining: 48, override: 0 },
    });
    expect((await ask('caller', 'stored=sub:ada,(none)')).body).toMatchObject({
      state: { known: false, override: null },
    });
  });

  it('that is a hash, which patterns cannot be tried on, has the limit it was last counted by', async () => {
    const globbed: Record<string, ThrottleRule> = {
      caller: {
        limit: '5/10s',
        key: ['header:x-api-key'],
        overrides: [{ match: { 'header:x-api-key': 'gold-*' }, limit: '50/10s' }],
        ...exact,
      },
    };
    await publish(globbed);
    await take(globbed, 1, { 'x-api-key': 'gold-7' });
    await take(globbed, 1, { 'x-api-key': 'iron' });
    const of = async (key: string) => (await ask('caller', `stored=${storedKey(['header:x-api-key'], key)}`)).body;
    expect(await of('gold-7')).toMatchObject({ certain: false, state: { override: 0, remaining: 49 } });
    expect(await of('iron')).toMatchObject({ certain: false, state: { override: null, remaining: 4 } });
  });

  it.each([
    ['', 'key: "client" is not given; write key=client=VALUE&key=header:x-plan=VALUE.'],
    ['key=client=ada', 'key: "header:x-plan" is not given'],
    ['key=ip=1.2.3.4', 'key: "ip" is no part of the rule’s key'],
    ['key=client=ada&key=client=bob', 'key: "client" is given twice.'],
    ['stored=a', 'stored is not how the table has a key of this rule, which is 2 values, separated by commas'],
    ['stored=a,b&key=client=ada', 'stored says by itself which key is meant: leave key out.'],
  ])('that is asked for by "%s" is refused', async (query, detail) => {
    await publish(rules);
    const { status, body } = await ask('caller', query);
    expect(status).toBe(400);
    expect((body as { detail: string }).detail).toContain(detail);
  });

  it('that is longer than any is refused', async () => {
    await publish(rules);
    expect((await ask('caller', `key=client=${'x'.repeat(2_000)}`)).body).toMatchObject({
      detail: 'key is longer than 1024 characters.',
    });
  });

  it('of a rule without one is (all)', async () => {
    await publish({ everyone: { limit: '5/s' } });
    expect((await ask('everyone', 'stored=(all)')).status).toBe(200);
    expect((await ask('everyone', 'stored=x')).status).toBe(400);
    expect((await ask('everyone', 'key=client=ada')).status).toBe(400);
  });
});

describe('windows', () => {
  it('that slide tell what this and the last one counted', async () => {
    const rules: Record<string, ThrottleRule> = { everyone: { algorithm: 'sliding-window', limit: '10/min' } };
    await publish(rules);
    await take(rules, 8);
    center.clock.advance(60_000);
    await take(rules, 1);
    expect((await ask('everyone')).body).toMatchObject({
      state: {
        known: true,
        used: 1,
        previous: 8,
        remaining: 1,
        limit: '10/min',
        start: new Date(NOW + 60_000).toISOString(),
        end: new Date(NOW + 120_000).toISOString(),
      },
    });
  });

  it('that are fixed tell what was used, and when they begin anew', async () => {
    const rules: Record<string, ThrottleRule> = { monthly: { algorithm: 'fixed-window', limit: '30/month' } };
    await publish(rules);
    await take(rules, 7);
    expect((await ask('monthly')).body).toMatchObject({
      state: {
        known: true,
        used: 7,
        remaining: 23,
        limit: '30/month',
        start: '2026-01-01T00:00:00.000Z',
        end: '2026-02-01T00:00:00.000Z',
        moreAt: '2026-02-01T00:00:00.000Z',
      },
    });
  });
});

describe('a leaky bucket', () => {
  it('tells of its queue', async () => {
    const rules: Record<string, ThrottleRule> = {
      everyone: { algorithm: 'leaky-bucket', limit: '5/s', burst: 3, maxWait: '2s' },
    };
    await publish(rules);
    await take(rules, 1);
    expect((await ask('everyone')).body).toMatchObject({
      state: { known: true, burst: 3, remaining: 2, leased: false },
    });
  });
});

describe('what is not there', () => {
  it('is said: no such rule, and nothing shared where instances count by themselves', async () => {
    await publish({ own: { limit: '5/s', scope: 'instance' } });
    const missing = await ask('nope');
    expect([missing.status, (missing.body as { detail: string }).detail]).toEqual([
      404,
      'The published rules of "orders" have no throttle "nope"; it has own.',
    ]);
    expect((await ask('own')).body).toMatchObject({ state: null, reason: 'each instance counts by itself' });
  });
});

// Keys that a caller may make up: nothing is written of one for which nothing has failed, unless it comes again and again.
import { flyball } from 'flyball';
import { events, testGovernor, type TestGovernor } from 'flyball/testing';
import { describe, expect, it } from 'vitest';
import { hash } from '../../../../middleware/kernel/key.ts';
import { recordOf } from '../../../../store/items/breaker-record.ts';
import { instanceKeys } from '../../../../store/instance-keys.ts';

const breaker = {
  key: ['header:x-tenant'],
  window: { time: '30s', minimumCalls: 5 },
  surge: 'off',
} as const;
const BREAKER = 'resource:orders';

async function shop(more: object = {}): Promise<TestGovernor> {
  return testGovernor({
    service: 'shop',
    rules: { resources: { orders: { match: { trigger: 'http' }, breaker } }, ...more },
  });
}

const by = (tenant: string) => events.httpV2({ headers: { 'x-tenant': tenant } });
const done = async () => ({ statusCode: 200, body: '' });
const failing = async () => {
  throw new Error('the database is away');
};

/** What the table holds of a tenant. */
async function itemOf(governor: TestGovernor, tenant: string) {
  const key = instanceKeys.breaker('shop', BREAKER, `~${hash(tenant)}`);
  return governor.options.instance.table.get(key, { consistent: true });
}

describe('of a key that somebody makes up', () => {
  it('nothing is written for a request that a throttle refuses, however many there are', async () => {
    using governor = await shop({ throttles: { all: { limit: '1/min' } } });
    const handler = governor.governed(done);
    const statuses: unknown[] = [];
    for (let i = 0; i < 100; i++) {
      statuses.push(((await governor.invoke(handler, by(`made-up-${i}`))) as { statusCode: number }).statusCode);
    }
    expect(statuses.filter((status) => status === 429)).toHaveLength(99);
    await governor.advance('10s');
    for (let i = 0; i < 100; i++) expect(await itemOf(governor, `made-up-${i}`)).toBeUndefined();
  });

  it('nothing is written for one request, nor for two, that are served', async () => {
    using governor = await shop();
    const handler = governor.governed(done);
    await governor.invoke(handler, by('ada'));
    await governor.advance('10s');
    await governor.invoke(handler, by('ada'));
    await governor.advance('10s');
    expect(await itemOf(governor, 'ada')).toBeUndefined();
  });

  it('nothing is written for a call that goes well, of a dependency either', async () => {
    const dependencies = { payments: { target: { function: 'payments' }, breaker: { ...breaker, key: ['call'] } } };
    using governor = await testGovernor({ service: 'shop', rules: { dependencies } });
    governor.respond('payments', { body: {} });
    await governor.invoke(
      governor.governed(() => flyball.call('payments', { breakerKey: 'ada' })),
      events.httpV2(),
    );
    const key = instanceKeys.breaker('shop', 'payments', 'ada');
    expect(await governor.options.instance.table.get(key, { consistent: true })).toBeUndefined();
  });
});

describe('the fleet is told of a key', () => {
  it('once it has come so often that others may need to know of those who serve it', async () => {
    using governor = await shop();
    const handler = governor.governed(done);
    for (let i = 0; i < 3; i++) await governor.invoke(handler, by('ada'));
    const { buckets, tallies } = recordOf(await itemOf(governor, 'ada'));
    expect(buckets.reduce((sum, { calls }) => sum + calls, 0)).toBe(3);
    expect(tallies).toContainEqual(expect.objectContaining({ of: 'present', count: 1 }));
  });

  it('at its first failure, with all that went well before', async () => {
    using governor = await shop();
    await governor.invoke(governor.governed(done), by('ada'));
    await governor.invoke(governor.governed(failing), by('ada')).catch(() => undefined);
    const { buckets } = recordOf(await itemOf(governor, 'ada'));
    expect(buckets.reduce((sum, { calls }) => sum + calls, 0)).toBe(2);
    expect(buckets.reduce((sum, { failures }) => sum + failures, 0)).toBe(1);
  });

  it('by whoever serves it, once something is known of it', async () => {
    using governor = await shop();
    const handler = governor.governed(done);
    await governor.breaker(BREAKER, `~${hash('ada')}`).force('CLOSED');
    await governor.breaker(BREAKER, `~${hash('ada')}`).release();
    for (let i = 0; i < 2; i++) {
      await governor.invoke(handler, by('ada'));
      await governor.advance('10s');
    }
    expect(recordOf(await itemOf(governor, 'ada')).tallies).toContainEqual(
      expect.objectContaining({ of: 'present', count: 1 }),
    );
  });
});

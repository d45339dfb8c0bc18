// Faults within a governed function: whom they meet, what that looks like, and how they end.
import { describe, expect, it } from 'vitest';
import { DependencyFailed, flyball } from '../../../../middleware/index.ts';
import { events, testGovernor, type TestGovernor, type TestRules } from '../../../../middleware/testing/index.ts';
import { stopFaultsOf } from '../../../../store/items/fault-stops.ts';

const until = '2026-01-05T13:00:00Z';
const everybody = { match: { 'header:x-drill': 'yes' } } as const;
const drilled = (more: object = {}) => events.httpV2({ path: '/pay', headers: { 'x-drill': 'yes' }, ...more });

const resources = {
  pay: { match: { path: '/pay' } },
  queue: { match: { trigger: 'queue' }, redelivery: { attempts: 2, backoff: { initial: '10s' } } },
  nightly: { match: { trigger: 'schedule' } },
  upload: { match: { trigger: 'bucket' } },
} as const;

/** As rules are read from a file: what is in them is told when they are published. */
async function kitWith(faults: object, more: object = {}): Promise<TestGovernor> {
  const rules = { resources, faults, ...more } as TestRules;
  return testGovernor({ service: 'shop', rules });
}

async function stop(kit: TestGovernor, stopped = true): Promise<void> {
  const at = kit.clock.now();
  const { table } = kit.options.instance;
  expect(await stopFaultsOf(table, kit.service, { stopped, by: 'ada', reason: 'enough', at })).toBe(true);
}

describe('at the door', () => {
  it('aborts with the status of the rule, and says that it was a drill', async () => {
    using kit = await kitWith({
      drill: { resources: ['pay'], ...everybody, abort: { share: '100%', status: 503 }, until },
    });
    let handled = 0;
    const handler = kit.governed((_event: unknown) => ({ statusCode: 200, body: String((handled += 1)) }));
    const answer = await kit.invoke(handler, drilled());
    expect(answer).toMatchObject({ statusCode: 503, headers: { 'x-flyball-fault': 'drill' } });
    expect(JSON.parse((answer as { body: string }).body)).toMatchObject({ by: 'fault', rule: 'drill' });
    expect(handled).toBe(0);
    expect(kit.recorded.invocations).toMatchObject([{ outcome: 'refused' }]);
    expect(kit.recorded.refusals).toMatchObject([{ by: 'fault', rule: 'drill', resource: 'pay', shadow: false }]);
    expect(kit.recorded.internal).toContain('fault:drill');
    expect(await kit.invoke(handler, events.httpV2({ path: '/pay' }))).toMatchObject({ statusCode: 200 });
    expect(await kit.invoke(handler, drilled({ path: '/other' }))).toMatchObject({ statusCode: 200 });
  });

  it('delays, which is no part of how long the service takes', async () => {
    using kit = await kitWith({
      slow: { resources: ['pay'], ...everybody, delay: { share: '100%', for: '800ms' }, until },
    });
    const handler = kit.governed((_event: unknown) => ({ statusCode: 200 }));
    const before = kit.clock.now();
    expect(await kit.invoke(handler, drilled())).toMatchObject({
      statusCode: 200,
      headers: { 'x-flyball-fault': 'slow' },
    });
    expect(kit.clock.now() - before).toBeGreaterThanOrEqual(800);
    const [{ durationMs } = { durationMs: NaN }] = kit.recorded.invocations;
    expect(durationMs).toBeLessThan(100);
    expect(kit.recorded.refusals).toEqual([]);
  });

  it('delays at most until the deadline, and then does not start', async () => {
    const slow = { resources: ['pay'], ...everybody, delay: { share: '100%', for: '8s' }, until };
    using kit = await kitWith(
      { slow },
      {
        resources: { ...resources, pay: { ...resources.pay, deadline: { timeout: '1s' } } },
      },
    );
    const handler = kit.governed((_event: unknown) => ({ statusCode: 200 }));
    const before = kit.clock.now();
    expect(await kit.invoke(handler, drilled())).toMatchObject({ statusCode: 504 });
    expect(kit.clock.now() - before).toBeLessThan(1_100);
  });

  it('decides in shadow, and does nothing', async () => {
    const drill = { resources: ['pay'], ...everybody, abort: { share: '100%', status: 503 }, until, mode: 'shadow' };
    using kit = await kitWith({ drill });
    const handler = kit.governed((_event: unknown) => ({ statusCode: 200 }));
    const answer = await kit.invoke(handler, drilled());
    expect(answer).toEqual({ statusCode: 200 });
    expect(kit.recorded.refusals).toMatchObject([{ by: 'fault', rule: 'drill', shadow: true }]);
  });

  it('meets the same direct invoke on whichever instance, by its idempotency key', async () => {
    const invoked = { invoked: { match: { trigger: 'direct' } } };
    const half = { resources: ['invoked'], abort: { share: '50%', status: 503 }, until };
    using kit = await kitWith({ half }, { resources: invoked });
    using other = await kit.another();
    const isMetBy = async (one: TestGovernor, key: string) => {
      const handler = one.governed((_event: unknown) => 'done');
      const answer = await one.invoke(handler, { headers: { 'idempotency-key': key } }).catch(String);
      return answer !== 'done';
    };
    const met = new Set<boolean>();
    for (let i = 0; i < 30; i++) {
      const first = await isMetBy(kit, `order-${i}`);
      met.add(first);
      expect(await isMetBy(other, `order-${i}`)).toBe(first);
      expect(await isMetBy(kit, `order-${i}`)).toBe(first);
    }
    expect(met).toEqual(new Set([true, false]));
  });

  it('is not chosen by a client over HTTP, who may send one key with every request', async () => {
    using kit = await kitWith({ half: { resources: ['pay'], abort: { share: '50%', status: 503 }, until } });
    const handler = kit.governed((_event: unknown) => ({ statusCode: 200 }));
    for (const key of ['order-1', 'order-2', 'order-3']) {
      const statuses = new Set<number>();
      for (let i = 0; i < 30; i++) {
        const answer = await kit.invoke(handler, drilled({ headers: { 'idempotency-key': key } }));
        statuses.add(answer.statusCode);
      }
      expect(statuses).toEqual(new Set([200, 503]));
    }
  });

  it('is not chosen by a client of a WebSocket either, whose events look like direct invokes', async () => {
    const invoked = { invoked: { match: { trigger: 'direct' } } };
    const half = { resources: ['invoked'], abort: { share: '50%', status: 503 }, until };
    using kit = await kitWith({ half }, { resources: invoked });
    const handler = kit.governed((_event: unknown) => 'done');
    const connect = { requestContext: { routeKey: '$connect' }, headers: { 'idempotency-key': 'order-1' } };
    const met = new Set<boolean>();
    for (let i = 0; i < 30; i++) met.add((await kit.invoke(handler, connect).catch(String)) !== 'done');
    expect(met).toEqual(new Set([true, false]));
  });

  it('skips a scheduled run, and never aborts what its platform gives up', async () => {
    const abort = { abort: { share: '50%', outcome: 'error' }, until } as const;
    using kit = await kitWith(
      { drill: { resources: ['nightly', 'default'], ...abort } },
      { resources: { nightly: resources.nightly } },
    );
    const handler = kit.governed((_event: unknown) => ({ done: true }));
    const runs = [];
    for (let i = 0; i < 30; i++) runs.push(await kit.invoke(handler, events.schedule()));
    expect(runs).toContainEqual({ skipped: true, rule: 'drill' });
    expect(runs).toContainEqual({ done: true });
    for (let i = 0; i < 30; i++) expect(await kit.invoke(handler, events.s3())).toEqual({ done: true });
    for (let i = 0; i < 30; i++) expect(await kit.invoke(handler, events.kinesis())).toEqual({ done: true });
  });
});

describe('whom it is for', () => {
  it.each([
    ['the role of a verified caller', { role: 'tester' }, { roles: '[tester dev]' }, { roles: '[dev]' }],
    ['several words in one role', { role: 'test*' }, { role: 'dev tester' }, { role: 'dev' }],
    ['another claim', { 'claim:tenant': 'acme' }, { tenant: 'acme' }, { tenant: 'other' }],
  ])('knows %s', async (_what, match, met, spared) => {
    using kit = await kitWith({ drill: { resources: ['pay'], match, abort: { share: '100%', status: 503 }, until } });
    const handler = kit.governed((_event: unknown) => ({ statusCode: 200 }));
    const asked = (claims: Record<string, string>) => kit.invoke(handler, events.httpV2({ path: '/pay', claims }));
    expect(await asked(met)).toMatchObject({ statusCode: 503 });
    expect(await asked(spared)).toMatchObject({ statusCode: 200 });
  });
});

describe('records of a queue', () => {
  const drill = { resources: ['queue'], abort: { share: '50%', outcome: 'error' }, until } as const;

  it('fail as if the handler had failed them, and never reach it', async () => {
    using kit = await kitWith({ drill });
    const seen: string[] = [];
    const handler = kit.governed((event: { Records: { messageId: string }[] }) => {
      seen.push(...event.Records.map(({ messageId }) => messageId));
    });
    const answer = await kit.invoke(handler, events.sqs(10));
    const failed = (answer as unknown as { batchItemFailures: { itemIdentifier: string }[] }).batchItemFailures;
    const aborted = failed.map(({ itemIdentifier }) => itemIdentifier);
    expect(aborted.length).toBeGreaterThan(0);
    expect(seen.length).toBeGreaterThan(0);
    expect([...seen, ...aborted].sort()).toEqual(Array.from({ length: 10 }, (_, i) => `message-${i + 1}`).sort());
    expect(kit.queues.delayed).toHaveLength(aborted.length);
    expect(kit.recorded.refusals.reduce((sum, { count }) => sum + count, 0)).toBe(aborted.length);
  });

  it('meet the same fault with every delivery', async () => {
    using kit = await kitWith({ drill });
    const handler = kit.governed((_event: unknown) => {});
    const first = await kit.invoke(handler, events.sqs(10));
    expect(await kit.invoke(handler, events.sqs(10))).toEqual(first);
  });
});

describe('calls', () => {
  const dependencies = { rates: { target: { url: 'https://rates.example' }, attemptTimeout: '500ms' } };
  const asking = (kit: TestGovernor) =>
    kit.governed(async (_event: unknown) => {
      try {
        return { statusCode: 200, body: JSON.stringify(await flyball.call('rates', { method: 'GET' })) };
      } catch (error) {
        if (!(error instanceof DependencyFailed)) throw error;
        return { statusCode: 200, body: `${error.outcome} ${error.sent}` };
      }
    });
  const bodyOf = async (kit: TestGovernor) => (await kit.invoke(asking(kit), drilled())) as { body: string };

  it.each([
    [{ status: 503 }, '503 true'],
    [{ status: 429 }, 'throttled true'],
    [{ outcome: 'connect' }, 'connect false'],
    [{ outcome: 'timeout' }, 'timeout true'],
    [{ outcome: 'error' }, 'error true'],
  ])('end as %j does, and nothing is sent', async (ending, expected) => {
    const drill = { dependencies: ['rates'], ...everybody, abort: { share: '100%', ...ending }, until };
    using kit = await kitWith({ drill }, { dependencies });
    expect(await bodyOf(kit)).toMatchObject({ body: expected, headers: { 'x-flyball-fault': 'drill' } });
    expect(kit.calls).toEqual([]);
    expect(kit.recorded.calls).toHaveLength(1);
    expect(kit.recorded.refusals).toEqual([]);
  });

  it('are delayed within the time of an attempt', async () => {
    const slow = { dependencies: ['rates'], ...everybody, delay: { share: '100%', for: '800ms' }, until };
    using kit = await kitWith({ slow }, { dependencies });
    const before = kit.clock.now();
    expect(await bodyOf(kit)).toMatchObject({ body: 'timeout true' });
    expect(kit.clock.now() - before).toBeLessThan(600);
    expect(kit.calls).toEqual([]);
  });

  it('open the breaker of their dependency', async () => {
    const drill = { dependencies: ['rates'], ...everybody, abort: { share: '100%', status: 503 }, until };
    const breaker = { consecutiveFailures: 3 };
    using kit = await kitWith({ drill }, { dependencies: { rates: { ...dependencies.rates, breaker } } });
    const handler = kit.governed(() => flyball.call('rates', { method: 'GET' }));
    for (let i = 0; i < 3; i++)
      await expect(kit.invoke(handler, drilled())).resolves.toMatchObject({ statusCode: 502 });
    await expect(kit.invoke(handler, drilled())).resolves.toMatchObject({ statusCode: 503 });
    expect(kit.recorded.refusals).toMatchObject([{ by: 'breaker', rule: 'rates' }]);
  });

  it('meet no more than their share when a client repeats one key with every request', async () => {
    const drill = { dependencies: ['rates'], abort: { share: '20%', status: 503 }, until };
    using kit = await kitWith({ drill }, { dependencies });
    kit.respond('rates', { body: {} });
    const handler = asking(kit);
    for (const key of ['a', 'b', 'c', 'd']) {
      let met = 0;
      for (let i = 0; i < 100; i++) {
        const answer = await kit.invoke(handler, drilled({ headers: { 'idempotency-key': key } }));
        if ('headers' in answer) met += 1;
      }
      expect(met).toBeGreaterThan(5);
      expect(met).toBeLessThan(40);
    }
  });

  it('of others go on', async () => {
    const drill = { dependencies: ['rates'], ...everybody, abort: { share: '100%', status: 503 }, until };
    using kit = await kitWith({ drill }, { dependencies });
    kit.respond('rates', { body: { eur: 1 } });
    const handler = asking(kit);
    expect(await kit.invoke(handler, events.httpV2({ path: '/pay' }))).toEqual({ statusCode: 200, body: '{"eur":1}' });
  });
});

describe("flyball's own table", () => {
  const throttles = { few: { limit: '10/s', burst: 10, sync: 'per-request', whenStoreFails: 'reject' } };

  it('fails as the rule says, without keeping rules from being read', async () => {
    const away = { store: true, ...everybody, abort: { share: '100%', outcome: 'connect' }, until };
    using kit = await kitWith({ away }, { throttles });
    const handler = kit.governed((_event: unknown) => ({ statusCode: 200 }));
    const ask = async (event: unknown) => (await kit.invoke(handler, event)).statusCode;
    expect(await ask(drilled())).not.toBe(200);
    expect(kit.recorded.internal).toContain('fault:away');
    expect(kit.store.requests.filter(({ pk }) => pk.includes('#throttle#'))).toEqual([]);
    await stop(kit);
    await kit.advance('6s');
    await ask(drilled());
    await kit.advance('40s');
    expect(await ask(drilled())).toBe(200);
  });
});

describe('the end', () => {
  const drill = { resources: ['pay'], ...everybody, abort: { share: '100%', status: 503 }, until };
  const statusOf = async (kit: TestGovernor) => {
    const handler = kit.governed((_event: unknown) => ({ statusCode: 200 }));
    return (await kit.invoke(handler, drilled())).statusCode;
  };

  it('comes by itself', async () => {
    using kit = await kitWith({ drill });
    await kit.advance('59m');
    expect(await statusOf(kit)).toBe(503);
    await kit.advance('1m');
    expect(await statusOf(kit)).toBe(200);
  });

  it('comes within six seconds under traffic when somebody says so, and holds through what is published next', async () => {
    using kit = await kitWith({ drill });
    expect(await statusOf(kit)).toBe(503);
    await stop(kit);
    const statuses: number[] = [];
    for (let second = 0; second < 6; second++) {
      await kit.advance('1s');
      statuses.push(await statusOf(kit));
    }
    expect(statuses.at(-1)).toBe(200);
    await kit.publish({ resources, faults: { drill }, owner: 'somebody' });
    expect(await statusOf(kit)).toBe(200);
    await stop(kit, false);
    await kit.advance('6s');
    await statusOf(kit);
    expect(await statusOf(kit)).toBe(503);
  });

  it('comes when nobody can say any more whether it should', async () => {
    using kit = await kitWith({ drill });
    expect(await statusOf(kit)).toBe(503);
    kit.store.down();
    await kit.advance('30s');
    expect(await statusOf(kit)).toBe(200);
    kit.store.up();
    await kit.advance('60s');
    await statusOf(kit);
    await kit.advance('10s');
    expect(await statusOf(kit)).toBe(503);
  });
});

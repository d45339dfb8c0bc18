// Breakers of what a service is asked for: what opens them, whom they refuse and how, and that no probe's slot is kept.
import middy from '@middy/core';
import { flyball, govern, governPlugin } from 'flyball';
import { events, testGovernor, type TestGovernor } from 'flyball/testing';
import { describe, expect, it } from 'vitest';

const breaker = { window: { time: '30s', minimumCalls: 2 }, surge: 'off' } as const;
const rules = {
  resources: {
    order: { match: { method: 'POST', path: '/orders' }, breaker },
    queue: { match: { trigger: 'queue', source: 'settlement' }, breaker },
    tail: { match: { trigger: 'stream' }, breaker },
    nightly: { match: { trigger: 'schedule' }, breaker },
    tenant: { match: { path: '/tenants/{tenant}' }, breaker: { ...breaker, key: ['path:tenant'] } },
    paid: { match: { path: '/paid' }, breaker: { ...breaker, failures: ['business:CARD_DECLINED'] } },
    slow: { match: { path: '/slow' }, breaker: { ...breaker, slow: { over: '1s', rate: '50%' } } },
    shadowed: { match: { path: '/shadowed' }, breaker: { ...breaker, mode: 'shadow' } },
    covered: {
      match: { path: '/covered' },
      breaker,
      fallback: [{ when: ['breaker'], respond: { status: 202, body: { queued: true } } }],
    },
    called: { match: { trigger: 'direct' }, breaker },
  },
} as const;

const shop = () => testGovernor({ service: 'shop', rules });
const web = (path: string) => events.httpV2({ path });
const answer = (statusCode: number) => async () => ({ statusCode, body: '' });
const broken = async () => {
  throw new Error('the database is away');
};

interface Answer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Asks for something that fails until its breaker opens. */
async function trip(here: TestGovernor, event: unknown, handler: () => Promise<unknown> = broken): Promise<void> {
  for (let i = 0; i < 2; i++) {
    await here.invoke(here.governed(handler), event).catch(() => undefined);
    await here.advance('100ms');
  }
}

const ask = async (here: TestGovernor, event: unknown, handler: () => Promise<unknown> = answer(200)) =>
  (await here.invoke(here.governed(handler), event)) as Answer;

describe('a resource’s breaker', () => {
  it.each<[string, () => Promise<unknown>, string]>([
    ['errors', broken, '/orders'],
    ['5xx answers', answer(503), '/orders'],
    ['business codes, if it says so', async () => flyball.fail('CARD_DECLINED'), '/paid'],
  ])('opens on %s, and refuses with 503 and when to come back', async (_what, handler, path) => {
    using here = await shop();
    await trip(here, web(path), handler);
    const refused = await ask(here, web(path));
    expect(refused).toMatchObject({ statusCode: 503, headers: { 'retry-after': '5' } });
    expect(JSON.parse(refused.body)).toMatchObject({ by: 'breaker', code: 'FLYBALL_REFUSED' });
  });

  it('opens on slow answers', async () => {
    using here = await shop();
    await trip(here, web('/slow'), async () => {
      here.freeze('2s');
      return { statusCode: 200, body: '' };
    });
    expect(here.breaker('resource:slow').state).toBe('OPEN');
  });

  it('does not open on 4xx answers, nor on what flyball itself refused', async () => {
    using here = await shop();
    await trip(here, web('/orders'), answer(404));
    await here.publish({ ...rules, throttles: { none: { limit: '1/h', burst: 1, scope: 'instance' } } });
    for (let i = 0; i < 10; i++) await ask(here, web('/orders'));
    await here.advance('10s');
    expect(here.recorded.refusals.length).toBeGreaterThan(5);
    expect(here.breaker('resource:order').state).toBe('CLOSED');
  });

  it('does not open when what it calls is refused', async () => {
    using here = await testGovernor({
      service: 'shop',
      rules: { ...rules, dependencies: { payments: { target: { function: 'payments' }, breaker: {} } } },
    });
    await here.breaker('payments').force('OPEN');
    const calling = async () => flyball.call('payments');
    for (let i = 0; i < 5; i++) expect((await ask(here, web('/orders'), calling)).statusCode).toBe(503);
    await here.advance('10s');
    await ask(here, web('/orders'));
    expect(here.breaker('resource:order').state).toBe('CLOSED');
  });

  it('is the fleet’s: another instance refuses too', async () => {
    using here = await shop();
    const there = await here.another();
    await trip(here, web('/orders'));
    expect((await ask(there, web('/orders'))).statusCode).toBe(503);
    expect((await ask(there, web('/other'))).statusCode).toBe(200);
  });

  it('is one for each value of its key', async () => {
    using here = await shop();
    await trip(here, web('/tenants/ada'));
    const refused = await ask(here, web('/tenants/ada'));
    expect(refused.statusCode).toBe(503);
    expect(JSON.stringify(refused)).toContain('for ada is open');
    expect((await ask(here, web('/tenants/bob'))).statusCode).toBe(200);
    expect(here.breaker('resource:tenant', 'ada').state).toBe('OPEN');
  });

  it('counts in shadow what it would have refused', async () => {
    using here = await shop();
    await trip(here, web('/shadowed'));
    expect((await ask(here, web('/shadowed'))).statusCode).toBe(200);
    expect(here.recorded.refusals).toMatchObject([{ by: 'breaker', rule: 'resource:shadowed', shadow: true }]);
  });

  it('gives way to a fallback', async () => {
    using here = await shop();
    await trip(here, web('/covered'));
    expect((await ask(here, web('/covered'))).statusCode).toBe(202);
  });
});

describe('those it refuses', () => {
  it('of a queue come back once it may let them pass, each at a moment of its own, and not as an attempt', async () => {
    using here = await shop();
    await trip(here, events.sqs(1));
    const before = here.queues.delayed.length;
    const answered = await here.invoke(here.governed(answer(200)), events.sqs(2));
    expect(answered).toMatchObject({ batchItemFailures: [{}, {}] });
    const delaysS = here.queues.delayed.slice(before).map(({ seconds }) => seconds);
    expect(delaysS).toHaveLength(2);
    for (const delayS of delaysS) expect(delayS).toBeGreaterThanOrEqual(4);
  });

  it('of a stream are none: a refusal would stop the shard', async () => {
    using here = await shop();
    await here.breaker('resource:tail').force('OPEN');
    expect(
      await here.invoke(
        here.governed(async () => 'done'),
        events.kinesis(),
      ),
    ).toBe('done');
  });

  it('of a schedule are skipped', async () => {
    using here = await shop();
    await here.breaker('resource:nightly').force('OPEN');
    expect(
      await here.invoke(
        here.governed(async () => 'done'),
        events.schedule(),
      ),
    ).toMatchObject({ skipped: true });
  });

  it('called directly get an error of a stable name', async () => {
    using here = await shop();
    await here.breaker('resource:called').force('OPEN');
    await expect(
      here.invoke(
        here.governed(async () => 'done'),
        { amount: 1 },
      ),
    ).rejects.toMatchObject({
      name: 'Refused',
      by: 'breaker',
    });
  });
});

describe('a queue’s breaker', () => {
  it('takes a batch whose records have all failed for a failure, and one with some of them for none', async () => {
    using here = await shop();
    const failing = (count: number) => async (event: ReturnType<typeof events.sqs>) => ({
      batchItemFailures: event.Records.slice(0, count).map(({ messageId }) => ({ itemIdentifier: messageId })),
    });
    for (const [count, state] of [
      [1, 'CLOSED'],
      [2, 'OPEN'],
    ] as const) {
      for (let i = 0; i < 4; i++) {
        await here.invoke(here.governed(failing(count)), events.sqs(2));
        await here.advance('100ms');
      }
      expect(here.breaker('resource:queue').state).toBe(state);
    }
  });
});

describe('cases in which others fail', () => {
  it('a Middy breaker whose rejection passes through its own onError counts it as a failure and never recovers under traffic: ours recovers', async () => {
    using here = await shop();
    await trip(here, web('/orders'));
    let recoveredAfterMs: number | undefined;
    for (let i = 1; i <= 100 && recoveredAfterMs === undefined; i++) {
      const { statusCode } = await ask(here, web('/orders'));
      await here.advance('100ms');
      if (statusCode === 200) recoveredAfterMs = i * 100;
    }
    expect(recoveredAfterMs).toBeLessThanOrEqual(5_500);
    await here.advance('1s');
    expect(here.breaker('resource:order').state).toBe('CLOSED');
  });

  it('a probe refused by a later rule strands the breaker half-open: ours is free at once', async () => {
    using here = await shop();
    const none = { throttles: { none: { limit: '1/h', burst: 1, scope: 'instance' } } } as const;
    await trip(here, web('/orders'));
    await here.publish({ ...rules, ...none });
    await ask(here, web('/other'));
    await here.advance('6s');
    expect((await ask(here, web('/orders'))).statusCode).toBe(429);
    await here.publish(rules);
    expect((await ask(here, web('/orders'))).statusCode).toBe(200);
    expect(here.breaker('resource:order').state).toBe('CLOSED');
  });

  it('a probe in whose place another middleware answers gives its slot back at once', async () => {
    using here = await shop();
    await trip(here, web('/orders'));
    await here.advance('6s');
    const cached = middy(governPlugin)
      .use(govern(here.options))
      .before(() => ({ statusCode: 200, body: 'from a cache' }))
      .handler(answer(200));
    await here.invoke((event: unknown, context) => cached(event, context), web('/orders'));
    expect(here.breaker('resource:order').state).toBe('HALF_OPEN');
    expect((await ask(here, web('/orders'))).statusCode).toBe(200);
    expect(here.breaker('resource:order').state).toBe('CLOSED');
  });
});

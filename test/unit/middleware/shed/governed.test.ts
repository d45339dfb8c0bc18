// Shedding within a governed function: loaded when it is needed, and in its place among the other policies.
import { describe, expect, it } from 'vitest';
import { flyball } from '../../../../middleware/index.ts';
import { Refused } from '../../../../middleware/kernel/errors.ts';
import { events, testGovernor, type TestGovernor } from '../../../../middleware/testing/index.ts';
import { pauseService } from '../../../../store/items/pauses.ts';

const rules = {
  resources: {
    report: { match: { path: '/report' }, priority: 'sheddable' },
    backfill: { match: { trigger: 'queue' }, priority: 'sheddable' },
    upload: { match: { trigger: 'bucket' }, priority: 'sheddable' },
    nightly: { match: { trigger: 'schedule' }, priority: 'sheddable' },
    tail: { match: { trigger: 'stream' }, priority: 'sheddable' },
  },
  throttles: { few: { limit: '1/m', scope: 'instance', resources: ['report'] } },
} as const;

async function pausedFor(kit: TestGovernor, ms: number): Promise<void> {
  const { table } = kit.options.instance;
  const at = kit.clock.now();
  const pause = { priority: 'sheddable', until: at + ms, reason: 'the database moves', by: 'ada', at } as const;
  expect(await pauseService(table, kit.service, pause)).toBe(true);
  // What was not looked at for so long is looked at first.
  await kit.advance('11s');
}

describe('a function that is paused', () => {
  it('answers each trigger as it understands', async () => {
    using kit = await testGovernor({ service: 'shop', rules });
    let handled = 0;
    const handler = kit.governed((_event: unknown) => ({ handled: (handled += 1) }));
    await pausedFor(kit, 600_000);
    expect(await kit.invoke(handler, events.httpV2({ path: '/report' }))).toMatchObject({ statusCode: 503 });
    expect(await kit.invoke(handler, events.schedule())).toEqual({ skipped: true, rule: 'paused' });
    expect(await kit.invoke(handler, events.sqs(3))).toEqual({
      batchItemFailures: ['message-1', 'message-2', 'message-3'].map((itemIdentifier) => ({ itemIdentifier })),
    });
    await expect(kit.invoke(handler, events.s3())).rejects.toThrow(Refused);
    expect(handled).toBe(0);
    expect(await kit.invoke(handler, events.kinesis())).toMatchObject({ handled: 1 });
  });

  it('tells its queue when each message may come again', async () => {
    using kit = await testGovernor({ service: 'shop', rules });
    const handler = kit.governed((_event: unknown) => ({}));
    await pausedFor(kit, 611_000);
    await kit.invoke(handler, events.sqs(3));
    const { delayed } = kit.queues;
    expect(delayed).toHaveLength(3);
    for (const { seconds } of delayed) {
      expect(seconds).toBeGreaterThanOrEqual(600);
      expect(seconds).toBeLessThanOrEqual(631);
    }
  });

  it('takes no token for what it refuses, and goes on by itself', async () => {
    using kit = await testGovernor({ service: 'shop', rules });
    const handler = kit.governed((_event: unknown) => ({ statusCode: 200 }));
    await pausedFor(kit, 71_000);
    const report = () => kit.invoke(handler, events.httpV2({ path: '/report' }));
    for (let i = 0; i < 3; i++) expect(await report()).toMatchObject({ statusCode: 503 });
    await kit.advance('60s');
    expect(await report()).toMatchObject({ statusCode: 200 });
    expect(kit.throttle('few').refused).toBe(0);
  });
});

describe('a function that fills up', () => {
  it('turns away what is sheddable, then what is normal, and lets all in again when there is room', async () => {
    using kit = await testGovernor({
      service: 'shop',
      rules: {
        resources: { ...rules.resources, pay: { match: { path: '/pay' }, priority: 'critical' } },
        concurrency: { writers: { limit: 8, scope: 'instance', resources: ['pay', 'default'] } },
        shedding: { when: { concurrency: 'writers', above: '50%' } },
      },
    });
    const leaving: (() => void)[] = [];
    const handler = kit.governed(async ({ rawPath }: { rawPath: string }) => {
      if (rawPath === '/pay') await new Promise<void>((resolve) => leaving.push(resolve));
      return { statusCode: 200 };
    });
    const statusOf = async (path: string) => (await kit.invoke(handler, events.httpV2({ path }))).statusCode;
    const paying: Promise<unknown>[] = [];
    const enter = async (many: number) => {
      for (let i = 0; i < many; i++) paying.push(handler(events.httpV2({ path: '/pay' })));
      await kit.advance('1ms');
    };
    const answers = async () => [await statusOf('/report'), await statusOf('/orders')];

    await enter(4);
    expect(await answers()).toEqual([200, 200]);
    await enter(2);
    expect(await answers()).toEqual([503, 200]);
    for (const leave of leaving.splice(0)) leave();
    await Promise.all(paying);
    expect(await answers()).toEqual([200, 200]);
  });
});

describe('a function whose dependency refuses', () => {
  it('stops sending most of its calls, and asks its caller not to repeat them', async () => {
    using kit = await testGovernor({
      service: 'shop',
      rules: { dependencies: { payments: { target: { url: 'https://payments.example' } } } },
    });
    kit.respond('payments', { status: 429 });
    const handler = kit.governed(async (_event: unknown) => ({
      statusCode: 200,
      body: await flyball.call('payments'),
    }));
    const answers: unknown[] = [];
    for (let i = 0; i < 200; i++) answers.push(await kit.invoke(handler, events.httpV2()));
    expect(kit.calls.length).toBeLessThan(40);
    const shed = answers.filter((answer) => (answer as { body: string }).body.includes('"by":"shed"'));
    expect(shed).toHaveLength(200 - kit.calls.length);
    expect(shed[0]).toMatchObject({ statusCode: 503, headers: { 'x-flyball-retry': 'never', 'retry-after': '1' } });
    expect(kit.recorded.refusals.filter(({ by, rule }) => by === 'shed' && rule === 'payments')).not.toEqual([]);
  });

  it('remembers nothing of names that no rule has', async () => {
    using kit = await testGovernor({ service: 'shop', rules: {} });
    let sent = 0;
    const throttled = Object.assign(new Error('slow down'), { name: 'ThrottlingException' });
    const handler = kit.governed(() =>
      flyball.run('whatever', () => {
        sent += 1;
        return Promise.reject(throttled);
      }),
    );
    for (let i = 0; i < 50; i++) await expect(kit.invoke(handler, {})).rejects.toThrow();
    expect(sent).toBe(50);
  });
});

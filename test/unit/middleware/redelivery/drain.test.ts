// A queue under a throttle that binds: it drains at the throttle's rate, the oldest first, and new work is not starved.
import type { SQSEvent } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { testGovernor, type TestGovernor } from '../../../../middleware/testing/index.ts';
import { TestQueue } from '../../../support/test-queue.ts';

interface Load {
  readonly limit: string;
  readonly burst?: number;
  readonly instances?: number;
  readonly scope?: 'fleet' | 'instance';
  /** Messages that are there at once. */
  readonly backlog: number;
  /** Messages a second that come in the meantime, for so many seconds. */
  readonly arriving?: { readonly perSecond: number; readonly seconds: number };
  /** Batches that are taken every tenth of a second, or whatever the step is. */
  readonly pollers?: number;
  readonly stepMs?: number;
  /** How long it takes until the queue is told when a batch comes back. */
  readonly tookMs?: number;
}

interface Drained {
  /** By message: when it was handled, ms after the start. */
  readonly handledAt: ReadonlyMap<number, number>;
  readonly queue: TestQueue;
  readonly seconds: number;
}

async function drain({
  limit,
  burst,
  instances = 3,
  scope = 'fleet',
  backlog,
  arriving,
  pollers = 8,
  stepMs = 100,
  tookMs = 0,
}: Load): Promise<Drained> {
  const first = await testGovernor({
    service: 'settlement',
    rules: {
      resources: { settle: { match: { trigger: 'queue' } } },
      throttles: { pace: { limit, scope, ...(burst === undefined ? {} : { burst }) } },
    },
  });
  const { clock } = first;
  const startedAt = clock.now();
  const governors = [first];
  while (governors.length < instances) governors.push(await first.another());
  const queue = new TestQueue(clock, first.queues);
  const handledAt = new Map<number, number>();
  const handlers = governors.map((governor: TestGovernor) =>
    governor.governed<SQSEvent, unknown>(async ({ Records }) => {
      for (const { body } of Records) {
        expect(handledAt.has(Number(body))).toBe(false);
        handledAt.set(Number(body), clock.now() - startedAt);
      }
    }),
  );
  const total = backlog + (arriving ? arriving.perSecond * arriving.seconds : 0);
  let sent = 0;
  let turn = 0;
  for (let step = 0; handledAt.size < total; step++) {
    const due = backlog + (arriving ? Math.min(arriving.seconds, (step * stepMs) / 1000) * arriving.perSecond : 0);
    for (; sent < Math.floor(due); sent++) queue.send(String(sent));
    for (let poller = 0; poller < pollers; poller++) {
      const event = queue.receive();
      const handler = handlers[turn++ % handlers.length];
      if (!event || !handler) break;
      queue.answer(event, await handler(event), tookMs);
    }
    clock.advance(stepMs);
    if (step * stepMs > 3_600_000) throw new Error(`after an hour ${total - handledAt.size} of ${total} are left`);
  }
  for (const governor of governors) governor.dispose();
  return { handledAt, queue, seconds: (clock.now() - startedAt) / 1000 };
}

/** How long after it was sent the message of this rank was handled, s. */
function waited({ handledAt }: Drained, load: Load, which: (sentAfterS: number) => boolean): number[] {
  const { backlog, arriving } = load;
  const sentAfterS = (message: number) =>
    message < backlog || !arriving ? 0 : (message - backlog) / arriving.perSecond;
  return [...handledAt]
    .filter(([message]) => which(sentAfterS(message)))
    .map(([message, at]) => at / 1000 - sentAfterS(message))
    .sort((a, b) => a - b);
}

const median = (values: readonly number[]) => values[Math.floor(values.length / 2)] ?? NaN;

describe('a backlog of 1,000 under a throttle that binds tenfold', () => {
  it.each<[string, Load, number]>([
    ['of the fleet', { limit: '60/s', backlog: 1_000 }, 3],
    ['of the fleet, among many instances', { limit: '60/s', instances: 40, backlog: 1_000 }, 3],
    ['of each instance', { limit: '20/s', scope: 'instance', backlog: 1_000 }, 3],
    ['of few a minute', { limit: '100/min', burst: 10, backlog: 1_000 }, 2.1],
  ])('%s: drains at its rate, and each message is received about twice', async (_what, load, receives) => {
    const { handledAt, queue, seconds } = await drain(load);
    const perSecond = load.limit === '100/min' ? 100 / 60 : 60;
    expect(handledAt.size).toBe(1_000);
    expect(seconds).toBeLessThanOrEqual((1_000 / perSecond) * 1.1);
    expect(queue.receives / 1_000).toBeLessThanOrEqual(receives);
    expect(queue.most).toBeLessThanOrEqual(10);
  });

  it('drains more slowly with a burst of less than a second, since SQS counts whole ones, and no message comes too often', async () => {
    const { handledAt, queue, seconds } = await drain({ limit: '60/s', burst: 15, backlog: 1_000 });
    expect(handledAt.size).toBe(1_000);
    expect(seconds).toBeLessThanOrEqual((1_000 / 60) * 2.5);
    expect(queue.receives / 1_000).toBeLessThanOrEqual(5);
    expect(queue.most).toBeLessThanOrEqual(30);
  });
});

describe('what comes while a backlog drains', () => {
  const load: Load = { limit: '60/s', backlog: 1_000, arriving: { perSecond: 30, seconds: 15 } };

  it('waits no longer than what was there first, and does not hold that up', async () => {
    const drained = await drain(load);
    const longest = (which: (sentAfterS: number) => boolean) => waited(drained, load, which).at(-1) ?? NaN;
    expect(drained.seconds).toBeLessThanOrEqual((1_450 / 60) * 1.1);
    expect(longest((sentAfterS) => sentAfterS > 0)).toBeLessThanOrEqual(drained.seconds);
    expect(longest((sentAfterS) => sentAfterS === 0)).toBeLessThanOrEqual(drained.seconds);
    expect(drained.queue.receives / 1_450).toBeLessThanOrEqual(3);
  });
});

describe('300 at once under 5/s, while more than a fifth of that comes for two minutes', () => {
  const arriving = { perSecond: 1.5, seconds: 120 };
  const load: Load = { limit: '5/s', burst: 5, backlog: 300, arriving, pollers: 3 };

  // Whoever comes later than others by the time that an answer takes comes later each time.
  it.each<[string, Load]>([
    ['1.5/s, answered at once', load],
    ['1.5/s, answered after 30 ms', { ...load, stepMs: 20, tookMs: 30 }],
    ['2.2/s, answered at once', { ...load, arriving: { ...arriving, perSecond: 2.2 } }],
    ['2.2/s, answered after 30 ms', { ...load, arriving: { ...arriving, perSecond: 2.2 }, stepMs: 20, tookMs: 30 }],
    ['2.2/s, answered after 60 ms', { ...load, arriving: { ...arriving, perSecond: 2.2 }, stepMs: 50, tookMs: 60 }],
  ])('of %s: the rate is used, and what was there first is done in four fifths of it', async (_what, given) => {
    const drained = await drain(given);
    const waits = waited(drained, given, (sentAfterS) => sentAfterS === 0);
    const ideal = (share: number) => (share * 300 - 5) / (5 * 0.8);
    expect(median(waits)).toBeLessThanOrEqual(ideal(0.5) * 1.1);
    expect(waits[Math.floor(300 * 0.95)]).toBeLessThanOrEqual(ideal(0.95) * 1.1);
    // The last few have come back in vain more than once.
    expect(waits.at(-1)).toBeLessThanOrEqual(ideal(1) * 1.5);
    const whileInLineS = 60;
    const served = [...drained.handledAt.values()].filter((at) => at <= whileInLineS * 1000).length;
    expect(served / (5 * whileInLineS)).toBeGreaterThanOrEqual(0.95);
    expect(drained.queue.receives / drained.handledAt.size).toBeLessThanOrEqual(3);
  });
});

/** Thousands of invocations. */
const PATIENTLY_MS = 30_000;

describe('two minutes of three times what the throttle admits', () => {
  const load: Load = { limit: '20/s', backlog: 0, arriving: { perSecond: 60, seconds: 120 } };

  it(
    'are handled in order of age, while some of what is new always passes',
    async () => {
      const drained = await drain(load);
      expect(drained.seconds).toBeLessThanOrEqual(((120 * 60) / 20) * 1.1);
      expect(drained.queue.receives / (120 * 60)).toBeLessThanOrEqual(4);
      for (let from = 30; from < 120; from += 30) {
        const waits = waited(drained, load, (sentAfterS) => sentAfterS >= from && sentAfterS < from + 30);
        // In order, who comes after t seconds finds t × (60 − 20) before it, which take 20 a second.
        const inOrder = (from + 15) * 2;
        expect(median(waits)).toBeGreaterThanOrEqual(inOrder * 0.8);
        expect(median(waits)).toBeLessThanOrEqual(inOrder * 1.3);
        expect(waits[0]).toBeLessThanOrEqual(1);
      }
    },
    PATIENTLY_MS,
  );
});

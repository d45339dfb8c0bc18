// Resources that are paused while a job runs: what is refused, until when, and what an instance does that does not know.
import { beforeEach, describe, expect, it } from 'vitest';
import { Refused } from '../../../../middleware/kernel/errors.ts';
import { events, testGovernor, type TestGovernor } from '../../../../middleware/testing/index.ts';
import type { RunStart } from '../../../../store/items/job-runs.ts';
import { readRunning } from '../../../../store/items/running-read.ts';
import { noteOver, noteRunning } from '../../../../store/items/running.ts';

const SECOND = 1_000;
const BANK = { service: 'bank', job: 'settlement-batch' };
const rules = {
  resources: {
    trade: { match: { path: '/trade' }, priority: 'critical', pausedWhile: [BANK, 'rebalance'] },
    try: { match: { path: '/try' }, pausedWhile: [{ ...BANK, mode: 'shadow' }] },
    off: { match: { path: '/off' }, pausedWhile: [{ ...BANK, mode: 'disabled' }] },
    orders: { match: { trigger: 'queue' }, pausedWhile: [BANK] },
    nightly: { match: { trigger: 'schedule' }, pausedWhile: ['rebalance', BANK] },
    upload: { match: { trigger: 'bucket' }, pausedWhile: [BANK] },
    feed: { match: { trigger: 'stream' }, pausedWhile: [BANK, 'rebalance'] },
  },
  jobs: { rebalance: { schedule: '0 2 * * *' } },
} as const;

let kit: TestGovernor;
let handled: number;
beforeEach(async () => {
  kit = await testGovernor({ service: 'trading', rules });
  handled = 0;
  return () => kit[Symbol.dispose]();
});

/** A run of the bank's job that lasts for so long at the most. */
function runOf(limitMs: number, run = 'a', of: { service: string; job: string } = BANK): RunStart {
  const startedAt = kit.clock.now();
  return { ...of, run, startedAt, instance: 'i', requestId: run, limitAt: startedAt + limitMs };
}
const tableOf = () => kit.options.instance.table;
const begin = async (start: RunStart) => {
  await noteRunning(tableOf(), start);
  return start;
};
const end = (start: RunStart) => noteOver(tableOf(), start, [start]);
/** What is answered, by the handler or in its place. */
interface Answer {
  readonly statusCode: number;
  readonly handled?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}
const handler = () => kit.governed((_event: unknown): Answer => ({ statusCode: 200, handled: (handled += 1) }));
const ask = (path = '/trade') => kit.invoke(handler(), events.httpV2({ path }));
const statusOf = async (path?: string) => (await ask(path)).statusCode;
const reads = () => kit.store.requests.filter(({ pk }) => pk === 'now#bank').length;

describe('a resource that is paused while a job of another service runs', () => {
  it('refuses with the job’s name and when to come back, whatever its priority; all else goes on', async () => {
    await begin(runOf(600 * SECOND));
    const refused = await ask();
    expect(refused.statusCode).toBe(503);
    expect(JSON.parse(refused.body ?? '')).toMatchObject({
      code: 'FLYBALL_REFUSED',
      by: 'shed',
      rule: 'job:bank:settlement-batch',
      detail: expect.stringContaining('"trade" is paused while the job "bank:settlement-batch" runs') as string,
    });
    expect(Number(refused.headers?.['retry-after'])).toBeGreaterThanOrEqual(15);
    expect(Number(refused.headers?.['retry-after'])).toBeLessThanOrEqual(30);
    expect(await statusOf('/other')).toBe(200);
    expect(kit.recorded.refusals).toMatchObject([
      { by: 'shed', rule: 'job:bank:settlement-batch', resource: 'trade', count: 1, shadow: false },
    ]);
  });

  it('opens once the last of overlapping runs has ended', async () => {
    const [first, second] = [await begin(runOf(600 * SECOND, 'a')), await begin(runOf(600 * SECOND, 'b'))];
    expect(await statusOf()).toBe(503);
    await end(first);
    await kit.advance('7s');
    expect(await statusOf()).toBe(503);
    await end(second);
    await kit.advance('7s');
    expect(await statusOf()).toBe(200);
  });

  it('opens when a run must be over of which nobody said the end, and asks to come back then', async () => {
    await begin(runOf(20 * SECOND));
    await kit.advance('15s');
    const refused = await ask();
    expect(refused.headers?.['retry-after']).toBe('6');
    await kit.advance('5s');
    // Two clocks may disagree by so much.
    expect(await statusOf()).toBe(503);
    await kit.advance('50ms');
    expect(await statusOf()).toBe(200);
  });

  it('answers each trigger as it understands; a stream is never stopped', async () => {
    await begin(runOf(600 * SECOND));
    const all = handler();
    expect(await kit.invoke(all, events.schedule())).toEqual({ skipped: true, rule: 'job:bank:settlement-batch' });
    expect(await kit.invoke(all, events.sqs(2))).toEqual({
      batchItemFailures: ['message-1', 'message-2'].map((itemIdentifier) => ({ itemIdentifier })),
    });
    await expect(kit.invoke(all, events.s3())).rejects.toThrow(Refused);
    expect(handled).toBe(0);
    expect(await kit.invoke(all, events.kinesis())).toMatchObject({ handled: 1 });
  });

  it('has its queue look again long before the run must be over, and never long after', async () => {
    const start = await begin(runOf(600 * SECOND));
    await kit.invoke(handler(), events.sqs(3));
    await kit.advance('597s');
    await kit.invoke(handler(), events.sqs(1));
    const seconds = kit.queues.delayed.map((one) => one.seconds);
    expect(seconds).toHaveLength(4);
    for (const first of seconds.slice(0, 3)) expect(first).toBeGreaterThanOrEqual(4);
    for (const first of seconds.slice(0, 3)) expect(first).toBeLessThanOrEqual(5);
    expect(seconds[3]).toBeLessThanOrEqual(4);
    expect(await readRunning(tableOf(), 'bank', 'settlement-batch')).toEqual([
      { run: 'a', startedAt: start.startedAt, until: start.limitAt },
    ]);
  });

  it('only counts in shadow, and does nothing when disabled', async () => {
    await begin(runOf(600 * SECOND));
    expect([await statusOf('/try'), await statusOf('/off')]).toEqual([200, 200]);
    expect(kit.recorded.refusals).toMatchObject([
      { by: 'shed', rule: 'job:bank:settlement-batch', resource: 'try', shadow: true },
    ]);
  });
});

describe('a resource that is paused while a job of its own service runs', () => {
  const nightly = () =>
    kit.governed((_event: unknown, _context) => release.promise.then(() => ({ done: (handled += 1) })), {
      job: 'rebalance',
    });
  let release: PromiseWithResolvers<void>;
  beforeEach(() => {
    release = Promise.withResolvers<void>();
  });

  it('is told by the function that runs it, from before its handler begins until it has ended', async () => {
    const running = nightly()(events.schedule());
    await kit.advance('1ms');
    expect(await readRunning(tableOf(), 'trading', 'rebalance')).toHaveLength(1);
    expect(await statusOf()).toBe(503);
    release.resolve();
    expect(await kit.until(running)).toEqual({ done: 1 });
    expect(await readRunning(tableOf(), 'trading', 'rebalance')).toEqual([]);
    await kit.advance('7s');
    expect(await statusOf()).toBe(200);
  });

  it('does not keep the job itself from running, nor another run of it', async () => {
    await begin(runOf(600 * SECOND, 'another', { service: 'trading', job: 'rebalance' }));
    await kit.advance('7s');
    release.resolve();
    expect(await kit.invoke(nightly(), events.schedule())).toEqual({ done: 1 });
    await begin(runOf(600 * SECOND));
    await kit.advance('7s');
    expect(await kit.invoke(nightly(), events.schedule())).toMatchObject({ skipped: true });
  });

  it('runs when the table is away, and says that nobody was told', async () => {
    kit.store.down();
    release.resolve();
    expect(await kit.invoke(nightly(), events.schedule())).toEqual({ done: 1 });
    expect(kit.recorded.internal).toEqual(
      expect.arrayContaining(['job-run:start-not-announced', 'job-run:end-not-announced']),
    );
  });
});

describe('what an instance knows', () => {
  it('is read beside what comes, whatever that is, and not more often than each few seconds', async () => {
    for (let i = 0; i < 100; i++) {
      await statusOf('/other');
      await kit.advance('400ms');
    }
    // 40 s at 4 s, more or less a fifth.
    expect(reads()).toBeGreaterThanOrEqual(8);
    expect(reads()).toBeLessThanOrEqual(14);
    const before = reads();
    await begin(runOf(600 * SECOND));
    for (let i = 0; i < 15; i++) {
      await statusOf('/other');
      await kit.advance('400ms');
    }
    expect(reads()).toBeGreaterThan(before);
    expect(await statusOf()).toBe(503);
  });

  it('is read first when it is older than six seconds, however long the instance was frozen', async () => {
    expect(await statusOf()).toBe(200);
    await begin(runOf(600 * SECOND));
    kit.freeze('6001ms');
    expect(await statusOf()).toBe(503);
  });

  it('holds to the end of the run while the table is away, and then everything passes', async () => {
    await begin(runOf(60 * SECOND));
    expect(await statusOf()).toBe(503);
    kit.store.down();
    for (let i = 0; i < 6; i++) {
      await kit.advance('9s');
      expect(await statusOf()).toBe(503);
    }
    await kit.advance('7s');
    expect(await statusOf()).toBe(200);
  });

  it('is nothing on a cold instance that cannot read: what comes passes, nobody waits for long, and it says so once', async () => {
    await begin(runOf(600 * SECOND));
    using other = await kit.another();
    kit.store.slow('10s');
    const trade = other.governed((_event: unknown) => ({ statusCode: 200 }));
    const before = kit.clock.now();
    for (let i = 0; i < 3; i++) {
      expect(await other.invoke(trade, events.httpV2({ path: '/trade' }))).toEqual({ statusCode: 200 });
    }
    expect(kit.clock.now() - before).toBeLessThan(1_500);
    const said = other.log.filter(({ message }) => message.includes('does not know whether a job is running'));
    expect(said.map(({ fields }) => fields['job'])).toEqual(['bank:settlement-batch', 'trading:rebalance']);
    expect(other.recorded.internal.filter((what) => what === 'shed:job-unknown')).toHaveLength(2);
    kit.store.up();
    await kit.advance('60s');
    expect(await other.invoke(trade, events.httpV2({ path: '/trade' }))).toMatchObject({ statusCode: 503 });
  });

  it('is asked for once a minute where its role may not read it', async () => {
    kit.store.rejects();
    for (let i = 0; i < 100; i++) {
      expect(await statusOf()).toBe(200);
      await kit.advance('1s');
    }
    expect(reads()).toBeLessThanOrEqual(3);
  });

  it('passes over what another version has written, and what is no run', async () => {
    const key = { pk: 'now#bank', sk: 'job#settlement-batch' };
    await tableOf().put({ item: { ...key, v: 1, 'run#soon#x': 1e15, 'run#1#': 1e15, 'run#1#a': 'never', more: true } });
    expect(await statusOf()).toBe(200);
    await tableOf().put({ item: { ...key, v: 2, 'run#1#a': 1e15 } });
    await kit.advance('7s');
    expect(await statusOf()).toBe(200);
  });
});

// Policies whose code is loaded when rules or an event first need it: never too early, and never too late.
import { gzipSync } from 'node:zlib';
import middy from '@middy/core';
import { describe, expect, it } from 'vitest';
import type { Instance } from '../../../middleware/kernel/instance.ts';
import { middlewareOf } from '../../../middleware/kernel/middleware.ts';
import type { Policy, PolicySlot } from '../../../middleware/kernel/policy.ts';
import type { RuleDocument } from '../../../middleware/kernel/rules/document.ts';
import { POLL_MS } from '../../../middleware/kernel/rules/live.ts';
import { silentRecorder } from '../../../middleware/kernel/recorder.ts';
import type { Table } from '../../../store/port.ts';
import * as events from '../../support/events.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { noTable, silentLogger, testContext, testInstance, type TestInstanceOptions } from '../../support/instance.ts';

const THROTTLED = { throttles: { everyone: { limit: '5/s' } } };

/** A slot that keeps account of itself; `ready` is when its file has been read. */
function slotFor(log: string[], more: Partial<PolicySlot> = {}, ready: Promise<void> = Promise.resolve()): PolicySlot {
  const policy: Policy = {
    name: 'late',
    compile: ({ throttles }) => throttles?.['everyone']?.limit,
    before: (_invocation, limit) => void log.push(`before ${String(limit)}`),
    after: () => void log.push('after'),
  };
  return {
    name: 'late',
    needed: ({ throttles }) => throttles !== undefined,
    load: async () => {
      log.push('load');
      await ready;
      return policy;
    },
    ...more,
  };
}

function governed(instance: Instance, places: (Policy | PolicySlot)[], log: string[] = []) {
  const stack = middy()
    .use(middlewareOf(instance, places))
    .handler(() => {
      log.push('handler');
      return { statusCode: 200 };
    });
  return (event: unknown = events.httpV2()): Promise<unknown> => stack(event, testContext(instance.clock) as never);
}

/** A table with one published document, and how often that was read. */
function tableOf(document: object): Table & { seq: number; document: object } {
  const table = {
    ...noTable,
    seq: 1,
    document,
    get({ sk }: { sk: string }) {
      const head = { pk: 'x', sk, seq: table.seq, revision: table.seq, publishedAt: table.seq, v: 1 };
      const packed = gzipSync(JSON.stringify({ apiVersion: 'flyball/v1', service: 'orders', ...table.document }));
      return Promise.resolve(sk === 'head' ? head : { ...head, document: packed });
    },
  };
  return table;
}

/** Reports what an instance counts and says. */
function watched(options: TestInstanceOptions = {}) {
  const seen = { internals: [] as string[], errors: [] as string[] };
  const logger = { ...silentLogger, error: (message: string) => void seen.errors.push(message) };
  const instance = testInstance({ logger, ...options });
  instance.recorder = { ...silentRecorder, internal: (event) => void seen.internals.push(event) };
  return { instance, seen };
}

describe('a policy that rules need', () => {
  it('is not loaded under rules that do not', async () => {
    const log: string[] = [];
    await governed(testInstance(), [slotFor(log)], log)();
    expect(log).toEqual(['handler']);
  });

  it('is loaded with packaged rules, and the first invocation waits for it', async () => {
    const log: string[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    const answer = governed(testInstance({ rules: THROTTLED }), [slotFor(log, {}, promise)], log)();
    await Promise.resolve();
    expect(log).toEqual(['load']);
    resolve();
    await answer;
    expect(log).toEqual(['load', 'before 5/s', 'handler', 'after']);
  });

  it('is there before rules from the store come in force', async () => {
    const log: string[] = [];
    const clock = fakeClock();
    const instance = testInstance({ clock, table: tableOf(THROTTLED) });
    const run = governed(instance, [slotFor(log)], log);
    instance.rules.preload();
    await run();
    expect(log).toEqual(['load', 'before 5/s', 'handler', 'after']);
  });

  it('is loaded once, follows later revisions, and rests under those that do not need it', async () => {
    const log: string[] = [];
    const clock = fakeClock();
    const table = tableOf(THROTTLED);
    const instance = testInstance({ clock, table });
    const run = governed(instance, [slotFor(log)]);
    instance.rules.preload();
    const publish = async (document: object) => {
      table.seq++;
      table.document = document;
      clock.advance(2 * POLL_MS);
      await instance.rules.run(clock.now(), new AbortController().signal);
    };
    await run();
    await publish({});
    await run();
    await publish({ throttles: { everyone: { limit: '9/s' } } });
    await run();
    expect(log.filter((line) => line.startsWith('before'))).toEqual(['before 5/s', 'before 9/s']);
  });

  it('loads what each revision needs, before that comes in force', async () => {
    const log: string[] = [];
    const clock = fakeClock();
    const table = tableOf(THROTTLED);
    const instance = testInstance({ clock, table });
    const slot = slotFor(log);
    const load = (rules: RuleDocument) => {
      log.push(`load for ${String(rules.throttles?.['everyone']?.limit)}`);
      return slot.load(rules);
    };
    const run = governed(instance, [{ ...slot, load }]);
    await run();
    table.seq++;
    table.document = { throttles: { everyone: { limit: '9/s' } } };
    clock.advance(2 * POLL_MS);
    await instance.rules.run(clock.now(), new AbortController().signal);
    expect(instance.rules.snapshot.document.throttles?.['everyone']?.limit).toBe('9/s');
    expect(log.filter((line) => line.startsWith('load for'))).toEqual(['load for 5/s', 'load for 9/s']);
  });

  it('that comes while a revision is being installed is loaded for that one as well', async () => {
    const log: string[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    const clock = fakeClock();
    const table = tableOf(THROTTLED);
    const instance = testInstance({ clock, table });
    await governed(instance, [])();
    const waiting = slotFor([], {}, promise);
    instance.rules.register({ ...waiting, needed: ({ throttles }) => throttles?.['everyone']?.limit === '9/s' });
    table.seq++;
    table.document = { throttles: { everyone: { limit: '9/s' } } };
    clock.advance(2 * POLL_MS);
    const installed = instance.rules.run(clock.now(), new AbortController().signal);
    for (let turns = 0; turns < 20; turns++) await Promise.resolve();
    const late = slotFor([]);
    const load = (rules: RuleDocument) => {
      log.push(String(rules.throttles?.['everyone']?.limit));
      return late.load(rules);
    };
    instance.rules.register({ ...late, load });
    for (let turns = 0; turns < 20; turns++) await Promise.resolve();
    resolve();
    await installed;
    expect(log).toEqual(['5/s', '9/s']);
    expect(instance.rules.snapshot.document.throttles?.['everyone']?.limit).toBe('9/s');
  });

  it('that comes with another handler of the service is loaded for the rules already in force', async () => {
    const log: string[] = [];
    const instance = testInstance({ table: tableOf(THROTTLED) });
    await governed(instance, [])();
    const run = governed(instance, [slotFor(log)], log);
    await run();
    expect(log).toEqual(['load', 'before 5/s', 'handler', 'after']);
  });

  it('runs in its place among those that were there before', async () => {
    const log: string[] = [];
    const there = (name: string): Policy => ({
      name,
      compile: () => undefined,
      before: () => void log.push(name),
    });
    await governed(testInstance({ rules: THROTTLED }), [there('first'), slotFor(log), there('last')])();
    expect(log).toEqual(['load', 'first', 'before 5/s', 'last', 'after']);
  });
});

describe('a policy that an event wants', () => {
  const wanted: Partial<PolicySlot> = { needed: () => false, wanted: ({ trigger }) => trigger.face === 'sqs' };

  it('is loaded with the first such event, which waits for it, and runs from then on', async () => {
    const log: string[] = [];
    const run = governed(testInstance(), [slotFor(log, wanted)], log);
    await run();
    expect(log).toEqual(['handler']);
    await run(events.sqs());
    await run();
    expect(log.slice(1)).toEqual(['load', ...Array<string[]>(2).fill(['before undefined', 'handler', 'after']).flat()]);
  });

  it('is loaded once for events that come at the same time, and runs for each', async () => {
    const log: string[] = [];
    const run = governed(testInstance(), [slotFor(log, wanted)]);
    await Promise.all([run(events.sqs()), run(events.sqs()), run()]);
    expect(log.filter((line) => line.startsWith('before')).length).toBeGreaterThanOrEqual(2);
    expect(log.filter((line) => line === 'after')).toHaveLength(log.filter((line) => line.startsWith('before')).length);
  });
});

describe('a policy that cannot be loaded', () => {
  const broken = { load: () => Promise.reject(new Error('no such file')) };

  it.each<[string, TestInstanceOptions, Partial<PolicySlot>, unknown]>([
    ['that packaged rules need', { rules: THROTTLED }, {}, events.httpV2()],
    ['that an event wants', {}, { needed: () => false, wanted: () => true }, events.sqs()],
  ])('%s hurts no invocation, and is said once', async (_what, options, conditions, event) => {
    const { instance, seen } = watched(options);
    const run = governed(instance, [slotFor([], { ...conditions, ...broken })]);
    expect(await run(event)).toEqual({ statusCode: 200 });
    expect(await run(event)).toEqual({ statusCode: 200 });
    expect(seen.errors).toEqual(['flyball could not load a policy']);
    expect(seen.internals.filter((event) => event.startsWith('unloadable'))).toEqual(['unloadable:late']);
  });

  it('keeps out a revision that needs it: the last good rules stay in force', async () => {
    const { instance, seen } = watched({ table: tableOf(THROTTLED) });
    const run = governed(instance, [slotFor([], broken)]);
    instance.rules.preload();
    expect(await run()).toEqual({ statusCode: 200 });
    expect(instance.rules.snapshot.origin.from).toBe('none');
    expect(seen.errors).toEqual(['flyball kept the last good rules']);
  });
});

describe('the time of an invocation', () => {
  it('is that of its beginning until something is waited for, and then the clock', async () => {
    const clock = fakeClock();
    const times: number[] = [];
    const start = clock.now();
    const telling = (name: string, wait?: Promise<void>): Policy => ({
      name,
      compile: () => undefined,
      before(invocation) {
        times.push(invocation.nowMs() - start);
        clock.advance(5);
        return wait;
      },
      after: (invocation) => void times.push(invocation.nowMs() - start),
    });
    const instance = testInstance({ clock, table: tableOf({}) });
    await governed(instance, [])();
    times.length = 0;
    await governed(instance, [telling('a'), telling('b', Promise.resolve()), telling('c')])();
    expect(times).toEqual([0, 0, 10, 15, 15, 15]);
  });
});

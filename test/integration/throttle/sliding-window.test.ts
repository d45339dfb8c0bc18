// A window that slides over the emulated DynamoDB: exact however many take from it at once, whatever their clocks say.
import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import type { Refused } from '../../../middleware/kernel/errors.ts';
import type { Instance } from '../../../middleware/kernel/instance.ts';
import type { ThrottleRule } from '../../../middleware/kernel/rules/document.ts';
import { CLOCK_ERROR_US, LAG_US } from '../../../middleware/throttle/bucket.ts';
import { provideEverything } from '../../../middleware/throttle/everything.ts';
import { readSliding } from '../../../store/items/sliding-window.ts';
import type { Table } from '../../../store/port.ts';
import { compileThrottles } from '../../../middleware/throttle/rule.ts';
import * as events from '../../support/events.ts';
import { fakeClock, type FakeClock } from '../../support/fake-clock.ts';
import { testInstance } from '../../support/instance.ts';
import { createTable } from '../table.ts';
import { admit } from './admit.ts';

provideEverything();

let table: Table;
beforeAll(async () => {
  table = (await createTable(inject('dynamodb'))).signed;
});

const START = Date.UTC(2026, 0, 5);
const LAG_MS = LAG_US / 1000;

interface Fleet {
  readonly instances: readonly Instance[];
  readonly service: string;
  readonly writes: () => number;
  readonly advance: (ms: number) => void;
}

/** Instances of one service, their clocks off by the given ms from a common time. */
function fleet(throttles: Record<string, ThrottleRule>, offsetsMs: readonly number[]): Fleet {
  const service = `s-${randomUUID().slice(0, 8)}`;
  const clocks: FakeClock[] = offsetsMs.map((offset) => fakeClock(START + offset));
  let writes = 0;
  // The emulator may be slow on a busy machine: time limits are tested elsewhere.
  const counting: Table = {
    ...table,
    update: (request) => {
      writes += 1;
      return table.update({ ...request, timeoutMs: 60_000 });
    },
  };
  const instances = clocks.map((clock, i) =>
    testInstance({ service, id: `instance-${i}`, rules: { throttles }, clock, table: counting }),
  );
  return {
    instances,
    service,
    writes: () => writes,
    advance: (ms) => {
      for (const clock of clocks) clock.advance(ms);
    },
  };
}

const sliding = (limit: string, more: Partial<ThrottleRule> = {}): Record<string, ThrottleRule> => ({
  everyone: { algorithm: 'sliding-window', limit, ...more },
});
const offsets = (count: number) => Array.from({ length: count }, () => 0);
const admitted = (answers: readonly (true | Refused)[]) => answers.filter((answer) => answer === true).length;

describe('forty at once', () => {
  it('are admitted up to the limit, then as the last window leaves', async () => {
    const { instances, advance } = fleet(sliding('15/min'), offsets(8));
    const race = () => Promise.all(Array.from({ length: 40 }, (_, i) => admit(instances[i % 8])));
    expect(admitted(await race())).toBe(15);
    expect(admitted(await race())).toBe(0);
    advance(60_000 + 30_000 + LAG_MS);
    // Half of the last window is left: 7.5, of which 7 whole requests are still covered.
    expect(admitted(await race())).toBe(8);
    advance(200_000);
    expect(admitted(await race())).toBe(15);
  });

  it('may race to begin the same window, and none of them is refused for losing', async () => {
    const { instances, advance } = fleet(sliding('1k/10s'), offsets(40));
    for (let window = 0; window < 4; window++) {
      const answers = await Promise.all(instances.map((instance) => admit(instance)));
      expect(admitted(answers)).toBe(40);
      advance(window === 1 ? 30_000 : 10_000);
    }
  });
});

describe('the cost', () => {
  it('is one write a request; two for a key that is met for the first time in a window others began', async () => {
    const { instances, writes, advance } = fleet(sliding('10/10s'), offsets(2));
    const costs: number[] = [];
    const take = async (instance: Instance | undefined) => {
      const before = writes();
      await admit(instance);
      costs.push(writes() - before);
    };
    const [a, b] = instances;
    for (const instance of [a, a, b, b]) await take(instance);
    advance(10_000);
    for (const instance of [a, b, b]) await take(instance);
    expect(costs).toEqual([1, 1, 2, 1, 1, 2, 1]);
  });

  it('is nothing for a key known to be refused, until it has room', async () => {
    const { instances, writes, advance } = fleet(sliding('1/10s'), offsets(1));
    const [instance] = instances;
    expect(await admit(instance)).toBe(true);
    const refused = await admit(instance);
    expect(refused).toMatchObject({ rule: 'everyone', statusCode: 429, retryAfterMs: 10_000 + LAG_MS + 1 });
    const before = writes();
    advance(10_000 + LAG_MS);
    expect(await admit(instance)).not.toBe(true);
    expect(writes()).toBe(before);
    advance(1);
    expect(await admit(instance)).toBe(true);
  });
});

describe('clocks off by up to the declared error', () => {
  it.each(['5/10s', '20/s'])('never make %s admit more than twice itself in its own time', async (limit) => {
    const errors = [-1, -1, 1, 1, 0, 0.4].map((share) => (share * CLOCK_ERROR_US) / 1000);
    const { instances, advance } = fleet(sliding(limit), errors);
    const [most = 0, lengthMs = 0] = limit === '20/s' ? [20, 1_000] : [5, 10_000];
    let seed = 11;
    const draw = () => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
      return seed / 2 ** 32;
    };
    const times: number[] = [];
    let trueMs = 0;
    for (let i = 0; i < 200; i++) {
      const ms = Math.round(draw() * ([0, 0, 0, 20, LAG_MS, lengthMs / 2][Math.floor(draw() * 6)] ?? 0));
      trueMs += ms;
      advance(ms);
      if ((await admit(instances[Math.floor(draw() * instances.length)])) === true) times.push(trueMs);
    }
    expect(times.length).toBeGreaterThan(most);
    for (const from of times) {
      const within = times.filter((at) => at >= from && at <= from + lengthMs).length;
      expect(within).toBeLessThanOrEqual(2 * most);
      const short = times.filter((at) => at >= from && at <= from + lengthMs / 2).length;
      expect(short).toBeLessThanOrEqual(most + Math.ceil(most / 2));
    }
  });
});

describe('a clock that is certainly off the table’s', () => {
  it('is put right: it begins no window for the others before its time, and says when by its own reading', async () => {
    const { instances, service } = fleet(sliding('2/10s'), offsets(1));
    const minuteMs = 60_000;
    const ahead = testInstance({
      service,
      id: 'ahead',
      clock: fakeClock(START + minuteMs),
      rules: { throttles: sliding('2/10s') },
      table: { ...table, skew: () => ({ lowMs: -minuteMs - 20, highMs: -minuteMs }) },
    });
    expect(await admit(ahead)).toBe(true);
    expect(await admit(instances[0])).toBe(true);
    expect(await admit(instances[0])).toMatchObject({ retryAfterMs: 10_000 + LAG_MS + 1 });
    expect(await admit(ahead)).toMatchObject({ retryAfterMs: 10_000 + LAG_MS + 1 });
  });
});

describe('what is given back', () => {
  it('counts no more: another rule has refused', async () => {
    const rules: Record<string, ThrottleRule> = {
      caller: { algorithm: 'sliding-window', limit: '30/10s', key: ['ip'] },
      everyone: { limit: '1/10s', burst: 2, sync: 'per-request' },
    };
    const { instances, service } = fleet(rules, offsets(6));
    const answers: (true | Refused)[] = [];
    for (const instance of instances) answers.push(await admit(instance));
    expect(admitted(answers)).toBe(2);
    const rule = compileThrottles({ apiVersion: 'flyball/v1', service, throttles: rules })
      .of('default')
      ?.enforced.find(({ name }) => name === 'caller');
    const name = { service, rule: 'caller', algorithm: 'sliding-window', generation: rule?.generation ?? '' };
    expect(await readSliding(table, { ...name, key: '203.0.113.7' })).toEqual({
      startMs: START,
      current: 2,
      previous: 0,
    });
  });
});

describe('a changed limit', () => {
  it('counts what was admitted before it', async () => {
    const { instances, service } = fleet(sliding('20/10s'), offsets(1));
    for (let i = 0; i < 15; i++) expect(await admit(instances[0])).toBe(true);
    const lowered = testInstance({
      service,
      id: 'after',
      clock: fakeClock(START),
      table,
      rules: { throttles: sliding('17/10s') },
    });
    const answers: (true | Refused)[] = [];
    for (let i = 0; i < 5; i++) answers.push(await admit(lowered));
    expect(admitted(answers)).toBe(2);
  });
});

describe('what stands in the table', () => {
  it('is one small item a key that expires when its counts no longer matter', async () => {
    const rules = sliding('5/10s', { key: ['header:x-api-key'] });
    const { instances, service } = fleet(rules, offsets(1));
    await admit(instances[0], events.httpV2({ headers: { 'x-api-key': 'very-secret' } }));
    const rule = compileThrottles({ apiVersion: 'flyball/v1', service, throttles: rules }).of('default')?.enforced[0];
    const key = rule?.storedKeyOf('very-secret') ?? '';
    const item = await table.get(
      { pk: `run#${service}#throttle#everyone#sliding-window#${rule?.generation ?? ''}#${key}`, sk: 'bucket' },
      { consistent: true },
    );
    expect(item).toMatchObject({ v: 1, start: START, current: 1, previous: 0 });
    expect(item?.['expiration']).toBe(START / 1000 + 20 + 3_600);
    expect(JSON.stringify(item)).not.toContain('secret');
  });
});

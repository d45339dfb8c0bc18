// A throttle shared by a fleet, over the emulated DynamoDB: many instances, clocks that disagree, and what comes back.
import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import type { Refused } from '../../../middleware/kernel/errors.ts';
import type { Instance } from '../../../middleware/kernel/instance.ts';
import type { ThrottleRule } from '../../../middleware/kernel/rules/document.ts';
import { parseRate } from '../../../middleware/kernel/rates.ts';
import { CLOCK_ERROR_US, LAG_US } from '../../../middleware/throttle/bucket.ts';
import { provideEverything } from '../../../middleware/throttle/everything.ts';
import { compileGcra } from '../../../middleware/throttle/gcra.ts';
import { throttlePolicy } from '../../../middleware/throttle/index.ts';
import { storedKey } from '../../../middleware/kernel/key.ts';
import { compileThrottles } from '../../../middleware/throttle/rule.ts';
import { bucketStore, readBucket } from '../../../store/items/throttle.ts';
import { keys } from '../../../store/keys.ts';
import type { Table } from '../../../store/port.ts';
import * as events from '../../support/events.ts';
import { fakeClock, type FakeClock } from '../../support/fake-clock.ts';
import { testInstance, testInvocation } from '../../support/instance.ts';
import { excess, type Admitted } from '../../unit/middleware/throttle/meter.ts';
import { createTable } from '../table.ts';
import { admit } from './admit.ts';

provideEverything();

let table: Table;
beforeAll(async () => {
  table = (await createTable(inject('dynamodb'))).signed;
});

/** The emulator may be slow on a busy machine: the limits of the policy are tested elsewhere, with a store that is away. */
function patient(counted?: () => void): Table {
  return {
    ...table,
    update: (request) => {
      counted?.();
      return table.update({ ...request, timeoutMs: 60_000 });
    },
  };
}

interface Fleet {
  readonly instances: readonly Instance[];
  readonly clocks: readonly FakeClock[];
  readonly service: string;
}

/** Instances of one service, their clocks off by the given µs from a common time. */
function fleet(throttles: Record<string, ThrottleRule>, offsetsUs: readonly number[], counted?: () => void): Fleet {
  const service = `s-${randomUUID().slice(0, 8)}`;
  const clocks = offsetsUs.map((offsetUs) => fakeClock(Date.UTC(2026, 0, 5) + offsetUs / 1000));
  const instances = clocks.map((clock, i) =>
    testInstance({ service, id: `instance-${i}`, rules: { throttles }, clock, table: patient(counted) }),
  );
  return { instances, clocks, service };
}

const offsets = (count: number) => Array.from({ length: count }, () => 0);
const count = (answers: readonly (true | Refused)[]) => answers.filter((answer) => answer === true).length;

describe('forty instances at once, whose exchanges take longer than the interval of a token', () => {
  it.each(['1000/s', '200/s'])(
    'are all admitted by %s: a lost race is no sign that the tokens are gone',
    async (limit) => {
      const { instances, clocks } = fleet({ everyone: { limit } }, offsets(40));
      // Time passes on each instance while it waits for the store: 3 ms there and 3 ms back.
      const slow = instances.map((instance, i) => {
        const clock = clocks[i];
        const update: Table['update'] = async (request) => {
          clock?.advance(3);
          const written = await instance.table.update(request);
          clock?.advance(3);
          return written;
        };
        const { service, id } = instance;
        return testInstance({
          service,
          id,
          rules: { throttles: { everyone: { limit } } },
          clock: instance.clock,
          table: { ...table, update },
        });
      });
      for (let burst = 0; burst < 4; burst++) {
        // Close enough to find a bucket that has just run out of time: the regime in which racers are the most in each other's way.
        const latest = Math.max(...clocks.map((clock) => clock.now()));
        for (const clock of clocks) clock.set(latest + 60);
        const answers = await Promise.all(slow.map((instance) => admit(instance)));
        expect(count(answers)).toBe(40);
      }
    },
  );
});

describe('5/10s, forty requests at once over eight instances', () => {
  it('admits exactly five', async () => {
    const { instances } = fleet({ 'per-key': { limit: '5/10s', key: ['header:x-api-key'] } }, offsets(8));
    const event = events.httpV2({ headers: { 'x-api-key': 'k-1' } });
    const answers = await Promise.all(Array.from({ length: 40 }, (_, i) => admit(instances[i % 8], event)));
    expect(count(answers)).toBe(5);
    const other = events.httpV2({ headers: { 'x-api-key': 'k-2' } });
    expect(await admit(instances[0], other)).toBe(true);
  });

  it('and one more after each interval', async () => {
    const { instances, clocks } = fleet({ everyone: { limit: '5/10s' } }, offsets(8));
    await Promise.all(Array.from({ length: 40 }, (_, i) => admit(instances[i % 8])));
    for (const clock of clocks) clock.advance(2_000 + LAG_US / 1000);
    const answers = await Promise.all(Array.from({ length: 16 }, (_, i) => admit(instances[i % 8])));
    expect(count(answers)).toBe(1);
  });
});

describe('clocks off by up to the declared error', () => {
  it.each(['5/10s', '20/s', '200/s'])('never make %s admit more than rate·w + burst in any window w', async (limit) => {
    const rule = { everyone: { limit, ...(limit === '200/s' && { burst: 20 }) } };
    const errors = [-1, -1, 1, 1, 0, 0.4].map((share) => share * CLOCK_ERROR_US);
    const { instances, clocks } = fleet(rule, errors);
    const gcra = compileGcra(parseRate(limit), limit === '200/s' ? 20 : undefined);
    const admitted: Admitted[] = [];
    let trueMs = 0;
    let seed = 7;
    const draw = () => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
      return seed / 2 ** 32;
    };
    for (let i = 0; i < 150; i++) {
      // Mostly at once, sometimes after a token's time, a clock error, or a whole burst's time.
      const pause = [0, 0, 0, gcra.intervalUs, LAG_US, gcra.capacityUs / 2][Math.floor(draw() * 6)] ?? 0;
      const ms = Math.round((draw() * pause) / 1000);
      trueMs += ms;
      for (const clock of clocks) clock.advance(ms);
      const answer = await admit(instances[Math.floor(draw() * instances.length)]);
      if (answer === true) admitted.push({ atUs: trueMs * 1000, tokens: 1 });
    }
    expect(admitted.length).toBeGreaterThan(gcra.burst);
    expect(excess(gcra, admitted)).toBeLessThanOrEqual(1e-6);
  });
});

describe('a refusal', () => {
  it('says when a token is there, and is remembered without asking the store again', async () => {
    let writes = 0;
    const { instances, clocks } = fleet({ everyone: { limit: '2/10s' } }, offsets(1), () => writes++);
    const [instance] = instances;
    await admit(instance);
    await admit(instance);
    expect(await admit(instance)).toMatchObject({ retryAfterMs: 5_000 + LAG_US / 1000 });
    const asked = writes;
    clocks[0]?.advance(5_000);
    expect(await admit(instance)).toMatchObject({ retryAfterMs: LAG_US / 1000 });
    expect(writes).toBe(asked);
    clocks[0]?.advance(LAG_US / 1000);
    expect(await admit(instance)).toBe(true);
  });

  it('costs one write, an admission one, the first of a burst two: which of them it is, is not guessed from the last `tat`', async () => {
    let writes = 0;
    const { instances } = fleet({ everyone: { limit: '2/10s' } }, offsets(2), () => writes++);
    const costs: number[] = [];
    for (const i of [0, 0, 1]) {
      const before = writes;
      await admit(instances[i]);
      costs.push(writes - before);
    }
    expect(costs).toEqual([2, 1, 1]);
  });
});

describe('several rules', () => {
  const rules = { caller: { limit: '3/10s', key: ['ip'] }, everyone: { limit: '1/10s' } };

  async function tatOf(service: string): Promise<number> {
    const throttle = compileThrottles({ apiVersion: 'flyball/v1', service, throttles: rules })
      .of('default')
      ?.enforced.find(({ name }) => name === 'caller');
    const name = { service, rule: 'caller', algorithm: 'token-bucket', generation: throttle?.generation ?? '' };
    return (await readBucket(table, { ...name, key: '203.0.113.7' }))?.tatUs ?? 0;
  }

  it('give back what they took when a later one refuses', async () => {
    const { instances, service } = fleet(rules, offsets(2));
    expect(await admit(instances[0])).toBe(true);
    const afterOne = await tatOf(service);
    expect(await admit(instances[1])).toMatchObject({ rule: 'everyone' });
    expect(await tatOf(service)).toBe(afterOne);
  });

  it('forfeit what somebody has built on since: subtracting would credit refilled tokens twice', async () => {
    const nowUs = Date.UTC(2026, 0, 5) * 1000;
    const name = { service: `s-${randomUUID()}`, rule: 'r', algorithm: 'token-bucket', generation: 'g', key: 'k' };
    const bucket = bucketStore(table, name);
    const expiration = nowUs / 1e6 + 60;
    const idle = { idleUs: nowUs - LAG_US, baseUs: nowUs, fullUs: nowUs + 4e6, expiration };
    expect(await bucket.takeIdle({ ...idle, tatUs: nowUs + 1e6 })).toMatchObject({ applied: true });
    const busy = { sinceUs: nowUs, costUs: 1e6, roomUs: nowUs, burst: 'full', expiration } as const;
    expect(await bucket.takeBusy(busy)).toMatchObject({ applied: true, record: { tatUs: nowUs + 2e6 } });
    expect(await bucket.undo(nowUs + 1e6, nowUs)).toBe(false);
    expect(await bucket.undo(nowUs + 2e6, nowUs + 1e6)).toBe(true);
    expect((await readBucket(table, name))?.tatUs).toBe(nowUs + 1e6);
  });
});

describe('a queue batch', () => {
  const batch = (records: number) => events.sqs(Array.from({ length: records }, (_, i) => ({ messageId: `m-${i}` })));

  it.each([
    ['what is left of the burst', 3, 2],
    ['the burst of a new bucket', 0, 5],
  ])('takes %s in as few writes as that takes', async (_name, before, left) => {
    const { instances } = fleet({ everyone: { limit: '5/10s' } }, offsets(1));
    const [instance] = instances;
    for (let i = 0; i < before; i++) await admit(instance);
    if (!instance) throw new Error('no instance');
    const invocation = testInvocation(instance, batch(8));
    await throttlePolicy.before?.(invocation, invocation.snapshot.of(throttlePolicy));
    expect((invocation.event as { Records: unknown[] }).Records).toHaveLength(left);
    await instance.syncs.settle();
  });

  it('counts every deferral in the store', async () => {
    const { instances, service } = fleet({ everyone: { limit: '1/10s' } }, offsets(1));
    await admit(instances[0], batch(2));
    await admit(instances[0], batch(2));
    const item = await table.get({ pk: `run#${service}#deferral#m-1`, sk: 'count' }, { consistent: true });
    expect(item).toMatchObject({ n: 2, v: 1, expiration: Date.UTC(2026, 0, 20) / 1000 });
  });
});

describe('what stands in the table', () => {
  it('is small, holds no secret, and expires when the bucket is long full again', async () => {
    const rules: Record<string, ThrottleRule> = { caller: { limit: '5/10s', key: ['header:x-api-key'] } };
    const { instances, service } = fleet(rules, offsets(1));
    await admit(instances[0], events.httpV2({ headers: { 'x-api-key': 'very-secret' } }));
    const { generation = '' } =
      compileThrottles({ apiVersion: 'flyball/v1', service, throttles: rules }).of('default')?.enforced[0] ?? {};
    const key = storedKey(['header:x-api-key'], 'very-secret');
    const item = await table.get(keys.bucket(service, 'caller', 'token-bucket', generation, key), { consistent: true });
    const nowUs = Date.UTC(2026, 0, 5) * 1000;
    expect(item).toMatchObject({ v: 1, tat: nowUs + 2e6, base: nowUs, full: nowUs + 8e6 });
    expect(item?.['expiration']).toBe((nowUs + 10e6) / 1e6 + 3_600);
    expect(JSON.stringify(item)).not.toContain('secret');
    expect(JSON.stringify(item).length).toBeLessThan(512);
  });
});

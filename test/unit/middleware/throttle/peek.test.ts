// What a throttle has left for a caller, looked at without taking anything.
import { setImmediate as settled } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { flyball } from '../../../../middleware/index.ts';
import type { Instance } from '../../../../middleware/kernel/instance.ts';
import { silentRecorder } from '../../../../middleware/kernel/recorder.ts';
import type { ThrottleRule } from '../../../../middleware/kernel/rules/document.ts';
import { provideEverything } from '../../../../middleware/throttle/everything.ts';
import { throttlePolicy } from '../../../../middleware/throttle/index.ts';
import { peek, type Peeked } from '../../../../middleware/throttle/peek.ts';
import type { Table } from '../../../../store/port.ts';
import * as events from '../../../support/events.ts';
import { fakeClock, type FakeClock } from '../../../support/fake-clock.ts';
import { noTable, testInstance, testInvocation } from '../../../support/instance.ts';

provideEverything();

function governed(rule: ThrottleRule): { clock: FakeClock; instance: Instance } {
  const clock = fakeClock();
  return { clock, instance: testInstance({ rules: { throttles: { told: rule } }, clock }) };
}

async function request(instance: Instance, sourceIp = 'a'): Promise<void> {
  const invocation = testInvocation(instance, events.httpV2({ sourceIp }));
  await throttlePolicy.before?.(invocation, invocation.snapshot.of(throttlePolicy));
}

const look = (instance: Instance, sourceIp = 'a', name = 'told'): Promise<Peeked | undefined> =>
  peek(testInvocation(instance, events.httpV2({ sourceIp })), name);

describe('on an instance', () => {
  it.each<[string, ThrottleRule, Peeked]>([
    ['a token bucket', { limit: '5/10s' }, { limit: 5, remaining: 3, resetMs: 2_000 }],
    ['with a burst of its own', { limit: '5/10s', burst: 8 }, { limit: 8, remaining: 6, resetMs: 2_000 }],
    [
      'a leaky bucket: of those who may leave at once',
      { algorithm: 'leaky-bucket', limit: '5/10s', burst: 3, maxWait: '1s' },
      { limit: 3, remaining: 1, resetMs: 2_000 },
    ],
    [
      'a quota: until its window ends',
      { algorithm: 'fixed-window', limit: '5/min' },
      { limit: 5, remaining: 3, resetMs: 60_000 },
    ],
    [
      'a window that slides: until less of it counts',
      { algorithm: 'sliding-window', limit: '5/min' },
      { limit: 5, remaining: 3, resetMs: 60_001 },
    ],
  ])('%s', async (_name, rule, expected) => {
    const { instance } = governed({ ...rule, scope: 'instance' });
    await request(instance);
    await request(instance);
    expect(await look(instance)).toEqual(expected);
    // Nothing was taken.
    expect(await look(instance)).toEqual(expected);
  });

  it('is of the caller of the invocation', async () => {
    const { instance } = governed({ limit: '5/10s', key: ['ip'], scope: 'instance' });
    await request(instance, 'a');
    expect(await look(instance, 'a')).toEqual({ limit: 5, remaining: 4, resetMs: 2_000 });
    expect(await look(instance, 'b')).toEqual({ limit: 5, remaining: 5, resetMs: 0 });
  });

  it('is of the limit that is in force for the caller', async () => {
    const overrides = [{ match: { ip: 'gold' }, limit: '50/10s' }];
    const { instance } = governed({ limit: '5/10s', key: ['ip'], scope: 'instance', overrides });
    await request(instance, 'gold');
    expect(await look(instance, 'gold')).toEqual({ limit: 50, remaining: 49, resetMs: 200 });
  });

  it('is whole again after a pause', async () => {
    const { clock, instance } = governed({ limit: '5/10s', scope: 'instance' });
    await request(instance);
    clock.advance(60_000);
    expect(await look(instance)).toEqual({ limit: 5, remaining: 5, resetMs: 0 });
  });

  it('of a rule in shadow', async () => {
    const { instance } = governed({ limit: '5/10s', scope: 'instance', mode: 'shadow' });
    await request(instance);
    expect(await look(instance)).toEqual({ limit: 5, remaining: 4, resetMs: 2_000 });
  });
});

describe('is not known', () => {
  it('of a rule there is not, or not here', async () => {
    const { instance } = governed({ limit: '5/10s', scope: 'instance' });
    expect(await look(instance, 'a', 'another')).toBeUndefined();
  });

  it('while the table is away', async () => {
    const { instance } = governed({ limit: '5/10s' });
    expect(await look(instance)).toBeUndefined();
  });

  it('when the invocation has waited for the table enough', async () => {
    let asked = 0;
    const table = {
      ...noTable,
      get: () => {
        asked += 1;
        return Promise.resolve(undefined);
      },
    };
    const instance = testInstance({ rules: { throttles: { told: { limit: '5/10s' } } }, table });
    const invocation = testInvocation(instance, events.httpV2());
    expect(await peek(invocation, 'told')).toEqual({ limit: 5, remaining: 5, resetMs: 0 });
    invocation.storeWaitedMs = 200;
    expect(await peek(invocation, 'told')).toBeUndefined();
    expect(asked).toBe(1);
  });

  it.each([
    ['more parts than a bucket ever has', { parts: 1e9 }],
    ['a part of a part', { parts: 2.5 }],
    ['a time that no clock has', { tat: 9e120 }],
    ['a text for a time', { tat: 'soon' }],
    ['what another flyball wrote', { v: 2 }],
  ])('of an item with %s, which is counted', async (_what, wrong) => {
    const reads: unknown[] = [];
    const internals: string[] = [];
    const item = { v: 1, tat: 1_767_600_000_000_000, base: 1_767_600_000_000_000, opened: 0, reshaped: 0, ...wrong };
    const table = { ...noTable, get: (...read: unknown[]) => Promise.resolve(reads.push(read) > 0 ? item : undefined) };
    const instance = testInstance({ rules: { throttles: { told: { limit: '5/10s' } } }, table });
    instance.recorder = { ...silentRecorder, internal: (event) => internals.push(event) };
    for (let looks = 0; looks < 20; looks++) {
      expect(await peek(testInvocation(instance, events.httpV2()), 'told')).toBeUndefined();
    }
    expect(reads).toHaveLength(20);
    expect(internals).toEqual(Array.from({ length: 20 }, () => 'throttle:store-failed'));
  });

  it('outside of an invocation', async () => {
    expect(await flyball.peek('told')).toBeUndefined();
  });
});

describe('of a bucket in the most parts', () => {
  it('are read sixteen at a time, all of them in the time of one look', async () => {
    const clock = fakeClock();
    const startUs = clock.now() * 1000;
    const whole = { v: 1, tat: startUs, base: startUs, parts: 64, opened: startUs, reshaped: clock.now() };
    const limits: unknown[] = [];
    let underWay = 0;
    let most = 0;
    const table: Table = {
      ...noTable,
      get: async (key, options) => {
        limits.push(options?.timeoutMs);
        most = Math.max(most, ++underWay);
        await settled();
        underWay--;
        if (underWay === 0) clock.advance(10);
        return key.pk.includes('.') ? undefined : whole;
      },
    };
    const instance = testInstance({ rules: { throttles: { told: { limit: '640/s', sync: 'leased' } } }, table, clock });
    const invocation = testInvocation(instance, events.httpV2());
    expect(await peek(invocation, 'told')).toMatchObject({ limit: 640 });
    expect(most).toBe(16);
    const sixteen = (ms: number) => Array.from({ length: 16 }, () => ms);
    expect(limits).toEqual([100, ...sixteen(90), ...sixteen(80), ...sixteen(70), ...sixteen(60)]);
    expect(invocation.storeWaitedMs).toBe(50);
  });
});

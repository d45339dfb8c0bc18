// What a throttle has left for a caller, looked at without taking anything.
import { describe, expect, it } from 'vitest';
import { flyball } from '../../../../middleware/index.ts';
import type { Instance } from '../../../../middleware/kernel/instance.ts';
import type { ThrottleRule } from '../../../../middleware/kernel/rules/document.ts';
import { provideEverything } from '../../../../middleware/throttle/everything.ts';
import { throttlePolicy } from '../../../../middleware/throttle/index.ts';
import { peek, type Peeked } from '../../../../middleware/throttle/peek.ts';
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

  it('outside of an invocation', async () => {
    expect(await flyball.peek('told')).toBeUndefined();
  });
});

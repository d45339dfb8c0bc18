// What a fleet's throttle has left for a caller: one consistent read, or none when the instance knows.
import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import type { Instance } from '../../../middleware/kernel/instance.ts';
import type { ThrottleRule } from '../../../middleware/kernel/rules/document.ts';
import { LAG_US } from '../../../middleware/throttle/bucket.ts';
import { provideEverything } from '../../../middleware/throttle/everything.ts';
import { peek, type Peeked } from '../../../middleware/throttle/peek.ts';
import type { Table } from '../../../store/port.ts';
import * as events from '../../support/events.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { testInstance, testInvocation } from '../../support/instance.ts';
import { createTable } from '../table.ts';
import { admit } from './admit.ts';

provideEverything();

let table: Table;
beforeAll(async () => {
  table = (await createTable(inject('dynamodb'))).signed;
});

const LAG_MS = LAG_US / 1000;

interface World {
  readonly instances: readonly Instance[];
  readonly reads: { consistent: boolean | undefined }[];
}

/** Two instances, and what they read of the table. */
function world(rule: ThrottleRule): World {
  const service = `s-${randomUUID().slice(0, 8)}`;
  const reads: World['reads'] = [];
  const clock = fakeClock();
  const counted: Table = {
    ...table,
    get: (key, options) => {
      reads.push({ consistent: options?.consistent });
      return table.get(key, { ...options, timeoutMs: 60_000 });
    },
    update: (request) => table.update({ ...request, timeoutMs: 60_000 }),
  };
  const instances = ['one', 'two'].map((id) =>
    testInstance({ service, id, rules: { throttles: { told: rule } }, clock, table: counted }),
  );
  return { instances, reads };
}

function look({ instances }: World, i: number, sourceIp = '10.0.0.1'): Promise<Peeked | undefined> {
  const [instance] = instances.slice(i);
  if (!instance) throw new Error('no such instance');
  return peek(testInvocation(instance, events.httpV2({ sourceIp })), 'told');
}

const from = (sourceIp: string) => events.httpV2({ sourceIp });

describe('an instance that has asked for nothing yet', () => {
  it.each<[string, ThrottleRule, Peeked]>([
    ['a token bucket', { limit: '5/10s' }, { limit: 5, remaining: 3, resetMs: 2_000 + LAG_MS }],
    [
      'a leaky bucket',
      { algorithm: 'leaky-bucket', limit: '5/10s', burst: 3, maxWait: '1s' },
      { limit: 3, remaining: 1, resetMs: 2_000 + LAG_MS },
    ],
    ['a quota', { algorithm: 'fixed-window', limit: '5/min' }, { limit: 5, remaining: 3, resetMs: 60_000 }],
    [
      'a window that slides',
      { algorithm: 'sliding-window', limit: '5/min' },
      { limit: 5, remaining: 3, resetMs: 60_001 + LAG_MS },
    ],
  ])('sees of %s what others have taken, in one consistent read', async (_name, rule, expected) => {
    const here = world(rule);
    await admit(here.instances[0], from('10.0.0.1'));
    await admit(here.instances[0], from('10.0.0.1'));
    here.reads.length = 0;
    expect(await look(here, 1)).toEqual(expected);
    expect(here.reads).toEqual([{ consistent: true }]);
    // Nothing was taken.
    expect(await look(here, 1)).toEqual(expected);
  });

  it('sees a key that nobody has met as whole', async () => {
    expect(await look(world({ limit: '5/10s', key: ['ip'] }), 0)).toEqual({ limit: 5, remaining: 5, resetMs: 0 });
  });

  it('sees the limit that is in force for the caller', async () => {
    const overrides = [{ match: { ip: '10.0.0.*' }, limit: '4/10s', burst: 4 }];
    const here = world({ limit: '5/10s', key: ['ip'], overrides });
    await admit(here.instances[0], from('10.0.0.1'));
    expect(await look(here, 1, '10.0.0.1')).toEqual({ limit: 4, remaining: 3, resetMs: 2_500 + LAG_MS });
    expect(await look(here, 1, '10.9.9.9')).toEqual({ limit: 5, remaining: 5, resetMs: 0 });
  });
});

describe('an instance that knows', () => {
  it('a key that was refused asks nobody', async () => {
    const here = world({ limit: '2/10s' });
    for (let i = 0; i < 3; i++) await admit(here.instances[0]);
    here.reads.length = 0;
    expect(await look(here, 0)).toEqual({ limit: 2, remaining: 0, resetMs: 5_000 + LAG_MS });
    expect(here.reads).toEqual([]);
  });

  it('what it leases asks nobody, and says no more than there is', async () => {
    const here = world({ limit: '100/s', burst: 1_000, sync: 'leased' });
    await admit(here.instances[0]);
    here.reads.length = 0;
    const seen = await look(here, 0);
    expect(here.reads).toEqual([]);
    expect(seen?.limit).toBe(1_000);
    expect(seen?.remaining).toBeGreaterThan(900);
    expect(seen?.remaining).toBeLessThan(1_000);
  });
});

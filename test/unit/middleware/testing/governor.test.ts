// testGovernor: rules, time, fleets and refusals of a test are those of the product.
import { scrypt } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import middy from '@middy/core';
import { describe, expect, it } from 'vitest';
import { flyball, govern } from '../../../../middleware/index.ts';
import { events, fakeClock, testGovernor, type TestGovernor } from '../../../../middleware/testing/index.ts';

const created = { statusCode: 201, body: '' };
const twoASecond = { throttles: { everyone: { limit: '2/s', burst: 2 } } };

async function statuses(governor: TestGovernor, count: number): Promise<number[]> {
  const handler = governor.governed(() => created);
  const answers: number[] = [];
  for (let i = 0; i < count; i++) answers.push((await handler(events.httpV2())).statusCode);
  return answers;
}

describe('rules', () => {
  it('are in force at once', async () => {
    expect(await statuses(await testGovernor({ service: 'shop', rules: twoASecond }), 3)).toEqual([201, 201, 429]);
  });

  it('may be none: nothing is governed', async () => {
    expect(await statuses(await testGovernor({ service: 'shop' }), 3)).toEqual([201, 201, 201]);
  });

  it('are replaced for the next invocation on every instance', async () => {
    const first = await testGovernor({ service: 'shop', rules: twoASecond });
    const second = await first.another();
    await statuses(first, 1);
    await statuses(second, 1);
    expect(await first.publish({ throttles: { everyone: { limit: '1/s', burst: 1 } } })).toBe(2);
    expect(await statuses(first, 2)).toEqual([201, 429]);
    expect(await statuses(second, 1)).toEqual([429]);
  });

  it('come from the store as in life: the handler sees their revision', async () => {
    const governor = await testGovernor({ service: 'shop', rules: twoASecond });
    const handler = governor.governed((_event: object, context) => context.flyball.revision);
    expect(await handler({})).toBe(1);
    await governor.publish(twoASecond);
    expect(await handler({})).toBe(2);
  });

  it('reach an instance that the store is away from when it polls again', async () => {
    const governor = await testGovernor({ service: 'shop', rules: twoASecond });
    governor.store.down();
    await governor.publish({});
    const handler = governor.governed((_event: object, context) => context.flyball.revision);
    expect(await governor.invoke(handler, {})).toBe(1);
    governor.store.up();
    await governor.advance('2m');
    await governor.invoke(handler, {});
    expect(await governor.invoke(handler, {})).toBe(2);
  });

  it.each([
    [
      'an unknown key',
      { throttles: { everyone: { limitt: '2/s' } } },
      'throttles.everyone.limitt: this key is not known here',
    ],
    ['a wrong value', { throttles: { everyone: { limit: 'fast' } } }, 'throttles.everyone.limit: "fast" is not a rate'],
    ['a wrong type', { throttles: [] }, 'throttles: should be an object'],
    ['a section nobody knows', { throtles: {} }, 'throtles: this key is not known here'],
    [
      'another service',
      { apiVersion: 'flyball/v1', service: 'other' },
      'the rules are those of service "other", not of "shop"',
    ],
    ['a text that is no path', './none.json', 'the rules ./none.json cannot be read'],
  ])('with %s are refused with the place and the reason', async (_name, rules, message) => {
    await expect(testGovernor({ service: 'shop', rules: rules as object })).rejects.toThrow(message);
  });

  it('may be read from the file they are kept in', async () => {
    const file = new URL('../../../../functions/examples/orders/flyball.rules.json', import.meta.url);
    const governor = await testGovernor({ service: 'orders', rules: file });
    const handler = governor.governed((_event: object, context) => context.flyball.revision);
    expect(await handler({})).toBe(1);
  });

  it('need a service that can have any', async () => {
    await expect(testGovernor({ service: '' })).rejects.toThrow('the service whose rules apply is missing');
  });
});

describe('time', () => {
  it('passes for windows only when it is told to', async () => {
    const governor = await testGovernor({ service: 'shop', rules: twoASecond });
    expect(await statuses(governor, 3)).toEqual([201, 201, 429]);
    await governor.advance('499ms');
    expect(await statuses(governor, 1)).toEqual([429]);
    await governor.advance('501ms');
    expect(await statuses(governor, 2)).toEqual([201, 429]);
  });

  it('is what Lambda tells of the time that remains', async () => {
    const governor = await testGovernor({ service: 'shop' });
    const context = governor.context({ timeout: '3s' });
    expect(context.getRemainingTimeInMillis()).toBe(3_000);
    await governor.advance('1s');
    expect(context.getRemainingTimeInMillis()).toBe(2_000);
  });

  it('fires timers in order, and lets what waited go on before the next', async () => {
    const governor = await testGovernor({ service: 'shop' });
    const { clock } = governor;
    const seen: string[] = [];
    const say = (what: string) => seen.push(`${what} ${clock.now() - START}`);
    const START = clock.now();
    clock.after(100, () => {
      void Promise.resolve().then(() => clock.after(50, () => say('begun by the first')));
      say('first');
    });
    clock.after(200, () => say('second'));
    await governor.advance('300ms');
    expect(seen).toEqual(['first 100', 'begun by the first 150', 'second 200']);
    expect(clock.now() - START).toBe(300);
  });

  it('passes by itself while a handler is invoked', async () => {
    const governor = await testGovernor({ service: 'shop' });
    const { clock } = governor;
    const start = clock.now();
    const handler = governor.governed(async () => {
      await new Promise<void>((resolve) => clock.after(5_000, resolve));
      return clock.now() - start;
    });
    expect(await governor.invoke(handler, {})).toBe(5_000);
  });

  it('does not pass while a handler waits for something real', async () => {
    const governor = await testGovernor({ service: 'shop' });
    const start = governor.clock.now();
    const handler = governor.governed(async (_event: object, { flyball: { signal } }) => {
      const file = await readFile(import.meta.filename);
      await new Promise((resolve) => setTimeout(resolve, 20));
      const key = await promisify(scrypt)('a password', file.subarray(0, 16), 64);
      return !signal.aborted && (key as Buffer).length === 64;
    });
    expect(await governor.invoke(handler, {})).toBe(true);
    expect(governor.clock.now()).toBe(start);
  });

  it('passes all the same beside a connection that stays open', async () => {
    const server = createServer((_request, response) => response.end('x')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const governor = await testGovernor({ service: 'shop' });
    const { clock } = governor;
    const handler = governor.governed(async () => {
      const text = await (await fetch(`http://127.0.0.1:${port}/`)).text();
      await new Promise<void>((resolve) => clock.after(5_000, resolve));
      return text;
    });
    expect(await governor.invoke(handler, {})).toBe('x');
    server.closeAllConnections();
    server.close();
  });

  it('passes for work of another kind, too', async () => {
    const governor = await testGovernor({ service: 'shop' });
    const { clock } = governor;
    const start = clock.now();
    await governor.until(new Promise<void>((resolve) => clock.after(2_000, resolve)));
    expect(clock.now() - start).toBe(2_000);
    await expect(governor.until(Promise.reject(new Error('mine')))).rejects.toThrow('mine');
  });

  it('passes in a frozen environment without anything happening', async () => {
    const governor = await testGovernor({ service: 'shop', rules: twoASecond });
    expect(await statuses(governor, 3)).toEqual([201, 201, 429]);
    governor.freeze('1h');
    expect(await statuses(governor, 3)).toEqual([201, 201, 429]);
  });

  it('begins when the test says', async () => {
    const clock = fakeClock(Date.UTC(2030, 0, 1));
    const governor = await testGovernor({ service: 'shop', clock });
    expect(governor.clock.now()).toBe(Date.UTC(2030, 0, 1));
  });

  it('leaves no timer behind', async () => {
    const governor = await testGovernor({ service: 'shop', rules: { ...twoASecond, telemetry: { slow: '1s' } } });
    await statuses(governor, 3);
    expect(governor.clock.timers).toBe(0);
  });
});

describe('a handler', () => {
  it('may be governed with the options', async () => {
    const governor = await testGovernor({ service: 'shop', rules: twoASecond });
    const handler = middy()
      .use(govern(governor.options))
      .handler(async () => created);
    for (let i = 0; i < 2; i++) expect(await handler(events.httpV2(), governor.context())).toEqual(created);
    expect(await governor.invoke(handler, events.httpV2())).toMatchObject({ statusCode: 429 });
  });

  it('may be governed in its own module, at import', async () => {
    const governor = await testGovernor({ service: 'shop', rules: twoASecond });
    const { handler } = await governor.load(() => import('./handlers/orders.ts'));
    expect(await governor.invoke(handler, { id: 1 })).toMatchObject({ statusCode: 200 });
    expect(governor.recorded.invocations).toHaveLength(1);
    const another = await testGovernor({ service: 'shop' });
    await expect(another.load(() => import('./handlers/orders.ts'))).rejects.toThrow(/import it only within load\(\)/);
  });

  it('that is none of this service is said to be none', async () => {
    const governor = await testGovernor({ service: 'other' });
    await expect(governor.load(() => import('node:path'))).rejects.toThrow('asked for the service "other"');
    await expect(governor.load(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  });

  it('is given a context of its own for each invocation', async () => {
    const governor = await testGovernor({ service: 'shop', functionName: 'checkout' });
    const ids: string[] = [];
    const handler = governor.governed((_event: object, context) => void ids.push(context.awsRequestId));
    await handler({});
    await handler({});
    expect(ids).toEqual(['00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002']);
    expect(governor.context().functionName).toBe('checkout');
  });

  it('leaves no invocation behind in the test', async () => {
    const governor = await testGovernor({ service: 'shop' });
    await governor.governed(() => created)({});
    await governor.invoke(
      governor.governed(() => created),
      {},
    );
    await expect(flyball.call('payments')).rejects.toThrow('outside of an invocation');
  });

  it('fails as it fails', async () => {
    const governor = await testGovernor({ service: 'shop' });
    const handler = governor.governed(() => Promise.reject(new RangeError('mine')));
    await expect(governor.invoke(handler, {})).rejects.toThrow(new RangeError('mine'));
    const atOnce = governor.governed((): string => {
      throw new RangeError('at once');
    });
    await expect(governor.invoke(atOnce, {})).rejects.toThrow('at once');
  });
});

describe('what is recorded', () => {
  it('tells refusals by rule', async () => {
    const rules = {
      throttles: { ...twoASecond.throttles, watched: { limit: '1/s', burst: 1, mode: 'shadow' as const } },
    };
    const governor = await testGovernor({ service: 'shop', rules });
    await statuses(governor, 4);
    expect(governor.throttle('everyone')).toEqual({ refused: 2, shadowed: 0 });
    expect(governor.throttle('watched').shadowed).toBe(1);
    expect(governor.recorded.refusals[1]).toEqual({
      at: governor.clock.now(),
      by: 'throttle',
      rule: 'everyone',
      resource: 'default',
      count: 1,
      shadow: false,
    });
    expect(governor.recorded.invocations.map(({ outcome }) => outcome)).toEqual(['ok', 'ok', 'refused', 'refused']);
  });

  it('is what telemetry counts, too', async () => {
    const governor = await testGovernor({ service: 'shop', rules: twoASecond });
    await statuses(governor, 1);
    expect(governor.store.requests.map(({ kind, pk }) => `${kind} ${pk}`)).toContain(
      'put run#shop#telemetry#2026-01-05T12:00',
    );
  });

  it('holds what flyball logs, and nothing is printed', async () => {
    const governor = await testGovernor({ service: 'shop', rules: twoASecond });
    const handler = governor.governed(() => flyball.call('payments'));
    expect(await handler(events.httpV2())).toMatchObject({ statusCode: 500 });
    expect(governor.log.map(({ level, message }) => `${level}: ${message}`)).toEqual(['warn: flyball was misused']);
  });
});

describe('governors', () => {
  it('share nothing with each other', async () => {
    const [one, other] = await Promise.all([
      testGovernor({ service: 'shop', rules: twoASecond }),
      testGovernor({ service: 'shop', rules: twoASecond }),
    ]);
    expect(await statuses(one, 3)).toEqual([201, 201, 429]);
    expect(await statuses(other, 3)).toEqual([201, 201, 429]);
    other.store.down();
    await one.advance('1h');
    expect(other.clock.now()).toBeLessThan(one.clock.now());
    expect(one.throttle('everyone').refused).toBe(1);
  });

  it('are the same again with the same seed', async () => {
    const run = async (seed: number) => {
      const rules = {
        dependencies: { payments: { target: { url: 'https://pay.example.com' }, retry: { attempts: 4 } } },
      };
      const governor = await testGovernor({ service: 'shop', rules, seed });
      governor.fail('payments', 'connect');
      const handler = governor.governed(() => flyball.call('payments', { method: 'GET' }));
      for (let i = 0; i < 30; i++) await governor.invoke(handler, events.httpV2());
      return governor.calls.map(({ at }) => at);
    };
    expect(await run(7)).toEqual(await run(7));
    expect(await run(7)).not.toEqual(await run(8));
  });
});

// Idempotency keys: one for all attempts at a call, given or made.
import { describe, expect, it } from 'vitest';
import { compileOperations, makeKey } from '../../../../middleware/call/operation.ts';
import { flyball, type CallOptions } from '../../../../middleware/index.ts';
import { events, testGovernor } from '../../../../middleware/testing/index.ts';

describe('which operation has a key', () => {
  const of = compileOperations({
    charge: { match: { method: 'POST', path: '/charges' }, idempotency: 'key' },
    price: { idempotency: 'safe' },
    refund: { idempotency: 'none' },
  });
  it.each<[string, Parameters<typeof of>[0], object]>([
    ['one declared key, of whom calls with one', { operation: 'charge', hasKey: true }, { idempotency: 'key' }],
    [
      'one declared key, of whom calls without one and can be given one',
      { operation: 'charge', hasKey: false, canMakeKey: true },
      { idempotency: 'key', keyMade: true },
    ],
    [
      'none where nobody could send it: a repetition could not be told from the first',
      { operation: 'charge', hasKey: false },
      { idempotency: 'none' },
    ],
    [
      'one found by what it matches',
      { method: 'POST', path: '/charges', hasKey: false, canMakeKey: true },
      { idempotency: 'key', keyMade: true },
    ],
    ['none that is safe', { operation: 'price', hasKey: false, canMakeKey: true }, { idempotency: 'safe' }],
    ['none that is declared none', { operation: 'refund', hasKey: true, canMakeKey: true }, { idempotency: 'none' }],
    ['none undeclared', { method: 'POST', path: '/x', hasKey: false, canMakeKey: true }, { idempotency: 'none' }],
    ['one undeclared, if its caller gives it', { method: 'POST', path: '/x', hasKey: true }, { idempotency: 'key' }],
    ['none undeclared that only reads', { method: 'GET', path: '/x', hasKey: false }, { idempotency: 'safe' }],
  ])('%s', (_name, query, expected) => {
    const { idempotency, keyMade } = of(query);
    expect({ idempotency, ...(keyMade ? { keyMade } : {}) }).toEqual(expected);
  });
});

it('a key is 128 bits of the chance it is given', () => {
  const drawn = [0, 0.5, 0.999_999_999_9, 1 / 2 ** 32];
  expect(makeKey(() => drawn.shift() ?? 0)).toBe('0000000080000000ffffffff00000001');
});

describe('a call', () => {
  const rules = {
    dependencies: {
      payments: {
        target: { url: 'https://payments.example' },
        retry: { attempts: 3, budget: '100%', backoff: { initial: '10ms' } },
        operations: {
          charge: { match: { method: 'POST', path: '/charges' }, idempotency: 'key' as const },
          refund: { idempotency: 'none' as const },
        },
      },
    },
  };

  async function keysOf(options: CallOptions): Promise<(string | undefined)[]> {
    const governor = await testGovernor({ service: 'orders', rules });
    governor.respond('payments', { status: 503 }, { status: 200 });
    const handler = governor.governed(() => flyball.call('payments', options).catch(() => undefined));
    await governor.invoke(handler, events.httpV2());
    return governor.calls.map(({ headers }) => headers['idempotency-key']);
  }

  it('declared key is given one when its caller has none, and keeps it over its attempts', async () => {
    const [first, second, ...more] = await keysOf({ path: '/charges' });
    expect(first).toMatch(/^[0-9a-f]{32}$/);
    expect(second).toBe(first);
    expect(more).toEqual([]);
  });

  it('has the key that its caller gave: that one wins', async () => {
    expect(await keysOf({ path: '/charges', idempotencyKey: 'order-42' })).toEqual(['order-42', 'order-42']);
  });

  it('declared none is sent once, and no key is made for it', async () => {
    expect(await keysOf({ operation: 'refund' })).toEqual([undefined]);
  });

  it('has a key of its own each time', async () => {
    const governor = await testGovernor({ service: 'orders', rules });
    governor.respond('payments', { status: 200 });
    const twice = governor.governed(async () => {
      await flyball.call('payments', { operation: 'charge' });
      await flyball.call('payments', { operation: 'charge' });
    });
    await governor.invoke(twice, events.httpV2());
    expect(new Set(governor.calls.map(({ headers }) => headers['idempotency-key'])).size).toBe(2);
  });
});

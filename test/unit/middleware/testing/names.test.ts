// A test that asks about what no rule names is told so: it would otherwise pass, and say nothing.
import { describe, expect, it } from 'vitest';
import { Misused } from '../../../../middleware/index.ts';
import { testGovernor } from '../../../../middleware/testing/index.ts';

const rules = {
  resources: { orders: { match: { path: '/orders' } } },
  throttles: { 'per-client': { limit: '5/s', resources: ['orders', 'default'] } },
  dependencies: {
    payments: { target: { function: 'payments' }, breaker: {} },
    ledger: { target: { function: 'ledger' } },
  },
} as const;

describe('a name that no rule of the test has', () => {
  it('is refused, with what was probably meant', async () => {
    const governor = await testGovernor({ service: 'orders', rules });
    expect(() => governor.throttle('per-cleint')).toThrow(
      'the rules of this test have no throttle "per-cleint": did you mean per-client?',
    );
    expect(() => governor.respond('paymnets', { body: {} })).toThrow(Misused);
    expect(() => governor.fail('stock', 503)).toThrow('no dependency "stock": they have payments, ledger');
    expect(() => governor.breaker('stock')).toThrow('no dependency "stock": they have payments, ledger');
    expect(() => governor.breaker('ledger')).toThrow(
      'the rules give the dependency "ledger" no breaker: write ledger: { breaker: {} } among its rules',
    );
  });

  it('is that of a breaker with a key when no key is given, and of one without when one is', async () => {
    const keyed = { target: { function: 'ten' }, breaker: { key: ['call'] } } as const;
    const resources = { one: { match: { path: '/one' }, breaker: { key: ['client'] } } } as const;
    const governor = await testGovernor({ service: 'orders', rules: { dependencies: { ten: keyed }, resources } });
    expect(() => governor.breaker('ten')).toThrow(
      `"ten" has a breaker for each value of its key, and none for all: say whose, as in breaker('ten', 'acme')`,
    );
    expect(() => governor.breaker('resource:one')).toThrow(Misused);
    expect(governor.breaker('ten', 'acme').state).toBe('CLOSED');
    await governor.publish({ dependencies: { ten: { target: { function: 'ten' }, breaker: {} } } });
    // Both are there by now: what the earlier rules made can still be asked about.
    expect([governor.breaker('ten').state, governor.breaker('ten', 'acme').state]).toEqual(['CLOSED', 'CLOSED']);
    const plain = await testGovernor({ service: 'orders', rules });
    expect(() => plain.breaker('payments', 'acme')).toThrow(
      `"payments" has one breaker for all, since its rule has no key: write breaker('payments')`,
    );
  });

  it('is refused while there are no rules', async () => {
    const governor = await testGovernor({ service: 'orders' });
    expect(() => governor.throttle('per-client')).toThrow(
      'they have none; give testGovernor() rules, or publish() them first',
    );
    await governor.publish(rules);
    expect(governor.throttle('per-client').refused).toBe(0);
  });

  it('is known after its rule has gone, for what was counted under it', async () => {
    const governor = await testGovernor({ service: 'orders', rules });
    await governor.publish({});
    expect(governor.throttle('per-client').refused).toBe(0);
    expect(governor.breaker('payments').state).toBe('CLOSED');
  });

  it('is known to every instance of the fleet', async () => {
    const first = await testGovernor({ service: 'orders' });
    const second = await first.another();
    await second.publish(rules);
    expect(first.throttle('per-client').refused).toBe(0);
  });
});

describe('rules that name resources which they do not have', () => {
  it.each([
    [{ throttles: { all: { limit: '5/s', resources: ['order'] } } }, 'throttles.all.resources'],
    [{ access: { deny: [{ ip: ['10.0.0.0/8'], resources: ['order'] }] } }, 'access.deny.0.resources'],
    [{ access: { allow: [{ client: ['a'] }, { resources: ['order'] }] } }, 'access.allow.1.resources'],
    [{ slos: { fast: { objective: '99%', resources: ['order'] } } }, 'slos.fast.resources'],
  ])('%j are refused', async (wrong, place) => {
    const { resources } = rules;
    await expect(testGovernor({ service: 'orders', rules: { resources, ...wrong } })).rejects.toThrow(
      `the rules name what they do not have:\n  ${place}: there is no resource "order"`,
    );
  });
});

// An operation that the rule does not name is said once: a misspelled one would silently never be repeated.
import { expect, it } from 'vitest';
import { flyball } from '../../../../middleware/index.ts';
import type { DependencyRule } from '../../../../middleware/kernel/rules/document.ts';
import { events, testGovernor } from '../../../../middleware/testing/index.ts';

const WARNING = 'flyball has no rule for an operation';

async function warnedOf(given: Pick<DependencyRule, 'operations'>, names: readonly (string | undefined)[]) {
  const payments = { target: { function: 'payments' }, ...given };
  const governor = await testGovernor({ service: 'orders', rules: { dependencies: { payments } } });
  governor.respond('payments', { body: {} });
  const handler = governor.governed(async () => {
    for (const operation of names) {
      await flyball.call('payments', operation === undefined ? {} : { operation });
      await flyball.run('payments', async () => undefined, operation === undefined ? {} : { operation });
    }
  });
  await governor.invoke(handler, events.httpV2());
  expect(governor.calls).toHaveLength(names.length);
  return governor.log.filter(({ message }) => message === WARNING);
}

const operations = { charge: { idempotency: 'key' }, read: { idempotency: 'safe' } } as const;

it('is warned of once, with those that there are, and the call is made', async () => {
  const warned = await warnedOf({ operations }, ['chareg', 'chareg', 'charge', undefined, 'chareg']);
  expect(warned).toEqual([
    expect.objectContaining({
      level: 'warn',
      fields: expect.objectContaining({ operation: 'chareg', known: ['charge', 'read'] }) as object,
    }),
  ]);
});

it('is warned of at most ten times, however many names are made up', async () => {
  const names = Array.from({ length: 30 }, (_, i) => `made-up-${i}`);
  expect(await warnedOf({ operations }, names)).toHaveLength(10);
});

it('is a plain label where the rule names no operations', async () => {
  expect(await warnedOf({}, ['chareg'])).toEqual([]);
});

// Limits that nothing reaches are warnings: nothing is wrong with them, and they are probably not meant.
import { expect, it } from 'vitest';
import { warningsOf } from '../../../../functions/config-center/documents.ts';
import { validateDocument } from '../../../../functions/config-center/validate.ts';

const slow = (over: string) => ({ slow: { over, rate: '50%' } });

it.each<[string, object, { path: string; reason: string }[]]>([
  [
    'slow calls of a dependency that its attemptTimeout cuts off',
    { dependencies: { payments: { attemptTimeout: '500ms', breaker: slow('2s') } } },
    [
      {
        path: '/dependencies/payments/breaker/slow/over',
        reason: '2s is never exceeded: attemptTimeout (500ms) ends it before, as a failure',
      },
    ],
  ],
  [
    'slow requests that the deadline of their resource cuts off',
    { resources: { pay: { match: { path: '/pay' }, deadline: { timeout: '3s' }, breaker: slow('3s') } } },
    [
      {
        path: '/resources/pay/breaker/slow/over',
        reason: '3s is never exceeded: deadline.timeout (3s) ends it before, as a failure',
      },
    ],
  ],
  ['a limit below', { dependencies: { payments: { attemptTimeout: '500ms', breaker: slow('300ms') } } }, []],
  ['a limit where nothing is cut off', { dependencies: { payments: { breaker: slow('2s') } } }, []],
])('%s', (_what, rules, warnings) => {
  const result = validateDocument('orders', { apiVersion: 'flyball/v1', service: 'orders', ...rules });
  if (!result.valid) throw new Error(JSON.stringify(result.errors));
  expect(warningsOf('orders', result.document).warnings ?? []).toEqual(warnings);
});

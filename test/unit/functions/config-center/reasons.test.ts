// What people are told of values that cannot be meant, in words that say what could be.
import { expect, it } from 'vitest';
import { validateDocument } from '../../../../functions/config-center/validate.ts';

it.each([
  [{ algorithm: 'sliding-windows' }, 'algorithm', 'one of token-bucket, leaky-bucket, fixed-window, sliding-window'],
  [{ sync: 'leasd' }, 'sync', 'one of auto, leased, per-request, eventual'],
  [{ headers: 'alwyas' }, 'headers', 'one of refused, always'],
  [{ whenStoreFails: 'alow' }, 'whenStoreFails', 'one of local, allow, reject'],
  [{ key: 'client' }, 'key', 'a list'],
  [{ resources: [] }, 'resources', 'have at least 1 entry'],
  [{ cost: 0 }, 'cost', 'be at least 1'],
  [{ limit: '1M/s', burst: 2e9 }, 'burst', 'be at most 1000000000'],
])('%j', (wrong, field, reason) => {
  const document = { apiVersion: 'flyball/v1', service: 'orders', throttles: { few: { limit: '10/s', ...wrong } } };
  const said = /^(one|a)/.test(reason) ? `should be ${reason}` : `should ${reason}`;
  expect(validateDocument('orders', document)).toEqual({
    valid: false,
    errors: [{ path: `/throttles/few/${field}`, reason: said }],
  });
});

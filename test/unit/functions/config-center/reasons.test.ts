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

it.each<[string, object, string, string]>([
  [
    'a number for a duration',
    { attemptTimeout: 500 },
    '/attemptTimeout',
    'should be a duration such as 500ms, 5s, 10m, 2h',
  ],
  [
    'a number for a share',
    { breaker: { failureRate: 0.5 } },
    '/breaker/failureRate',
    'should be a share such as 5%, 50%',
  ],
  ['a number for a size', { maxAnswer: 6 }, '/maxAnswer', 'should be a size such as 512kb, 10mb'],
  ['a number for how to retry', { retry: 3 }, '/retry', 'should be an object such as { attempts: 3 }'],
  [
    'a text for a backoff',
    { retry: { attempts: 3, backoff: '1s' } },
    '/retry/backoff',
    'should be an object such as { initial: 200ms }',
  ],
  [
    'a word for a breaker',
    { breaker: true },
    '/breaker',
    'should be an object such as { failureRate: 50% }; {} has every default',
  ],
  [
    'a text for a window',
    { breaker: { window: '30s' } },
    '/breaker/window',
    'should be an object such as { time: 30s } or { calls: 100 }',
  ],
  ['a text for a hedge', { hedge: '80ms' }, '/hedge', 'should be an object such as { after: p95 }'],
  [
    'a name for a target',
    { target: 'payments' },
    '/target',
    'should be an object such as { function: payments } or { url: https://payments.example }',
  ],
  [
    'two targets',
    { target: { url: 'https://a.example', function: 'a' } },
    '/target/url',
    'does not go with function: give either url or function',
  ],
  [
    'two windows',
    { breaker: { window: { time: '30s', calls: 100 } } },
    '/breaker/window/calls',
    'does not go with time: give either calls or time',
  ],
  [
    'a key that no choice has',
    { target: { function: 'a', alais: 'x' } },
    '/target/alais',
    'this key is not known here',
  ],
])('%s is told what to write', (_what, rule, place, reason) => {
  const document = { apiVersion: 'flyball/v1', service: 'orders', dependencies: { payments: rule } };
  expect(validateDocument('orders', document)).toEqual({
    valid: false,
    errors: [{ path: `/dependencies/payments${place}`, reason }],
  });
});

const match = { trigger: 'queue' };
const NEVER =
  'one of connect, timeout, throttled, error, 4xx, 5xx, an exact status, business:CODE; or the name of an error such as ValidationError';

it.each<[string, object, string, string]>([
  [
    'a fault without an end',
    { faults: { slow: { store: true, delay: { share: '5%', for: '1s' } } } },
    '/faults/slow/until',
    'is required: a time such as 2027-01-01T12:00:00Z',
  ],
  [
    'a rate that is a number',
    { throttles: { few: { limit: 10 } } },
    '/throttles/few/limit',
    'should be a rate such as 100/s, 5/10s, 1k/min; with fixed-window also 1k/day, 1M/month',
  ],
  [
    'a deadline that is a duration',
    { resources: { a: { match, deadline: '5s' } } },
    '/resources/a/deadline',
    'should be an object such as { timeout: 5s }',
  ],
  [
    'a redelivery that is a number',
    { resources: { a: { match, redelivery: 3 } } },
    '/resources/a/redelivery',
    'should be an object such as { attempts: 5, backoff: { initial: 2s } }',
  ],
  [
    'what is neither an outcome nor an error',
    { resources: { a: { match, redelivery: { never: ['4XX'] } } } },
    '/resources/a/redelivery/never/0',
    NEVER,
  ],
  [
    'a number that is no status',
    { resources: { a: { match, redelivery: { never: [200] } } } },
    '/resources/a/redelivery/never/0',
    NEVER,
  ],
])('%s is told what to write', (_what, rules, path, reason) => {
  const result = validateDocument('orders', { apiVersion: 'flyball/v1', service: 'orders', ...rules });
  expect(result.valid ? [] : result.errors).toEqual([{ path, reason }]);
});

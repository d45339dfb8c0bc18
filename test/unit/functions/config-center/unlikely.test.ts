// What can hardly be meant is a warning: nothing is wrong with it, and it is published all the same.
import { describe, expect, it } from 'vitest';
import { warningsOf } from '../../../../functions/config-center/documents.ts';
import { validateDocument } from '../../../../functions/config-center/validate.ts';

const orders = { match: { method: 'POST', path: '/orders' } };
const lines = { match: { trigger: 'queue', source: 'lines' } };

function warnings(rules: object) {
  const result = validateDocument('orders', { apiVersion: 'flyball/v1', service: 'orders', ...rules });
  if (!result.valid) throw new Error(JSON.stringify(result.errors));
  return warningsOf('orders', result.document).warnings ?? [];
}

const called = (rule: object) => ({ dependencies: { payments: rule } });
const asked = (rule: object) => ({ resources: { orders: { ...orders, ...rule } } });
const throttled = (rule: object, priority?: string) => ({
  resources: { orders: { ...orders, ...(priority ? { priority } : {}) } },
  throttles: { few: { resources: ['orders'], ...rule } },
});

describe('a warning is given of', () => {
  it.each<[string, object, string, string]>([
    [
      'an answer later than the gateway waits',
      asked({ deadline: { timeout: '31s' } }),
      '/resources/orders/deadline/timeout',
      '31s is longer than an HTTP API waits for an answer (30s): its caller is told 503 before',
    ],
    [
      'a critical resource with less than a request a minute',
      throttled({ limit: '30/h' }, 'critical'),
      '/throttles/few/limit',
      '30/h is less than a request a minute, of "orders", which is critical',
    ],
    [
      'a burst that is no limit',
      throttled({ limit: '1/s', burst: 3601 }),
      '/throttles/few/burst',
      '3601 at once are more than 1/s gives in an hour: the limit is hardly one',
    ],
    [
      'attempts that no deadline leaves time for',
      { ...asked({ deadline: { timeout: '5s' } }), ...called({ attemptTimeout: '2s', retry: { attempts: 3 } }) },
      '/dependencies/payments/retry/attempts',
      '3 attempts of 2s take longer than any resource may (5s): the last never end',
    ],
    [
      'an attempt that no deadline leaves time for',
      { ...asked({ deadline: { timeout: '5s' } }), ...called({ attemptTimeout: '6s' }) },
      '/dependencies/payments/attemptTimeout',
      '6s take longer than any resource may (5s): the last never end',
    ],
    [
      'many attempts',
      called({ retry: { attempts: 6 } }),
      '/dependencies/payments/retry/attempts',
      '6 attempts ask a dependency in trouble 6 times as much',
    ],
    [
      'a budget that is none',
      called({ retry: { attempts: 2, budget: '100%' } }),
      '/dependencies/payments/retry/budget',
      '100% lets every call be repeated, which is no budget',
    ],
    [
      'a breaker that waits for the last success to end',
      called({ breaker: { failureRate: '100%' } }),
      '/dependencies/payments/breaker/failureRate',
      '100% opens only when not a single call succeeds',
    ],
    [
      'a breaker that stays open long',
      called({ breaker: { openFor: { initial: '11m', max: '1h' } } }),
      '/dependencies/payments/breaker/openFor/initial',
      '11m without a probe is longer than most outages last (10m)',
    ],
    [
      'nearly everything kept',
      { telemetry: { sample: '100%' } },
      '/telemetry/sample',
      '100% of the requests that went well are kept, and paid for',
    ],
    [
      'a level of logs without an end',
      { logs: { level: 'DEBUG' } },
      '/logs/level',
      'DEBUG stays until somebody takes it back; give until',
    ],
    [
      'a record that is tried for ever',
      { resources: { lines: { ...lines, redelivery: { attempts: 101, backoff: { initial: '1s' } } } } },
      '/resources/lines/redelivery/attempts',
      'a record that never succeeds is tried 101 times',
    ],
    [
      'an objective that no answer can miss',
      {
        ...asked({ deadline: { timeout: '2s' } }),
        slos: { fast: { objective: '99%', latency: '3s', resources: ['orders'] } },
      },
      '/slos/fast/latency',
      '3s is longer than a deadline (2s) that ends requests before',
    ],
  ])('%s', (_what, rules, path, reason) => {
    expect(warnings(rules)).toContainEqual({ path, reason });
  });
});

describe('nothing is said of', () => {
  it.each<[string, object]>([
    ['a deadline that the gateway waits for', asked({ deadline: { timeout: '30s' } })],
    ['a long deadline of records', { resources: { lines: { ...lines, deadline: { timeout: '5m' } } } }],
    ['a slow throttle of what is not critical', throttled({ limit: '30/h' })],
    ['a slow throttle that only watches', throttled({ limit: '30/h', mode: 'shadow' }, 'critical')],
    ['a quota', throttled({ limit: '10/month', algorithm: 'fixed-window' }, 'critical')],
    [
      'attempts within the longest deadline',
      { ...asked({ deadline: { timeout: '5s' } }), ...called({ attemptTimeout: '1s', retry: { attempts: 3 } }) },
    ],
    [
      'attempts where some resource has no deadline',
      {
        resources: { orders: { ...orders, deadline: { timeout: '1s' } }, lines },
        ...called({ attemptTimeout: '2s', retry: { attempts: 3 } }),
      },
    ],
    ['usual breakers', called({ breaker: { failureRate: '50%', openFor: { initial: '5s', max: '10m' } } })],
    ['a level of logs that ends', { logs: { level: 'DEBUG', until: '2027-01-01T00:00:00Z' } }],
    ['a usual share of samples', { telemetry: { sample: '1%' } }],
  ])('%s', (_what, rules) => {
    expect(warnings(rules)).toEqual([]);
  });
});

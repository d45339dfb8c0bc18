// When a breaker opens: what is refused at publish, each with its path and its reason.
import { describe, expect, it } from 'vitest';
import { validateDocument } from '../../../../functions/config-center/validate.ts';

/** What is said of a breaker, without the place they all have. */
function saidOf(breaker: object): string[] {
  const dependencies = { payments: { breaker } };
  const result = validateDocument('orders', { apiVersion: 'flyball/v1', service: 'orders', dependencies });
  const place = '/dependencies/payments/breaker';
  return result.valid ? [] : result.errors.map(({ path, reason }) => `${path.replace(place, '')}: ${reason}`);
}

describe('when a breaker opens', () => {
  it.each([
    [{ window: { minimumCalls: 3 } }],
    [{ window: { calls: 100 } }],
    [{ window: { calls: 10, minimumCalls: 10 } }],
    [{ surge: 'off' }],
    [{ surge: {} }],
    [{ surge: { time: '600ms', failureRate: '50%', minimumCalls: 20 } }],
    [{ quorum: 'auto' }],
    [{ quorum: 3 }],
    [{ ignored: ['timeout', 503] }],
    [{ failures: ['5xx'], ignored: [503] }],
  ])('may be said as %j', (breaker) => {
    expect(saidOf(breaker)).toEqual([]);
  });

  it.each<[object, string]>([
    [{ window: { calls: 9 } }, '/window/calls: 9 is less than 10, the smallest window of calls'],
    [
      { window: { calls: 20, minimumCalls: 21 } },
      '/window/minimumCalls: 21 are never reached: the window holds 20 calls',
    ],
    [
      { surge: { failureRate: '0%' } },
      '/surge/failureRate: 0% would open it with every success too; surge: off has none',
    ],
    [{ surge: { time: '200ms' } }, '/surge/time: 200ms is not between 300ms and 10s'],
    [{ surge: { time: '11s' } }, '/surge/time: 11s is not between 300ms and 10s'],
    [
      { surge: { time: '5s' }, window: { time: '2s' } },
      '/surge/time: 5s is more than the window (2s), which would always be faster',
    ],
    [{ ignored: ['ok'] }, '/ignored/0: ok is a success; without successes every failure would be one in one'],
    [{ ignored: ['timeout', 'timeout'] }, '/ignored/1: timeout stands here twice'],
    [
      { failures: ['timeout'], ignored: ['timeout'] },
      '/ignored/0: timeout is ignored, so that timeout in failures has no effect',
    ],
    [
      { failures: [503], ignored: ['timeout', '5xx'] },
      '/ignored/1: 5xx is ignored, so that 503 in failures has no effect',
    ],
  ])('is refused: %j', (breaker, error) => {
    expect(saidOf(breaker)).toEqual([error]);
  });

  it.each([[{ window: { calls: 100, time: '30s' } }], [{ quorum: 0 }], [{ surge: 'on' }], [{ ignored: [] }]])(
    'has no %j',
    (breaker) => {
      expect(saidOf(breaker)).toHaveLength(1);
    },
  );
});

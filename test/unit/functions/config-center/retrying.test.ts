// What may be said of retries and hedges, as it is looked at when rules are published.
import { describe, expect, it } from 'vitest';
import { validateDocument } from '../../../../functions/config-center/validate.ts';

function errorsOf(rule: object): string[] {
  const document = { apiVersion: 'flyball/v1', service: 'orders', dependencies: { subject: rule } };
  const result = validateDocument('orders', document);
  return result.valid
    ? []
    : result.errors.map(({ path, reason }) => `${path.slice('/dependencies/subject'.length)}: ${reason}`);
}

const url = { url: 'https://prices.example' };
const read = { read: { match: { method: 'GET' }, idempotency: 'safe' } };
const charge = { charge: { idempotency: 'key' } };
const refund = { refund: { idempotency: 'none' } };

describe('a hedge', () => {
  it.each<[string, object]>([
    ['of a URL, of which a GET is safe', { target: url, hedge: {} }],
    ['of work that says itself whether it may be repeated', { hedge: { after: 'p95' } }],
    ['of an operation that is safe', { target: url, operations: { ...read, ...refund }, hedge: { most: '10%' } }],
    [
      'of a function with an operation under a key',
      { target: { function: 'f' }, operations: charge, hedge: { after: '80ms' } },
    ],
    ['well before the attempt ends', { target: url, attemptTimeout: '500ms', hedge: { after: '499ms' } }],
  ])('may be %s', (_name, rule) => {
    expect(errorsOf(rule)).toEqual([]);
  });

  it.each<[object, string]>([
    [
      { target: url, operations: refund, hedge: {} },
      '/hedge: no operation may be sent twice; declare one of operations',
    ],
    [{ target: { function: 'f' }, hedge: {} }, '/hedge: no operation may be sent twice'],
    [{ target: url, hedge: { most: '0%' } }, '/hedge/most: 0% never sends a second attempt'],
    [{ target: url, hedge: { most: '11%' } }, '/hedge/most: 11% is more than 10%'],
    [{ target: url, hedge: { after: '0s' } }, '/hedge/after: "0s" is neither p95 nor a duration'],
    [
      { target: url, attemptTimeout: '500ms', hedge: { after: '500ms' } },
      '/hedge/after: the first attempt has ended by then',
    ],
    [{ target: url, hedge: { after: 'p99' } }, '/hedge/after: "p99" is neither p95 nor a duration such as 80ms'],
    [{ target: url, hedge: { from: 'p95' } }, '/hedge/from: '],
  ])('%j is refused: %s', (rule, expected) => {
    const errors = errorsOf(rule);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain(expected);
  });
});

describe('deferOver', () => {
  it('is a duration', () => {
    expect(errorsOf({ retry: { attempts: 2, deferOver: '2s' } })).toEqual([]);
    expect(errorsOf({ retry: { attempts: 2, deferOver: 'soon' } })).toHaveLength(1);
  });

  it('is refused where nothing is waited for', () => {
    expect(errorsOf({ retry: { attempts: 1, deferOver: '2s' } })).toEqual([
      '/retry/deferOver: nothing is waited for with attempts: 1',
    ]);
  });
});

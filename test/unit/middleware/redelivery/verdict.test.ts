// What an error says about its record.
import { describe, expect, it } from 'vitest';
import { BusinessFailure, DependencyFailed, Refused, Rejected } from '../../../../middleware/kernel/errors.ts';
import type { Outcome } from '../../../../middleware/kernel/outcome.ts';
import { neverTest, verdictOf } from '../../../../middleware/redelivery/verdict.ts';

const failed = (outcome: Outcome) => new DependencyFailed({ dependency: 'payments', outcome, attempts: 1, sent: true });
const refused = (retryAfterMs?: number) =>
  new Refused({ by: 'breaker', rule: 'r', message: 'm', statusCode: 503, ...(retryAfterMs && { retryAfterMs }) });
const named = (name: string) => Object.assign(new Error('no'), { name });
class NamelessError extends Error {}

describe('never', () => {
  it.each<[readonly (string | number)[], unknown, boolean]>([
    [['ValidationError'], named('ValidationError'), true],
    [['ValidationError'], named('TypeError'), false],
    [['NamelessError'], new NamelessError('no'), true],
    [['TypeError'], new TypeError('no'), true],
    [['TypeError'], 'TypeError', false],
    [['business:CARD_DECLINED'], new BusinessFailure('CARD_DECLINED'), true],
    [['business:CARD_DECLINED'], new BusinessFailure('OTHER'), false],
    [['BusinessFailure'], new BusinessFailure('OTHER'), true],
    [['4xx'], failed('404'), true],
    [['4xx'], failed('throttled'), true],
    [['4xx'], failed('503'), false],
    [[404], failed('404'), true],
    [[404], failed('409'), false],
    [['business:SOLD_OUT'], failed('business:SOLD_OUT'), true],
    [['timeout'], failed('timeout'), true],
    // The name of an error is no outcome, and an outcome no name.
    [['timeout'], named('timeout'), false],
  ])('%j of %s: %s', (entries, error, expected) => {
    expect(neverTest(entries)(error)).toBe(expected);
  });
});

describe('a verdict', () => {
  const never = neverTest(['ValidationError', '5xx']);
  const waits = (deferMs: unknown, error: Error = new Error('busy')) => Object.assign(error, { deferMs });

  it.each<[string, unknown, object]>([
    ['nothing known', undefined, { kind: 'retry' }],
    ['any error', new Error('no'), { kind: 'retry' }],
    ['no error at all', 'odd', { kind: 'retry' }],
    ['what the handler rejects', new Rejected('no such order'), { kind: 'rejected' }],
    ['what the rule never repeats', named('ValidationError'), { kind: 'rejected' }],
    ['an open breaker', refused(5_000), { kind: 'refused', delayMs: 5_000 }],
    ['a refusal for good', refused(), { kind: 'refused', delayMs: undefined }],
    ['one that says when', waits(7_000), { kind: 'deferred', delayMs: 7_000 }],
    ['one that says at once', waits(-1), { kind: 'deferred', delayMs: 0 }],
    ['one that says nonsense', waits(Number.NaN), { kind: 'retry' }],
    ['one that says for ever', waits(Infinity), { kind: 'retry' }],
    ['text in place of a number', waits('5s'), { kind: 'retry' }],
    ['no error but a number', { deferMs: 5 }, { kind: 'retry' }],
    ['one that says when, but is never repeated', waits(7_000, named('ValidationError')), { kind: 'rejected' }],
  ])('on %s', (_what, error, expected) => {
    expect(verdictOf(error, never, true)).toEqual(expected);
  });

  it('gives up no record for an error that may be another one’s', () => {
    expect(verdictOf(new Rejected('no such order'), never, false)).toEqual({ kind: 'retry' });
    expect(verdictOf(named('ValidationError'), never, false)).toEqual({ kind: 'retry' });
    expect(verdictOf(waits(7_000), never, false)).toEqual({ kind: 'deferred', delayMs: 7_000 });
  });
});

import { describe, expect, it } from 'vitest';
import { governed } from '../../../../middleware/index.ts';
import { compileBusinessFailures } from '../../../../middleware/telemetry/business.ts';
import { OUTCOME_PATTERN } from '../../../../middleware/kernel/rules/document.ts';
import { recordedBy } from '../../../../middleware/testing/recorded.ts';
import { testContext, testInstance } from '../../../support/instance.ts';

const judge = compileBusinessFailures([
  { path: 'code', notIn: [0, 'OK'] },
  { path: 'error.reason', notIn: ['none'] },
]);

describe('a business failure', () => {
  it.each([
    ['an object', { code: 7 }, '7'],
    ['a body in JSON', { statusCode: 200, body: '{"code":"card-declined"}' }, 'CARD_DECLINED'],
    ['a body that is an object', { statusCode: 200, body: { code: 7 } }, '7'],
    ['a text of JSON', '{"code":7}', '7'],
    ['a nested code', { error: { reason: 'no stock!' } }, 'NO_STOCK_'],
    ['a boolean', { code: false }, 'FALSE'],
    ['an empty code', { code: '' }, 'EMPTY'],
    ['an endless code', { code: 'x'.repeat(500) }, 'X'.repeat(64)],
  ])('is found in %s', (_what, answer, code) => {
    expect(judge(answer)).toBe(code);
    expect(`business:${code}`).toMatch(OUTCOME_PATTERN);
  });

  it.each([
    ['a code of success', { code: 0 }],
    ['a code of success as text', { code: '0' }],
    ['no code', { statusCode: 204 }],
    ['a code that is no value', { code: { a: 1 } }],
    ['a body that is no JSON', { statusCode: 200, body: '{"code":7' }],
    ['a body too large to be read for it', { statusCode: 200, body: `{"code":7,"x":"${'x'.repeat(17_000)}"}` }],
    ['a field that every object has', Object.create({ code: 7 }) as object],
    ['nothing', undefined],
  ])('is not found in %s', (_what, answer) => {
    expect(judge(answer)).toBeUndefined();
  });

  const outcomesOf = async (rule: boolean, answer: () => unknown) => {
    const telemetry = rule ? { businessFailure: [{ path: 'code', notIn: [0] }] } : {};
    const instance = testInstance({ rules: { telemetry } });
    const recorded = recordedBy(instance);
    const handler = governed({ service: 'orders', instance }, answer);
    await handler({}, testContext(instance.clock)).catch(() => undefined);
    return recorded.invocations.map(({ outcome }) => outcome);
  };

  it('is the outcome of an answer that looks well, if a rule says so', async () => {
    expect(await outcomesOf(true, () => ({ statusCode: 200, body: '{"code":7}' }))).toEqual(['business:7']);
    expect(await outcomesOf(false, () => ({ statusCode: 200, body: '{"code":7}' }))).toEqual(['ok']);
    expect(await outcomesOf(true, () => ({ statusCode: 503, body: '{"code":7}' }))).toEqual(['503']);
  });
});

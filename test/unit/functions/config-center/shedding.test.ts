// What rules may say of shedding.
import { describe, expect, it } from 'vitest';
import { neededVersion, newFieldsOf } from '../../../../functions/config-center/since.ts';
import { validateDocument } from '../../../../functions/config-center/validate.ts';

const base = { apiVersion: 'flyball/v1', service: 'orders' };
const concurrency = { writers: { limit: 50 }, off: { limit: 5, mode: 'disabled' }, broken: { limit: 0 } };

function errorsOf(shedding: unknown, rules: object = { writers: concurrency.writers }): string[] {
  const result = validateDocument('orders', { ...base, concurrency: rules, shedding });
  return result.valid ? [] : result.errors.map(({ path, reason }) => `${path}: ${reason}`);
}

describe('shedding', () => {
  it.each([
    [{ when: { concurrency: 'writers', above: '80%' } }],
    [{ when: { concurrency: 'writers', above: '0%' }, mode: 'shadow' }],
  ])('may be %o', (shedding) => {
    expect(errorsOf(shedding)).toEqual([]);
  });

  it.each([
    [{ when: { concurrency: 'writers' } }, '/shedding/when/above'],
    [{ when: { above: '80%' } }, '/shedding/when/concurrency'],
    [{ when: { concurrency: 'writers', above: '80' } }, '/shedding/when/above'],
    [{ when: { concurrency: 'writers', above: '80%', reserved: true } }, '/shedding/when/reserved'],
    [{ mode: 'shadow' }, '/shedding/when'],
  ])('is not %o', (shedding, path) => {
    expect(errorsOf(shedding).map((error) => error.split(': ')[0])).toEqual([path]);
  });

  it('looks at a concurrency rule that exists, also at one that has a fault of its own', () => {
    expect(errorsOf({ when: { concurrency: 'readers', above: '80%' } })).toEqual([
      '/shedding/when/concurrency: there is no concurrency rule "readers"; there are writers',
    ]);
    expect(errorsOf({ when: { concurrency: 'readers', above: '80%' } }, {})).toEqual([
      '/shedding/when/concurrency: there is no concurrency rule "readers"',
    ]);
    const errors = errorsOf({ when: { concurrency: 'broken', above: '80%' } }, { broken: concurrency.broken });
    expect(errors.filter((error) => error.startsWith('/shedding'))).toEqual([]);
  });

  it('looks at one that measures something, unless it is itself disabled', () => {
    const when = { concurrency: 'off', above: '80%' };
    expect(errorsOf({ when }, { off: concurrency.off })).toEqual([
      '/shedding/when/concurrency: the concurrency rule "off" is disabled: nothing of it is ever in use',
    ]);
    expect(errorsOf({ when, mode: 'disabled' }, { off: concurrency.off })).toEqual([]);
  });

  it('begins before everything is full', () => {
    expect(errorsOf({ when: { concurrency: 'writers', above: '100%' } })).toEqual([
      '/shedding/when/above: 100% is full: the concurrency rule itself refuses then; write less, such as 80%',
    ]);
  });

  it('and shed calls are not published over the heads of libraries that know neither', () => {
    const rules = { shedding: { when: { concurrency: 'writers', above: '80%' } } };
    expect(neededVersion(newFieldsOf({ ...base, ...rules }))).toBe('0.3.0');
    expect(neededVersion(newFieldsOf({ ...base, dependencies: { payments: { shed: 'shadow' } } }))).toBe('0.3.0');
  });
});

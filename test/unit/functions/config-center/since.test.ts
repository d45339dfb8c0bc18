import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ruleSchema, type JsonSchema } from '../../../../functions/config-center/schema.ts';
import { neededVersion, newFieldsOf } from '../../../../functions/config-center/since.ts';
import { isLaterVersion, LIBRARY_VERSION } from '../../../../middleware/kernel/version.ts';

const schema = z.toJSONSchema(
  z.strictObject({
    old: z.string().optional(),
    young: z.string().optional().meta({ since: '0.3.0' }),
    kind: z.union([z.literal('plain'), z.literal('fancy').meta({ since: '0.4.0' })]).optional(),
    target: z
      .union([z.strictObject({ name: z.string() }), z.strictObject({ url: z.string() }).meta({ since: '0.5.0' })])
      .optional(),
    list: z.array(z.strictObject({ deep: z.int().optional().meta({ since: '0.10.0' }) })).optional(),
    byName: z.record(z.string(), z.strictObject({ on: z.boolean().meta({ since: '1.0.0' }) })).optional(),
  }),
  { io: 'input' },
) as JsonSchema;

describe('the fields of a document that are younger than the first version', () => {
  it.each<[unknown, [string, string][]]>([
    [{}, []],
    [{ old: 'x', kind: 'plain', target: { name: 'x' }, list: [{}] }, []],
    [{ young: 'x' }, [['/young', '0.3.0']]],
    [{ kind: 'fancy' }, [['/kind', '0.4.0']]],
    [{ target: { url: 'x' } }, [['/target', '0.5.0']]],
    [{ list: [{}, { deep: 1 }] }, [['/list/1/deep', '0.10.0']]],
    [
      { young: 'x', byName: { 'a/b': { on: true } } },
      [
        ['/young', '0.3.0'],
        ['/byName/a~1b/on', '1.0.0'],
      ],
    ],
  ])('%j', (document, expected) => {
    expect(newFieldsOf(document, schema)).toEqual(expected.map(([path, since]) => ({ path, since })));
  });

  it('need the latest of their versions, by number and not by letter', () => {
    expect(neededVersion([])).toBeUndefined();
    expect(neededVersion(newFieldsOf({ young: 'x', list: [{ deep: 1 }], kind: 'fancy' }, schema))).toBe('0.10.0');
  });
});

describe('the schema of rules', () => {
  it('gives no field to a library that is not there yet, and every mark is a version', () => {
    const marks: unknown[] = [];
    JSON.stringify(ruleSchema(), (key, value: unknown) => {
      if (key === 'since') marks.push(value);
      return value;
    });
    expect(marks.length).toBeGreaterThan(0);
    for (const since of marks) {
      expect(since).toMatch(/^\d+\.\d+\.\d+$/);
      expect(isLaterVersion(String(since), LIBRARY_VERSION)).toBe(false);
    }
  });

  it('has no references, which the search for new fields does not follow', () => {
    expect(JSON.stringify(ruleSchema())).not.toContain('"$ref"');
  });

  it('marks a window of the default time, and not one that says its own', () => {
    const withWindow = (window: object) => ({ dependencies: { payments: { breaker: { window } } } });
    expect(newFieldsOf(withWindow({ time: '30s', minimumCalls: 3 }))).toEqual([]);
    expect(newFieldsOf(withWindow({ minimumCalls: 3 }))).toEqual([
      { path: '/dependencies/payments/breaker/window', since: '0.3.0' },
    ]);
  });

  it('marks a quota, and not a plain throttle', () => {
    const document = (rule: object) => ({ apiVersion: 'flyball/v1', service: 'orders', throttles: { monthly: rule } });
    expect(newFieldsOf(document({ limit: '5/s', algorithm: 'token-bucket' }))).toEqual([]);
    expect(newFieldsOf(document({ limit: '1M/month', algorithm: 'fixed-window' }))).toEqual([
      { path: '/throttles/monthly/algorithm', since: '0.2.0' },
    ]);
  });
});

describe('one version is later than another', () => {
  it.each([
    ['0.2.0', '0.1.9', true],
    ['0.10.0', '0.9.0', true],
    ['1.0.0', '0.99.99', true],
    ['0.2.0', '0.2.0', false],
    ['0.1.0', '0.2.0', false],
    ['nonsense', '0.1.0', false],
  ])('%s after %s: %s', (a, b, later) => {
    expect(isLaterVersion(a, b)).toBe(later);
  });
});

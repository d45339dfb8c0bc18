import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { fieldErrorsOf } from '../../../../functions/api/field-errors.ts';

const status = z.union([z.string().check(z.regex(/^[45]xx$/, '4xx or 5xx')), z.int().min(400, 'at least 400')]);
const target = z.union([
  z.strictObject({ function: z.string(), alias: z.string().optional() }),
  z.strictObject({ url: z.string() }),
]);
const schema = z.strictObject({
  status: status.optional(),
  target: target.optional(),
  body: z.union([z.record(z.string(), z.unknown()), z.string()]).optional(),
  named: z.record(z.string().check(z.regex(/^[a-z]+$/, 'letters only')), z.int()).optional(),
  outcome: z.union([z.string(), z.int()], 'a class or a status').optional(),
  mode: z.enum(['enforce', 'shadow']).optional(),
});

describe('errors of form', () => {
  it.each([
    ['unknown keys', Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`k${i}`, 1]))],
    ['faulty entries', { named: Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`K${i}`, 1])) }],
  ])('are the first hundred of any number of %s', (_what, value) => {
    const { error } = schema.safeParse(value);
    expect(error && fieldErrorsOf(error, value)).toHaveLength(100);
  });
});

describe('an error of form', () => {
  it.each([
    [7, '', 'should be an object'],
    [{ statsu: 1 }, '/statsu', 'this key is not known here'],
    [{ status: '6xx' }, '/status', '4xx or 5xx'],
    [{ status: 200 }, '/status', 'at least 400'],
    [{ status: true }, '/status', 'should be a text or a number'],
    [{ body: 5 }, '/body', 'should be an object or a text'],
    [{ outcome: null }, '/outcome', 'should be a class or a status'],
    [{ target: { function: 'f', alais: 'x' } }, '/target/alais', 'this key is not known here'],
    [{ target: { url: 5 } }, '/target/url', 'should be a text'],
    [{ named: { 'A/B': 1 } }, '/named/A~1B', 'letters only'],
    [{ named: { a: 1.5 } }, '/named/a', 'should be a whole number'],
    [{ mode: 'off' }, '/mode', 'should be one of enforce, shadow'],
  ])('of %o is at %s: %s', (value, path, reason) => {
    const { error } = schema.safeParse(value);
    expect(error && fieldErrorsOf(error, value)).toEqual([{ path, reason }]);
  });
});

import { expect, it } from 'vitest';
import { readProperties } from '../../../../../functions/config-center/config/properties.ts';

it('a line that goes on in half a million others takes time that grows with its length alone', () => {
  const { entries, errors } = readProperties(`key=${'a\\\n'.repeat(500_000)}end`);
  expect(errors).toEqual([]);
  expect(entries).toEqual([['key', `${'a'.repeat(500_000)}end`]]);
});

it.each([
  ['a=1\\\n  2\nb=3', { a: '12', b: '3' }],
  ['\\\n\\\na=1', { a: '1' }],
  ['a=1\\\n# no comment\nb=2', { a: '1# no comment', b: '2' }],
  ['a=1\\', { a: '1' }],
  ['a=1\\\\\nb=2', { a: '1\\', b: '2' }],
  ['a=1\\\n\nb=2', { a: '1', b: '2' }],
])('lines that go on are one: %j', (text, values) => {
  expect(Object.fromEntries(readProperties(text).entries)).toEqual(values);
});

// Properties are read and written as `java.util.Properties` reads and writes them.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readProperties, writeProperties } from '../../../../../functions/config-center/config/properties.ts';

const read = (text: string) => Object.fromEntries(readProperties(text).entries);

describe('properties', () => {
  // From the description of `java.util.Properties.load`.
  it.each<[string, string, Record<string, string>]>([
    ['any of three separators, and spaces around them', 'a=1\nb:2\nc 3\n d \t= 4', { a: '1', b: '2', c: '3', d: '4' }],
    ['a second separator, which is of the value', 'a = = 1\nb:=2\nc\t:3', { a: '= 1', b: '=2', c: '3' }],
    ['a key without a value', 'cheeses', { cheeses: '' }],
    ['comments and blank lines', '# a=1\n\n \t\n  ! b=2\nc=#3', { c: '#3' }],
    [
      'a line that goes on, without the spaces it begins with',
      'a = apple, \\\n    # pear\nb=1',
      { a: 'apple, # pear', b: '1' },
    ],
    ['an even number of backslashes, which ends the line', 'a=x\\\\\nb=1', { a: 'x\\', b: '1' }],
    [
      'escapes, of which unknown ones are the character',
      '\\u0061\\ \\=\\:b=\\t\\n\\r\\f\\z\\"',
      { 'a =:b': '\t\n\r\fz"' },
    ],
    ['an escaped backslash before a u', 'a=\\\\u00', { a: '\\u00' }],
    ['lines that end as on Windows, and a last one that goes on nowhere', 'a=1\r\nb=2\\', { a: '1', b: '2' }],
    ['spaces at the end, which are of the value', 'a=1 ', { a: '1 ' }],
  ])('have %s', (_what, text, values) => {
    expect(read(text)).toEqual(values);
  });

  it.each([
    ['a=1\nb=2\na=3', [{ path: '/a', reason: 'this key stands here twice' }]],
    [
      'a=\\u00g1',
      [{ path: '', reason: 'not properties: an escape \\u without four hexadecimal digits in "a=\\u00g1"' }],
    ],
  ])('with a fault say where it is: %j', (text, errors) => {
    expect(readProperties(text).errors).toEqual(errors);
  });

  it('are read as they were written, whatever they hold', () => {
    const text = fc.string({ unit: 'binary' }).map((one) => one.toWellFormed());
    const values = fc.dictionary(
      text.filter((key) => key !== '' && key !== '__proto__'),
      text,
    );
    fc.assert(
      fc.property(values, (all) => {
        expect(read(writeProperties(all))).toEqual({ ...all });
      }),
    );
  });
});

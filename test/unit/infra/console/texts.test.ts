// The texts of the page as they are built: nothing is said differently, and keys stand once.
import { describe, expect, it } from 'vitest';
import { withKeysOnce } from '../../../../infra/console/texts.ts';

describe('texts of two languages', () => {
  it('have their keys once, the second language in the order of the first', () => {
    const source = `export const a = texts({ on: 'On', 'off.by': "Off by {n}" }, { 'off.by': '差 {n}', on: '开' });`;
    expect(withKeysOnce(source)).toBe(`export const a = texts({ on: 'On', 'off.by': "Off by {n}" }, ["开","差 {n}"]);`);
  });

  it('keep what is quoted in them', () => {
    const source = "texts({ a: 'It\\'s', b: `two\nlines` }, { a: '\"是\"', b: '\\\\' })";
    expect(withKeysOnce(source)).toBe('texts({ a: \'It\\\'s\', b: `two\nlines` }, ["\\"是\\"","\\\\"])');
  });

  it('are each made shorter where one file has several', () => {
    expect(withKeysOnce("texts({ a: '1' }, { a: '2' }); texts({ b: '3' }, { b: '4' })")).toBe(
      `texts({ a: '1' }, ["2"]); texts({ b: '3' }, ["4"])`,
    );
  });

  it.each([
    ['a key is missing', "texts({ a: '1', b: '2' }, { a: '3' })"],
    ['a key is another', "texts({ a: '1' }, { b: '2' })"],
    ['a text is not written out', "texts({ a: one }, { a: '2' })"],
    ['a text has a value in it', "texts({ a: `1 ${b}` }, { a: '2' })"],
    ['others are spread into it', "texts({ ...more, a: '1' }, { a: '2' })"],
    ['keys are numbers, which no object keeps in order', "texts({ 2: 'b', 1: 'a' }, { 2: 'd', 1: 'c' })"],
    ['it is no call of texts', "words({ a: '1' }, { a: '2' })"],
  ])('are left as they are when %s', (_why, source) => {
    expect(withKeysOnce(source)).toBe(source);
  });
});

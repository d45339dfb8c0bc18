// The texts of the page as they are built: nothing is said differently, and what is alike stands together.
import { describe, expect, it } from 'vitest';
import { withListsTogether, withTextsListed } from '../../../../infra/console/texts.ts';

const [FIRST, SECOND] = ['\uE000', '\uE001'];
const listed = (keys: string, first: string, second: string) =>
  `${JSON.stringify(keys)}, ${JSON.stringify(`${FIRST}${first}${FIRST}`)}, ${JSON.stringify(`${SECOND}${second}${SECOND}`)}`;

describe('texts of two languages', () => {
  it('are listed with their keys once, the second language in the order of the first', () => {
    const source = `export const a = texts({ on: 'On', 'off.by': "Off by {n}" }, { 'off.by': '差 {n}', on: '开' });`;
    expect(withTextsListed(source)).toBe(
      `export const a = texts(${listed('on~off.by', 'On~Off by {n}', '开~差 {n}')});`,
    );
  });

  it('keep what is quoted in them', () => {
    const source = "texts({ a: 'It\\'s', b: `two\nlines` }, { a: '\"是\"', b: '\\\\' })";
    expect(withTextsListed(source)).toBe(`texts(${listed('a~b', "It's~two\nlines", '"是"~\\')})`);
  });

  it('are listed each for itself where one file has several', () => {
    expect(withTextsListed("texts({ a: '1' }, { a: '2' }); texts({ b: '3' }, { b: '4' })")).toBe(
      `texts(${listed('a', '1', '2')}); texts(${listed('b', '3', '4')})`,
    );
  });

  it.each([
    ['a key is missing', "texts({ a: '1', b: '2' }, { a: '3' })"],
    ['a key is another', "texts({ a: '1' }, { b: '2' })"],
    ['there are none', 'texts({}, {})'],
    ['a text is not written out', "texts({ a: one }, { a: '2' })"],
    ['a text has a value in it', "texts({ a: `1 ${b}` }, { a: '2' })"],
    ['a text has what stands between texts', "texts({ a: '1~2' }, { a: '2' })"],
    ['others are spread into it', "texts({ ...more, a: '1' }, { a: '2' })"],
    ['there is a third language', "texts({ a: '1' }, { a: '2' }, { a: '3' })"],
    ['it is no call of texts', "words({ a: '1' }, { a: '2' })"],
  ])('are left as they are when %s', (_why, source) => {
    expect(withTextsListed(source)).toBe(source);
  });
});

describe('the lists of a script', () => {
  it('stand together at its beginning, one language behind the other, in their own quotes', () => {
    const script = `import{t}from"./t.js";let a=t("on","${FIRST}On${FIRST}",'${SECOND}"开"${SECOND}'),b=t("off","${FIRST}Off${FIRST}","${SECOND}关${SECOND}");`;
    expect(withListsTogether(script)).toBe(
      `let listsOfTexts=["On","Off",'"开"',"关"];import{t}from"./t.js";let a=t("on",listsOfTexts[0],listsOfTexts[2]),b=t("off",listsOfTexts[1],listsOfTexts[3]);`,
    );
  });

  it('are none where nothing is said', () => {
    expect(withListsTogether('let a="b"')).toBe('let a="b"');
  });

  it('are not lost where the bundler took one apart', () => {
    expect(() => withListsTogether(`let a=["${FIRST}On","Off${FIRST}"]`)).toThrow('did not come through the bundler');
  });
});

// Texts with values in them: named ones, and words that follow a number.
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';

vi.stubGlobal('document', { documentElement: { lang: '' } });
vi.stubGlobal('navigator', { language: 'en' });
const { speak, tell, texts } = await import('../../../console/text/language.ts');
afterAll(() => {
  speak('en');
  vi.unstubAllGlobals();
});

const told = texts(
  { rows: '{count} {count|row|rows} of {name}', plain: 'nothing in {braces}' },
  { rows: '{name} 的 {count} 行', plain: '{braces}' },
);

describe('a text', () => {
  beforeEach(() => speak('en'));

  it.each([
    [0, '0 rows of orders'],
    [1, '1 row of orders'],
    ['1', '1 row of orders'],
    [2, '2 rows of orders'],
    ['1,021', '1,021 rows of orders'],
  ])('has the word that goes with %s', (count, said) => {
    expect(tell(told, 'rows', { count, name: 'orders' })).toBe(said);
  });

  it('says the same in a language that knows no plural', () => {
    speak('zh');
    expect(tell(told, 'rows', { count: 1, name: 'orders' })).toBe('orders 的 1 行');
  });

  it('keeps what no value is given for', () => {
    expect(tell(told, 'plain', { other: 1 })).toBe('nothing in {braces}');
    expect(tell(told, 'plain')).toBe('nothing in {braces}');
  });
});

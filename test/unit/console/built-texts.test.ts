// The page's texts, as sources have them and as the build writes them, say the same.
import { afterAll, describe, expect, it, vi } from 'vitest';

vi.stubGlobal('document', { documentElement: { lang: '' } });
vi.stubGlobal('navigator', { language: 'en' });
const { texts } = await import('../../../console/text/language.ts');

afterAll(() => {
  vi.unstubAllGlobals();
});

describe('texts', () => {
  it('are those of their keys, from an object or from a list in the order of the keys', () => {
    const en = { on: 'On', 'off.by': 'Off by {n}' };
    const zh = { 'off.by': '差 {n}', on: '开' };
    const listed = ['开', '差 {n}'] as unknown as typeof zh;
    expect(texts(en, listed)).toEqual(texts(en, zh));
    expect(texts(en, zh)).toEqual({ en, zh });
  });
});

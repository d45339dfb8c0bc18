// The page's texts, as sources have them and as the build writes them, say the same.
import { runInNewContext } from 'node:vm';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { withListsTogether, withTextsListed } from '../../../infra/console/texts.ts';

vi.stubGlobal('document', { documentElement: { lang: '' } });
vi.stubGlobal('navigator', { language: 'en' });
const { texts } = await import('../../../console/text/language.ts');

afterAll(() => {
  vi.unstubAllGlobals();
});

describe('texts', () => {
  it('are those of their keys, from objects or from the lists that the build makes of them', () => {
    const en = { on: 'On', 'off.by': 'Off by {n}', '2': 'two' };
    const zh = { 'off.by': '差 {n}', on: '开', '2': '二' };
    expect(texts(en, zh)).toEqual({ en, zh });
    const built = withListsTogether(withTextsListed(`texts(${JSON.stringify(en)}, ${JSON.stringify(zh)})`));
    expect(built).toContain('listsOfTexts[1]');
    expect(runInNewContext(built, { texts })).toEqual({ en, zh });
  });
});

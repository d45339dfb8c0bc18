// The pages on adopting flyball show exactly the files of test/adopt, which other tests run, and rules that can be published.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { validateDocument } from '../../../functions/config-center/validate.ts';

const root = new URL('../../../', import.meta.url);
const pages = ['docs/adopt.md', ...readdirSync(new URL('docs/adopt/', root)).map((name) => `docs/adopt/${name}`)];

const LANGUAGES: Readonly<Record<string, string>> = { ts: 'ts', cjs: 'js', yaml: 'yaml' };
/** Not shown: what stands in for the reader's own. */
const NOT_SHOWN = new Set(['idempotency/persistence.ts', 'commonjs/flyball-here.mjs']);

const folder = new URL('test/adopt/', root);
const files = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => `${entry.parentPath}/${entry.name}`.slice(folder.pathname.length).replace(/^\//, ''))
  .filter((name) => !NOT_SHOWN.has(name))
  .map((name) => ({ name, text: readFileSync(new URL(name, folder), 'utf8') }));

const blocks = pages.flatMap((page) =>
  [...readFileSync(new URL(page, root), 'utf8').matchAll(/^```(\w+)\n([^]*?)^```$/gm)].map(([, language, text]) => ({
    page,
    language,
    text,
  })),
);

describe('the pages on adopting', () => {
  it.each(files)('show test/adopt/$name as it is', ({ name, text }) => {
    const shown = blocks.filter((block) => block.text === text);
    expect(shown.map(({ language }) => language)).toEqual([LANGUAGES[name.replace(/.*\./, '')]]);
  });

  it('show nothing that is not there', () => {
    const texts = new Set(files.map(({ text }) => text));
    expect(blocks.filter(({ text = '' }) => !texts.has(text))).toEqual([]);
  });

  it.each(files.filter(({ name }) => name.endsWith('.yaml')))('show rules that can be published: $name', ({ text }) => {
    expect(validateDocument('shop', parse(text) as object)).toMatchObject({ valid: true });
  });

  it('name every page in the first', () => {
    const first = readFileSync(new URL('docs/adopt.md', root), 'utf8');
    for (const page of pages.slice(1)) expect(first).toContain(`(${page.replace('docs/', '')})`);
  });
});

// Every whole rule document that a page shows, by itself or in a command, can be published as it stands.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { validateRouting } from '../../../functions/alerting/routing/validate.ts';
import { validateBaseline } from '../../../functions/config-center/baseline/validate.ts';
import { validateDocument } from '../../../functions/config-center/validate.ts';

const root = new URL('../../../', import.meta.url);
const pages = ['README.md', ...readdirSync(new URL('docs/', root)).map((name) => `docs/${name}`)].filter((name) =>
  name.endsWith('.md'),
);

/** From `apiVersion:` at the start of a line to the end of its block, or of the shell's here-document. */
const DOCUMENT = /^apiVersion: flyball[^]*?(?=^(?:```|EOF$|RULES$))/gm;

const documents = pages.flatMap((page) =>
  [...readFileSync(new URL(page, root), 'utf8').matchAll(DOCUMENT)].map(([source], index) => {
    const document = parse(source) as { readonly service: string; readonly kind?: string };
    return { name: `${page}, document ${index + 1}`, document };
  }),
);
const isRouting = ({ document }: { readonly document: object }) => 'route' in document;

describe('the rule documents in the pages', () => {
  it('are found', () => {
    const found = new Set(documents.map(({ name }) => name.split(',')[0]));
    expect([...found]).toEqual(
      expect.arrayContaining(['README.md', 'docs/config-center.md', 'docs/throttle.md', 'docs/local.md']),
    );
  });

  it.each(documents.filter(isRouting))('can be put in force, and nothing of it is doubtful: $name', ({ document }) => {
    expect(validateRouting(document)).toMatchObject({ valid: true, warnings: [] });
  });

  it.each(documents.filter((each) => !isRouting(each)))('can be published: $name', ({ document }) => {
    const validation =
      document.kind === 'baseline' ? validateBaseline(document) : validateDocument(document.service, document);
    expect(validation).toMatchObject({ valid: true });
  });

  it('never publish over the examples that the reader goes on to use', () => {
    const commands = pages.flatMap((page) => [
      ...readFileSync(new URL(page, root), 'utf8').matchAll(/-X PUT "?\S*\/services\/([a-z-]+)\/draft/g),
    ]);
    expect(new Set(commands.map(([, service]) => service))).toEqual(new Set(['shop']));
  });
});

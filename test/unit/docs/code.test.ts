// The TypeScript that the pages show compiles in a strict project, with nothing but the imports it shows.
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import ts from 'typescript';
import { afterAll, describe, expect, it } from 'vitest';

const root = new URL('../../../', import.meta.url);
/** What a page leaves to its reader: the work that is governed. */
const READERS_OWN: Readonly<Record<string, string>> = {
  'docs/calls.md': 'declare function fetchRate(signal: AbortSignal): Promise<number>;',
  'docs/deadline.md': 'declare function queryRows(signal: AbortSignal): Promise<string[]>;',
  'docs/jobs.md':
    'declare function openOrders(): Promise<string[]>;\ndeclare function settle(id: string): Promise<void>;',
  'docs/redelivery.md': 'declare function settle(body: string): Promise<void>;',
};

const pages = ['README.md', ...readdirSync(new URL('docs/', root)).map((name) => `docs/${name}`)].filter((name) =>
  name.endsWith('.md'),
);
// Inside the checkout, where `flyball` is this package, and as deep as a function's folder, which a page may import from.
mkdirSync(new URL('.flyball/', root), { recursive: true });
const folder = mkdtempSync(new URL('.flyball/docs-', root).pathname);
afterAll(() => rmSync(folder, { recursive: true, force: true }));
// What the page on testing tests is a file beside the test.
copyFileSync(new URL('test/unit/middleware/testing/examples/orders.ts', root), `${folder}/orders.ts`);

const snippets = pages.flatMap((page) => {
  const text = readFileSync(new URL(page, root), 'utf8');
  return [...text.matchAll(/^```ts\n([^]*?)^```/gm)].map(([, code = ''], index) => {
    const file = `${folder}/${page.replace(/\W/g, '-')}-${index}.ts`;
    writeFileSync(file, `${code}\n${READERS_OWN[page] ?? ''}\nexport {};\n`);
    return { name: `${page}, block ${index + 1}`, file };
  });
});

function options(): ts.CompilerOptions {
  const config = ts.readConfigFile(new URL('tsconfig.json', root).pathname, (path) => ts.sys.readFile(path));
  return ts.parseJsonConfigFileContent(config.config, ts.sys, root.pathname).options;
}

const program = ts.createProgram(
  snippets.map(({ file }) => file),
  options(),
);

describe('the TypeScript in the pages', () => {
  it('is found', () => {
    expect(snippets.length).toBeGreaterThanOrEqual(7);
  });

  it.each(snippets)(
    'compiles: $name',
    ({ file }) => {
      const source = program.getSourceFile(file);
      const found = ts
        .getPreEmitDiagnostics(program, source)
        .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
      expect(found).toEqual([]);
    },
    60_000,
  );
});

// Importing the package does nothing but define: no handles, no output, nothing left in the process, for any of its names.
import { build } from 'esbuild';
import { describe, expect, inject, it } from 'vitest';
import { ENTRIES, specifierOf } from '../../infra/package/entries.ts';
import { inProject, node } from './child.ts';

const project = inject('project');
/** The handler of a layer is there for what importing it does. */
const names = Object.keys(ENTRIES)
  .map(specifierOf)
  .filter((name) => name !== 'flyball/handler');

/** What a name is built on, and what others' modules leave of being loaded is not ours. */
const peersOf = (name: string) =>
  name === 'flyball/idempotency'
    ? ['@middy/core', '@aws-lambda-powertools/idempotency', '@aws-lambda-powertools/idempotency/persistence']
    : ['@middy/core'];

/** What a process would keep, or show others, of an import; Node's own loading of modules aside. */
const traces = (name: string, load: string) => `
  const seen = () => ({
    resources: process.getActiveResourcesInfo().sort(),
    listeners: process.eventNames().map(String).sort(),
    globals: Reflect.ownKeys(globalThis).map(String).sort(),
    environment: { ...process.env },
    array: Reflect.ownKeys(Array.prototype).length,
    promise: Reflect.ownKeys(Promise.prototype).length,
  });
  (async () => {
    for (const peer of ${JSON.stringify(peersOf(name))}) await import(peer);
    const before = seen();
    ${load};
    const after = seen();
    require('node:assert').deepStrictEqual(after, before);
  })();`;

describe.each(names)('%s', (name) => {
  it('leaves nothing behind and prints nothing', async () => {
    expect(await node(traces(name, `await import('${name}')`))).toEqual({ stdout: '', stderr: '' });
  });

  it('can be required: nothing in it is awaited', async () => {
    expect(await node(traces(name, `require('${name}')`))).toEqual({ stdout: '', stderr: '' });
  });

  it('is dropped from bundles that use nothing of it', async () => {
    const { outputFiles } = await build({
      stdin: { contents: `import '${name}'; console.log('done');`, resolveDir: project },
      ...{ bundle: true, platform: 'node', format: 'esm', write: false, logLevel: 'silent' },
    });
    expect(outputFiles[0]?.text).not.toMatch(/import|flyball(?!\/package)/);
  });
});

it('gives the same module to import and require', async () => {
  const { stdout } = await inProject(process.execPath, [
    '-e',
    `import('flyball').then((imported) => console.log(imported.govern === require('flyball').govern))`,
  ]);
  expect(stdout).toBe('true\n');
});

// Keeps in one file what every governed function loads. By themselves bundlers cut a file for each set of modules that
// some lazily loaded parts share: a dozen files of a few hundred bytes, each 0.3 ms of a function's start.
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { build, type Loader, type Metafile, type Plugin } from 'esbuild';

const CORE = 'flyball:core';
const NAMESPACE = 'flyball-core';
const GOVERN = 'middleware/govern.ts';
const INDEX = 'middleware/index.ts';

/**
 * An esbuild plugin for builds with code splitting. Every entry, and whatever is imported dynamically, is made to import
 * all of the core, so that all of it belongs to the same set. `entries` are paths under `root`.
 */
export async function coreChunk(root: string, entries: readonly string[]): Promise<Plugin> {
  const { inputs } = await graphOf(root, entries);
  const lazy = Object.values(inputs).flatMap(({ imports }) =>
    imports.filter(({ kind, external }) => kind === 'dynamic-import' && external !== true).map(({ path }) => path),
  );
  // What several parts share would be one more file to each of them.
  const core = new Set([...staticallyReached(inputs, [GOVERN]), ...reachedTwice(inputs, [INDEX, ...new Set(lazy)])]);
  const importing = new Set([...entries, ...lazy].filter((path) => path in inputs).map((path) => join(root, path)));
  return {
    name: 'flyball-core-chunk',
    setup(building) {
      building.onResolve({ filter: new RegExp(`^${CORE}$`) }, () => ({
        path: CORE,
        namespace: NAMESPACE,
        sideEffects: true,
      }));
      building.onLoad({ filter: /.*/, namespace: NAMESPACE }, () => ({
        contents: [...core].map((path) => `export * from ${JSON.stringify(join(root, path))};`).join('\n'),
        resolveDir: root,
      }));
      building.onLoad({ filter: /\.[jt]s$/ }, async ({ path }) => {
        if (!importing.has(path)) return undefined;
        const contents = `${await readFile(path, 'utf8')}\nimport '${CORE}';\n`;
        return { contents, loader: extname(path).slice(1) as Loader };
      });
    },
  };
}

/** What imports what, as esbuild sees it. */
function graphOf(root: string, entries: readonly string[]): Promise<Metafile> {
  return build({
    absWorkingDir: root,
    entryPoints: [...entries],
    outdir: 'nowhere',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    metafile: true,
    write: false,
    logLevel: 'silent',
  }).then(({ metafile }) => metafile);
}

function reachedTwice(inputs: Metafile['inputs'], roots: readonly string[]): string[] {
  const times = new Map<string, number>();
  for (const root of roots)
    for (const path of staticallyReached(inputs, [root])) times.set(path, (times.get(path) ?? 0) + 1);
  return [...times].filter(([, count]) => count > 1).map(([path]) => path);
}

function staticallyReached(inputs: Metafile['inputs'], from: readonly string[]): Set<string> {
  const reached = new Set<string>();
  const waiting = [...from];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const input = inputs[path];
    if (!input || reached.has(path)) continue;
    reached.add(path);
    for (const { path: next, kind, external } of input.imports)
      if (kind === 'import-statement' && external !== true) waiting.push(next);
  }
  return reached;
}

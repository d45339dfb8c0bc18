// Keeps in one file what every governed function loads, and in one more what each part is. By themselves bundlers cut a
// file for each set of modules that some lazily loaded parts share: a dozen files of a few hundred bytes, each 0.3 ms of
// a function's start.
import { readFile } from 'node:fs/promises';
import { basename, dirname, extname, join, relative } from 'node:path';
import { transform, type Loader, type Plugin } from 'esbuild';
import { graphOf, withCopies } from './graph.ts';
import { partition, type Handed } from './partition.ts';

const CORE = 'flyball:core';
const NAMESPACE = 'flyball-core';
const HANDED_NAMESPACE = 'flyball-handed';
const GOVERN = 'middleware/govern.ts';
const INDEX = 'middleware/index.ts';
/**
 * Small and pure, and needed by a few parts that do not load each other: each file has a copy of its own. What two parts
 * share is in the core otherwise, for everybody to load.
 */
const COPIED: ReadonlySet<string> = new Set([
  'middleware/kernel/answer-header.ts',
  'middleware/kernel/backoff.ts',
  'middleware/kernel/caller-header.ts',
  'middleware/kernel/function-name.ts',
  'middleware/kernel/kept.ts',
  'middleware/kernel/key.ts',
  'middleware/kernel/optional.ts',
  'middleware/kernel/principal.ts',
  'middleware/kernel/rates.ts',
  'middleware/kernel/request.ts',
  'middleware/kernel/rule-memory.ts',
  'middleware/kernel/rules/awaited-jobs.ts',
  'store/running-key.ts',
]);

/**
 * An esbuild plugin for builds with code splitting. Every entry, and whatever is imported dynamically, is made to import
 * all of the core, so that all of it belongs to the same set.
 *
 * What a part shares with parts of its own, which only it loads, stays in its file. A static import of it from theirs
 * would make a third file of it, so they are handed it at run time: the module puts what it exports into a table of the
 * core when it has run, and they take it from there, since it always runs before they are loaded.
 *
 * `entries` are paths under `root`.
 */
export async function coreChunk(root: string, entries: readonly string[]): Promise<Plugin> {
  const graph = withCopies(await graphOf(root, entries), COPIED);
  const { core, handed, homes } = partition(graph, { govern: GOVERN, index: INDEX, entries });
  const importing = new Set([...entries, ...graph.lazy.keys()].map((path) => join(root, path)));
  const names = await namesTaken(root, handed);
  const numbers = new Map([...names.keys()].map((path, number) => [path, number]));
  return {
    name: 'flyball-core-chunk',
    setup(building) {
      building.onResolve({ filter: new RegExp(`^${CORE}$`) }, () => ({
        path: CORE,
        namespace: NAMESPACE,
        sideEffects: true,
      }));
      building.onLoad({ filter: /.*/, namespace: NAMESPACE }, () => ({
        contents: [
          'export const handed = [];',
          ...[...core].map((path) => `export * from ${JSON.stringify(join(root, path))};`),
        ].join('\n'),
        resolveDir: root,
      }));
      building.onResolve({ filter: /^\./ }, ({ importer, path, resolveDir, namespace, kind, pluginData }) => {
        if (namespace !== 'file' || kind !== 'import-statement') return undefined;
        const absolute = join(resolveDir, path);
        if (COPIED.has(relative(root, absolute))) {
          // What a copy imports is of the same file.
          const home = typeof pluginData === 'string' ? pluginData : (homes.get(relative(root, importer)) ?? CORE);
          return { path: absolute, suffix: `?${home}`, pluginData: home };
        }
        const { part, modules } = handed.get(relative(root, importer)) ?? {};
        const module = relative(root, absolute);
        if (!part || !modules?.has(module)) return undefined;
        // One for each part, or they would share it in a file of its own.
        return { path: module, suffix: `?${part}`, namespace: HANDED_NAMESPACE, sideEffects: true };
      });
      building.onLoad({ filter: /.*/, namespace: HANDED_NAMESPACE }, ({ path }) => ({
        contents: [
          `import { handed } from '${CORE}';`,
          `export const { ${[...(names.get(path) ?? [])].join(', ')} } = handed[${numbers.get(path)}];`,
        ].join('\n'),
      }));
      building.onLoad({ filter: /\.[jt]s$/ }, async ({ path, pluginData }) => {
        if (COPIED.has(relative(root, path)))
          return {
            contents: await readFile(path, 'utf8'),
            loader: extname(path).slice(1) as Loader,
            pluginData: pluginData as unknown,
          };
        const taken = names.get(relative(root, path));
        if (!importing.has(path) && !taken) return undefined;
        const contents = [await readFile(path, 'utf8'), `import '${CORE}';`, ...(taken ? handing(path, taken) : [])];
        return { contents: contents.join('\n'), loader: extname(path).slice(1) as Loader };
      });
    },
  };

  function handing(path: string, taken: ReadonlySet<string>): string[] {
    return [
      `import { handed as handedToParts } from '${CORE}';`,
      `import * as itself from './${basename(path)}';`,
      `handedToParts[${numbers.get(relative(root, path))}] = { ${[...taken].map((name) => `${name}: itself.${name}`).join(', ')} };`,
    ];
  }
}

/** By module, which of its exports are taken by those who are handed it. */
async function namesTaken(root: string, handed: ReadonlyMap<string, Handed>): Promise<Map<string, Set<string>>> {
  const names = new Map<string, Set<string>>();
  for (const [importer, { modules }] of handed) {
    const source = await readFile(join(root, importer), 'utf8');
    // Without types, and with its imports written in one way.
    const { code } = await transform(source, { loader: 'ts', format: 'esm' });
    for (const [, list = '', path = ''] of code.matchAll(/^(?:im|ex)port \{([^}]*)\} from "(\.[^"]*)";$/gm)) {
      const module = relative(root, join(root, dirname(importer), path));
      if (!modules.has(module)) continue;
      const taken = list.split(',').map((each) => each.trim().replace(/ as .*$/, ''));
      names.set(module, new Set([...(names.get(module) ?? []), ...taken]));
    }
    const whole = [...modules].find((module) => !names.has(module));
    if (whole)
      throw new Error(`${importer} must import what it needs of ${whole} by name: it is loaded as a part of it`);
  }
  return names;
}

// What imports what in the package, as esbuild sees it.
import { build } from 'esbuild';

/** Paths are relative to the root. */
export interface ModuleGraph {
  /** By module, what it imports statically. */
  readonly imports: ReadonlyMap<string, readonly string[]>;
  /** By module that is imported dynamically, who does. */
  readonly lazy: ReadonlyMap<string, ReadonlySet<string>>;
}

export async function graphOf(root: string, entries: readonly string[]): Promise<ModuleGraph> {
  const { metafile } = await build({
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
  });
  const imports = new Map<string, string[]>();
  const lazy = new Map<string, Set<string>>();
  for (const [importer, input] of Object.entries(metafile.inputs)) {
    const own = input.imports.filter(({ external }) => external !== true);
    imports.set(
      importer,
      own.filter(({ kind }) => kind === 'import-statement').map(({ path }) => path),
    );
    for (const { kind, path } of own) {
      if (kind === 'dynamic-import') lazy.set(path, (lazy.get(path) ?? new Set()).add(importer));
    }
  }
  return { imports, lazy };
}

/** All that importing a module runs, itself too. */
export function reachedFrom({ imports }: ModuleGraph, from: string): Set<string> {
  const reached = new Set<string>();
  const waiting = [from];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const next = imports.get(path);
    if (!next || reached.has(path)) continue;
    reached.add(path);
    waiting.push(...next);
  }
  return reached;
}

/** The graph as it is when importers have copies of these modules: as if what those import were imported by them. */
export function withCopies({ imports, lazy }: ModuleGraph, copied: ReadonlySet<string>): ModuleGraph {
  const through = (path: string): string[] => (copied.has(path) ? (imports.get(path) ?? []).flatMap(through) : [path]);
  const own = [...imports].filter(([importer]) => !copied.has(importer));
  return { lazy, imports: new Map(own.map(([importer, paths]) => [importer, [...new Set(paths.flatMap(through))]])) };
}

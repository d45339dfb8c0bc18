// Decides which file of the package a module belongs in: the core, or the part that needs it first. Pure.
import { reachedFrom, type ModuleGraph } from './graph.ts';

export interface Partition {
  /** What every governed function needs, and what several parts share that are loaded independently of each other. */
  readonly core: ReadonlySet<string>;
  /** By module, those of its imports that are in the file of the part by which its own part is loaded. */
  readonly handed: ReadonlyMap<string, Handed>;
  /** By module outside of the core, the file it comes to be in: the same text for all that share one. */
  readonly homes: ReadonlyMap<string, string>;
}

export interface Handed {
  /** The part that the module is in. */
  readonly part: string;
  readonly modules: ReadonlySet<string>;
}

export interface Ends {
  /** What imports the core, and the entry that everybody imports. */
  readonly govern: string;
  readonly index: string;
  /** All that is imported from outside. */
  readonly entries: readonly string[];
}

/** @throws {Error} when an entry imports what can only be had as a part of a part. */
export function partition(graph: ModuleGraph, { govern, index, entries }: Ends): Partition {
  const parts = loadableFrom(graph, index);
  const reached = new Map<string, ReadonlySet<string>>();
  function reachOf(path: string): ReadonlySet<string> {
    const known = reached.get(path) ?? reachedFrom(graph, path);
    reached.set(path, known);
    return known;
  }

  /** What has certainly run before a part is loaded. */
  const there = new Map<string, ReadonlySet<string>>();
  function thereBefore(part: string): ReadonlySet<string> {
    const known = there.get(part);
    if (known) return known;
    // Of parts that load each other nothing is certain.
    there.set(part, new Set());
    const before = inAll([...(graph.lazy.get(part) ?? [])].map(runBy));
    there.set(part, before);
    return before;
  }

  /** What has certainly run when a module loads something: its own imports, and those of the part it is in. */
  function runBy(path: string): ReadonlySet<string> {
    // Of an entry's other imports bundlers leave out what is not used.
    const isOutside = entries.some((entry) => reachOf(entry).has(path));
    const within = isOutside ? [] : parts.filter((part) => reachOf(part).has(path));
    const before = inAll(within.map((part) => new Set([...reachOf(part), ...thereBefore(part)])));
    return new Set([...reachOf(path), ...before]);
  }

  const needing = new Map<string, string[]>();
  for (const root of [index, ...parts]) {
    const before = root === index ? new Set<string>() : thereBefore(root);
    for (const path of reachOf(root)) if (!before.has(path)) needing.set(path, [...(needing.get(path) ?? []), root]);
  }
  const shared = [...needing].filter(([, by]) => by.length > 1).map(([path]) => path);
  const core = new Set([...reachedFrom(graph, govern), ...shared]);

  const handed = new Map<string, Handed>();
  for (const part of parts) {
    const before = new Set([...thereBefore(part)].filter((path) => !core.has(path)));
    for (const path of reachOf(part)) {
      if (core.has(path) || before.has(path)) continue;
      const from = (graph.imports.get(path) ?? []).filter((next) => before.has(next));
      if (from.length === 0) continue;
      const entry = entries.find((each) => reachOf(each).has(path));
      if (entry) throw new Error(`${entry} imports ${path}, which is loaded as a part of another part`);
      handed.set(path, { part, modules: new Set(from) });
    }
  }
  const homes = new Map<string, string>();
  for (const path of graph.imports.keys()) {
    if (core.has(path)) continue;
    const outside = entries.filter((entry) => reachOf(entry).has(path));
    homes.set(path, [...new Set([...(needing.get(path) ?? []), ...outside])].join());
  }
  return { core, handed, homes };
}

/** What a function may come to load: not what tests alone do. */
function loadableFrom(graph: ModuleGraph, index: string): string[] {
  const parts = new Set<string>();
  const waiting = [index];
  for (let root = waiting.pop(); root !== undefined; root = waiting.pop()) {
    const reached = reachedFrom(graph, root);
    for (const [part, importers] of graph.lazy) {
      if (parts.has(part) || ![...importers].some((path) => reached.has(path))) continue;
      parts.add(part);
      waiting.push(part);
    }
  }
  return [...parts];
}

function inAll([first = new Set(), ...others]: readonly ReadonlySet<string>[]): ReadonlySet<string> {
  return new Set([...first].filter((path) => others.every((other) => other.has(path))));
}

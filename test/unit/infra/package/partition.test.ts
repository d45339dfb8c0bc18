// Which file of the package a module belongs in, over graphs of a few modules.
import { describe, expect, it } from 'vitest';
import { withCopies } from '../../../../infra/package/graph.ts';
import { partition, type Partition } from '../../../../infra/package/partition.ts';

interface Graph {
  /** `'a: b c'` is a, which imports b and c. */
  readonly imports: readonly string[];
  /** `'a: p'` is a, which loads p later. */
  readonly loads: readonly string[];
}

function edgesOf(lines: readonly string[]): Map<string, string[]> {
  return new Map(
    lines.map((line): [string, string[]] => {
      const [from = '', to = ''] = line.split(':');
      return [from, to.trim().split(/ +/)];
    }),
  );
}

/** `index` imports `govern`, and whatever else the graph says of the two. */
function partitionOf({ imports, loads }: Graph, entries: readonly string[] = ['index']): Partition {
  const edges = edgesOf(['index: govern', ...imports]);
  const lazy = new Map<string, Set<string>>();
  for (const [from, to] of edgesOf(loads))
    for (const path of to) lazy.set(path, (lazy.get(path) ?? new Set()).add(from));
  const all = new Set([...edges.keys(), ...[...edges.values()].flat(), ...lazy.keys()]);
  const graph = { imports: new Map([...all].map((path) => [path, edges.get(path) ?? []])), lazy };
  return partition(graph, { govern: 'govern', index: 'index', entries });
}

const handedOf = ({ handed }: Partition) =>
  [...handed].map(([path, { part, modules }]) => `${path} in ${part}: ${[...modules].toSorted().join(' ')}`);

describe('the core', () => {
  it.each<[string, Graph, string[]]>([
    ['is what govern() imports', { imports: ['govern: a', 'a: b'], loads: [] }, ['a', 'b', 'govern']],
    ['has nothing that one part alone needs', { imports: ['p: a'], loads: ['govern: p'] }, ['govern']],
    ['has what two parts need', { imports: ['p: a', 'q: a'], loads: ['govern: p q'] }, ['a', 'govern']],
    [
      'has what a part needs and the index imports',
      { imports: ['index: govern a', 'p: a'], loads: ['govern: p'] },
      ['a', 'govern'],
    ],
    [
      'has nothing that a part and its own part need',
      { imports: ['p: a', 'q: a'], loads: ['govern: p', 'p: q'] },
      ['govern'],
    ],
    [
      'nor that their parts need in turn',
      { imports: ['p: a', 'q: b', 'r: a'], loads: ['govern: p', 'p: q', 'q: r'] },
      ['govern'],
    ],
    [
      'has what parts of one part need and it does not',
      { imports: ['q: a', 'r: a'], loads: ['govern: p', 'p: q r'] },
      ['a', 'govern'],
    ],
    [
      'has what a part shares with one of two that load it',
      { imports: ['p: a', 'r: a'], loads: ['govern: p q', 'p: r', 'q: r'] },
      ['a', 'govern'],
    ],
    [
      'has what parts share that load each other',
      { imports: ['p: a', 'q: a'], loads: ['govern: p q', 'p: q', 'q: p'] },
      ['a', 'govern'],
    ],
    [
      'has nothing for the sake of what tests alone load',
      { imports: ['p: a', 'q: a'], loads: ['govern: p', 'testing: q'] },
      ['govern'],
    ],
  ])('%s', (_what, graph, core) => {
    expect([...partitionOf(graph).core].toSorted()).toEqual(core);
  });
});

describe('what is handed', () => {
  it('is what a part of a part imports of it, to each of its modules', () => {
    const graph = { imports: ['p: a b', 'q: c a', 'c: b'], loads: ['govern: p', 'p: q'] };
    expect(handedOf(partitionOf(graph))).toEqual(['q in q: a', 'c in q: b']);
  });

  it('is not the core, which whoever needs it imports', () => {
    const graph = { imports: ['govern: a', 'p: a b', 'q: a b'], loads: ['govern: p', 'p: q'] };
    expect(handedOf(partitionOf(graph))).toEqual(['q in q: b']);
  });

  it('is there too when it ran for the part of a part before', () => {
    const graph = { imports: ['p: a', 'r: a'], loads: ['govern: p', 'p: q', 'q: r'] };
    expect(handedOf(partitionOf(graph))).toEqual(['r in r: a']);
  });

  it('cannot be had by an entry that imports the part of a part as well', () => {
    const graph = { imports: ['p: a', 'q: a', 'testing: q'], loads: ['govern: p', 'p: q'] };
    expect(() => partitionOf(graph, ['index', 'testing'])).toThrow(
      'testing imports q, which is loaded as a part of another part',
    );
  });
});

describe('a home', () => {
  it('is one for all that come to be in one file, with what is handed to its own parts', () => {
    const graph = { imports: ['p: a', 'q: a c'], loads: ['govern: p', 'p: q'] };
    expect([...partitionOf(graph).homes]).toEqual([
      ['index', 'index'],
      ['p', 'p'],
      ['q', 'q'],
      ['a', 'p'],
      ['c', 'q'],
    ]);
  });

  it('is another for what an entry has as well', () => {
    const { homes } = partitionOf({ imports: ['p: a', 'testing: a'], loads: ['govern: p'] }, ['index', 'testing']);
    expect(homes.get('p')).toBe('p');
    expect(homes.get('a')).toBe('p,testing');
  });
});

describe('a copy', () => {
  it('is as if its importers imported what it does, once, through copies of copies', () => {
    const imports = new Map([
      ['p', ['a', 'c']],
      ['q', ['a']],
      ['a', ['b', 'c']],
      ['b', ['d']],
      ['c', []],
      ['d', []],
    ]);
    const graph = withCopies({ imports, lazy: new Map() }, new Set(['a', 'b']));
    expect([...graph.imports]).toEqual([
      ['p', ['d', 'c']],
      ['q', ['d', 'c']],
      ['c', []],
      ['d', []],
    ]);
  });
});

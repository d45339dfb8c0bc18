// How nodes and edges fare in the five minutes that are shown: what their boxes, lines and panels say. Pure.
import { faresOf } from '../../parts/fares.ts';
import type { MapEdge, MapNode } from './answers.ts';

/** Kinds of state. */
export type Fares = 'ok' | 'warn' | 'bad' | 'unknown';

export interface Figures {
  readonly fares: Fares;
  readonly count: number;
  /** Null when none of the time is summed up. */
  readonly ratePerSecond: number | null;
  readonly errorShare: number;
  readonly refusedShare: number;
}

export const NO_TRAFFIC: Figures = { fares: 'unknown', count: 0, ratePerSecond: null, errorShare: 0, refusedShare: 0 };

export function edgeFigures(edge: MapEdge | undefined): Figures {
  return edge ? sumOf([edge]) : NO_TRAFFIC;
}

/** Of what comes in; of what nothing comes into, of what goes out. */
export function nodeFigures(id: string, edges: readonly MapEdge[]): Figures {
  const inbound = edges.filter(({ to }) => to === id);
  return sumOf(inbound.length > 0 ? inbound : edges.filter(({ from }) => from === id));
}

function sumOf(edges: readonly MapEdge[]): Figures {
  let count = 0;
  let failed = 0;
  let refused = 0;
  let rate: number | null = null;
  for (const edge of edges) {
    count += edge.count;
    failed += edge.count * (edge.errorShare ?? 0);
    refused += edge.count * (edge.refusedShare ?? 0);
    if (edge.ratePerSecond !== null) rate = (rate ?? 0) + edge.ratePerSecond;
  }
  if (count === 0) return NO_TRAFFIC;
  const errorShare = failed / count;
  const refusedShare = refused / count;
  return { fares: faresOf(errorShare, refusedShare), count, ratePerSecond: rate, errorShare, refusedShare };
}

const RANK: Record<Fares, number> = { bad: 3, warn: 2, ok: 1, unknown: 0 };

export const worse = (a: Fares, b: Fares): Fares => (RANK[a] >= RANK[b] ? a : b);
export const rankOf = (fares: Fares): number => RANK[fares];

export const failsAny = (edge: MapEdge | undefined): boolean =>
  edge !== undefined && ((edge.errorShare ?? 0) > 0 || (edge.refusedShare ?? 0) > 0);

/** `flyball-…tlement`: as much of both ends as fits, so that names that begin alike are told apart. */
export function shortened(text: string, fits: (text: string) => boolean): string {
  if (fits(text)) return text;
  let [low, high] = [1, text.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(cut(text, middle))) low = middle;
    else high = middle - 1;
  }
  return cut(text, low);
}

const cut = (text: string, keep: number) =>
  `${text.slice(0, Math.ceil(keep / 2))}…${text.slice(text.length - Math.floor(keep / 2))}`;

/** The longest beginning, up to a separator, that at least three names and a quarter of all have in common; '' if none does. */
export function stemOf(names: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of names) {
    for (const { index } of name.matchAll(/[-_./]/g)) {
      const stem = name.slice(0, index + 1);
      if (stem.length < name.length) counts.set(stem, (counts.get(stem) ?? 0) + 1);
    }
  }
  let longest = '';
  for (const [stem, count] of counts) {
    if (count >= Math.max(3, names.length / 4) && stem.length > longest.length) longest = stem;
  }
  return longest.length >= 6 ? longest : '';
}

/** What is searched for is looked for in the name, the kind and the functions. */
export function isFound(node: MapNode, words: string): boolean {
  const text = [node.name, node.kind, ...(node.functions ?? [])].join(' ').toLowerCase();
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

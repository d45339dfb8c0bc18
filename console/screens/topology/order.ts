// In which order the nodes of each column stand, and at what height: near what they are connected to. Pure.
import type { Arrow } from './layers.ts';

const SWEEPS = 12;

/** Columns of ids, each from top to bottom, so that arrows are short and cross little. */
export function ordered(layers: ReadonlyMap<string, number>, arrows: readonly Arrow[]): string[][] {
  const columns: string[][] = [];
  for (const id of [...layers.keys()].sort()) (columns[layers.get(id) ?? 0] ??= []).push(id);
  for (let i = 0; i < columns.length; i++) columns[i] ??= [];
  const near = neighbours(arrows);
  let best = columns.map((column) => [...column]);
  let least = lengthOf(best, arrows);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const heights = heightsOf(columns);
    const walk = sweep % 2 === 0 ? columns.keys() : [...columns.keys()].reverse();
    for (const i of walk) {
      const column = columns[i] ?? [];
      const wish = new Map(column.map((id) => [id, mean(near.get(id), heights) ?? heights.get(id) ?? 0]));
      column.sort((a, b) => (wish.get(a) ?? 0) - (wish.get(b) ?? 0) || (a < b ? -1 : 1));
      for (const [id, height] of heightsOf([column])) heights.set(id, height);
    }
    const length = lengthOf(columns, arrows);
    if (length >= least) continue;
    least = length;
    best = columns.map((column) => [...column]);
  }
  return best;
}

/** The middle of each node, px: as near to its neighbours as the order and the space between rows allow. */
export function levelled(
  columns: readonly (readonly string[])[],
  arrows: readonly Arrow[],
  rowPx: number,
): Map<string, number> {
  const near = neighbours(arrows);
  const tallest = Math.max(0, ...columns.map(({ length }) => length));
  const at = new Map<string, number>();
  for (const column of columns) {
    const top = ((tallest - column.length) / 2) * rowPx;
    column.forEach((id, i) => at.set(id, top + i * rowPx));
  }
  for (let pass = 0; pass < 6; pass++) {
    for (const column of columns) {
      const wishes = column.map((id, i) => (mean(near.get(id), at) ?? at.get(id) ?? 0) - i * rowPx);
      const lowest = (tallest - column.length) * rowPx;
      rising(wishes).forEach((wish, i) => {
        const id = column[i];
        if (id !== undefined) at.set(id, Math.min(Math.max(wish, 0), lowest) + i * rowPx);
      });
    }
  }
  return at;
}

/** The rising sequence that is nearest to these wishes (least squares): pool adjacent violators. */
export function rising(wishes: readonly number[]): number[] {
  const pools: { sum: number; count: number }[] = [];
  for (const wish of wishes) {
    let pool = { sum: wish, count: 1 };
    for (let last = pools.at(-1); last && last.sum / last.count > pool.sum / pool.count; last = pools.at(-1)) {
      pool = { sum: pool.sum + last.sum, count: pool.count + last.count };
      pools.pop();
    }
    pools.push(pool);
  }
  return pools.flatMap(({ sum, count }) => Array.from({ length: count }, () => sum / count));
}

function neighbours(arrows: readonly Arrow[]): ReadonlyMap<string, readonly string[]> {
  const near = new Map<string, string[]>();
  const add = (id: string, other: string) => {
    const list = near.get(id);
    if (list) list.push(other);
    else near.set(id, [other]);
  };
  for (const { from, to } of arrows) {
    if (from === to) continue;
    add(from, to);
    add(to, from);
  }
  return near;
}

/** Columns are centred on each other. */
function heightsOf(columns: readonly (readonly string[])[]): Map<string, number> {
  const heights = new Map<string, number>();
  for (const column of columns) column.forEach((id, i) => heights.set(id, i - (column.length - 1) / 2));
  return heights;
}

function mean(ids: readonly string[] | undefined, of: ReadonlyMap<string, number>): number | undefined {
  if (!ids || ids.length === 0) return undefined;
  return ids.reduce((sum, id) => sum + (of.get(id) ?? 0), 0) / ids.length;
}

function lengthOf(columns: readonly (readonly string[])[], arrows: readonly Arrow[]): number {
  const heights = heightsOf(columns);
  return arrows.reduce((sum, { from, to }) => sum + Math.abs((heights.get(from) ?? 0) - (heights.get(to) ?? 0)), 0);
}

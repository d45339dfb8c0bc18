// Where everything on the map stands, in px at its natural size; the same graph is always drawn alike. Pure.
import { keyOf, NODE, ROW_PX, type Box, type Place } from './boxes.ts';
import { labelsOf, type Form, type Label } from './labels.ts';
import { layersOf, type Arrow } from './layers.ts';
import { levelled, ordered } from './order.ts';
import { routesOf, type Route } from './routes.ts';

/** What a wide screen has beside the navigation. */
const WIDTH_PX = 1_670;
const GAP_PX = { least: 104, most: 170 } as const;

export interface Layout {
  readonly places: ReadonlyMap<string, Place>;
  readonly boxes: ReadonlyMap<string, Box>;
  readonly routes: ReadonlyMap<string, Route>;
  readonly width: number;
  readonly height: number;
}

/** Nodes of `kept` stand where they stood, as long as they are half of all: new ones take what is free near them. */
export function layoutOf(
  ids: readonly string[],
  arrows: readonly Arrow[],
  kept: ReadonlyMap<string, Place> = new Map(),
): Layout {
  const known = ids.filter((id) => kept.has(id));
  const places = known.length > 0 && known.length * 2 >= ids.length ? grown(ids, arrows, kept) : anew(ids, arrows);
  const columns = Math.max(0, ...[...places.values()].map(({ column }) => column)) + 1;
  const room = columns > 1 ? (WIDTH_PX - columns * NODE.width) / (columns - 1) : GAP_PX.most;
  const pitch = NODE.width + Math.min(GAP_PX.most, Math.max(GAP_PX.least, room));
  const boxes = new Map<string, Box>();
  for (const [id, { column, y }] of places) boxes.set(id, { x: column * pitch, y: y - NODE.height / 2, ...NODE });
  return {
    places,
    boxes,
    routes: routesOf(arrows, places, boxes, pitch),
    width: (columns - 1) * pitch + NODE.width,
    height: Math.max(NODE.height, ...[...places.values()].map(({ y }) => y + NODE.height / 2)),
  };
}

/** The labels that fit; of what is wanted, the most important come first. */
export function labelled(
  layout: Layout,
  wanted: readonly { readonly key: string; readonly forms: readonly Form[] }[],
): ReadonlyMap<string, Label> {
  return labelsOf(
    wanted.flatMap(({ key, forms }) => {
      const route = layout.routes.get(key);
      return route ? [{ key, route, forms }] : [];
    }),
    [...layout.boxes.values()],
  );
}

function anew(ids: readonly string[], arrows: readonly Arrow[]): Map<string, Place> {
  const sorted = [...arrows].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const columns = ordered(layersOf(ids, sorted), sorted);
  const heights = levelled(columns, sorted, ROW_PX);
  const places = new Map<string, Place>();
  columns.forEach((column, i) => {
    for (const id of column) places.set(id, { column: i, y: Math.round(heights.get(id) ?? 0) + NODE.height / 2 });
  });
  return places;
}

function grown(ids: readonly string[], arrows: readonly Arrow[], kept: ReadonlyMap<string, Place>): Map<string, Place> {
  const places = new Map<string, Place>();
  for (const id of ids) {
    const place = kept.get(id);
    if (place) places.set(id, place);
  }
  const last = Math.max(0, ...[...places.values()].map(({ column }) => column));
  for (const id of [...ids].sort()) {
    if (places.has(id)) continue;
    const callers = arrows.flatMap(({ from, to }) => (to === id ? (places.get(from) ?? []) : []));
    const callees = arrows.flatMap(({ from, to }) => (from === id ? (places.get(to) ?? []) : []));
    const column =
      callers.length > 0
        ? Math.min(last, Math.max(...callers.map((place) => place.column)) + 1)
        : Math.max(0, Math.min(last + 1, ...callees.map((place) => place.column)) - 1);
    const near = [...callers, ...callees];
    const wish = near.length === 0 ? 0 : near.reduce((sum, { y }) => sum + y, 0) / near.length;
    places.set(id, { column, y: freeNear(wish, column, places) });
  }
  return places;
}

/** The height nearest to the wish at which nothing of the column is in the way. */
function freeNear(wish: number, column: number, places: ReadonlyMap<string, Place>): number {
  const taken = [...places.values()].filter((place) => place.column === column).map(({ y }) => y);
  const free = (y: number) => y >= NODE.height / 2 && taken.every((other) => Math.abs(other - y) >= ROW_PX);
  const tries = [wish, NODE.height / 2, ...taken.flatMap((y) => [y - ROW_PX, y + ROW_PX])].filter(free);
  return tries.reduce((best, y) => (Math.abs(y - wish) < Math.abs(best - wish) ? y : best), tries[0] ?? wish);
}

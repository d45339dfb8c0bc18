// The lines of the map: from box to box, between the boxes of the columns they pass. Pure.
import { keyOf, NODE, type Box, type Place } from './boxes.ts';
import type { Arrow } from './layers.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A cubic Bézier curve: where it begins, its two handles, where it ends. */
export type Curve = readonly [Point, Point, Point, Point];
export type Route = readonly Curve[];

const CLEAR_PX = 5;
const BULGE_PX = 42;

export function routesOf(
  arrows: readonly Arrow[],
  places: ReadonlyMap<string, Place>,
  boxes: ReadonlyMap<string, Box>,
  pitch: number,
): ReadonlyMap<string, Route> {
  const gaps = gapsOf(places);
  const routes = new Map<string, Route>();
  for (const arrow of arrows) {
    const [a, b] = [places.get(arrow.from), places.get(arrow.to)];
    const [start, end] = [boxes.get(arrow.from), boxes.get(arrow.to)];
    if (!a || !b || !start || !end) continue;
    const key = keyOf(arrow);
    if (arrow.from === arrow.to) routes.set(key, [loop(start, a)]);
    else if (a.column === b.column) routes.set(key, [bow(start.x + NODE.width, a.y, b.y)]);
    else routes.set(key, through(a, b, pitch, gaps));
  }
  return routes;
}

export function pathOf(route: Route): string {
  const at = ({ x, y }: Point) => `${x.toFixed(1)} ${y.toFixed(1)}`;
  return route
    .map(([start, a, b, end], i) => `${i === 0 ? `M${at(start)}` : ''}C${at(a)} ${at(b)} ${at(end)}`)
    .join('');
}

/** Where a route is after a share of each of its curves alike. */
export function pointAt(route: Route, share: number): Point {
  const scaled = Math.min(Math.max(share, 0), 1) * route.length;
  const i = Math.min(Math.floor(scaled), route.length - 1);
  const curve = route[i];
  if (!curve) return { x: 0, y: 0 };
  const t = scaled - i;
  const weights = [(1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t ** 2, t ** 3];
  let x = 0;
  let y = 0;
  curve.forEach((point, n) => {
    x += point.x * (weights[n] ?? 0);
    y += point.y * (weights[n] ?? 0);
  });
  return { x, y };
}

function through(a: Place, b: Place, pitch: number, gaps: ReadonlyMap<number, readonly Gap[]>): Route {
  const step = b.column > a.column ? 1 : -1;
  const leaving = (column: number) => column * pitch + (step > 0 ? NODE.width : 0);
  const entering = (column: number) => column * pitch + (step > 0 ? 0 : NODE.width);
  const route: Curve[] = [];
  let at: Point = { x: leaving(a.column), y: a.y };
  for (let column = a.column + step; column !== b.column; column += step) {
    const share = (column - a.column) / (b.column - a.column);
    const y = passage(a.y + (b.y - a.y) * share, gaps.get(column) ?? []);
    route.push(level(at, { x: entering(column), y }));
    at = { x: leaving(column), y };
    route.push(level({ x: entering(column), y }, at));
  }
  route.push(level(at, { x: entering(b.column), y: b.y }));
  return route;
}

/** A curve that leaves and arrives level. */
function level(from: Point, to: Point): Curve {
  const middle = (from.x + to.x) / 2;
  return [from, { x: middle, y: from.y }, { x: middle, y: to.y }, to];
}

/** Between two of one column, at their right. */
function bow(x: number, from: number, to: number): Curve {
  return [
    { x, y: from },
    { x: x + BULGE_PX, y: from },
    { x: x + BULGE_PX, y: to },
    { x, y: to },
  ];
}

function loop({ x, width }: Box, { y }: Place): Curve {
  const right = x + width;
  return [
    { x: right, y: y - 12 },
    { x: right + BULGE_PX, y: y - 26 },
    { x: right + BULGE_PX, y: y + 26 },
    { x: right, y: y + 12 },
  ];
}

/** From where to where a line may pass a column. */
interface Gap {
  readonly from: number;
  readonly to: number;
}

function gapsOf(places: ReadonlyMap<string, Place>): ReadonlyMap<number, readonly Gap[]> {
  const middles = new Map<number, number[]>();
  for (const { column, y } of places.values()) middles.set(column, [...(middles.get(column) ?? []), y]);
  const half = NODE.height / 2 + CLEAR_PX;
  const gaps = new Map<number, Gap[]>();
  for (const [column, unsorted] of middles) {
    const sorted = unsorted.sort((a, b) => a - b);
    const found = [{ from: -Infinity, to: (sorted[0] ?? 0) - half }];
    sorted.forEach((y, i) => found.push({ from: y + half, to: (sorted[i + 1] ?? Infinity) - half }));
    gaps.set(column, found);
  }
  return gaps;
}

function passage(wish: number, gaps: readonly Gap[]): number {
  let best = wish;
  let nearest = Infinity;
  for (const { from, to } of gaps) {
    if (to < from) continue;
    const y = Math.min(Math.max(wish, from), to);
    if (Math.abs(y - wish) >= nearest) continue;
    nearest = Math.abs(y - wish);
    best = y;
  }
  return best;
}

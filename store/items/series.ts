// Series: what the merge makes of the minutes of a service's instances; each item is a pure function of what it sums up, put
// whole, so that putting it again changes nothing.
import { keys } from '../keys.ts';
import type { CallOptions, Expression, Item, Key, Table } from '../port.ts';
import { fieldsOf, ITEM_VERSION } from './fields.ts';
import { pack, unpack } from './telemetry-detail.ts';
import { minuteOf } from './telemetry.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * How long each kind is kept, in ms: minutes for as long as an instance's own may still arrive and what they are summed up
 * to must be made again.
 */
export const SERIES_KEPT_MS = {
  minute: 26 * HOUR_MS,
  hour: 8 * DAY_MS,
  day: 92 * DAY_MS,
  samples: DAY_MS,
  sides: 26 * HOUR_MS,
  /** Only that of the present hour is read. */
  hourOverview: 3 * HOUR_MS,
} as const;

/** What is stored is JSON, deflated; what it means is the telemetry function's. */
export interface SeriesItem {
  /** Beginning of the minute, hour or day it is of, epoch ms. */
  readonly from: number;
  readonly data: unknown;
}

/** The kinds of series, each with its own items. */
export type SeriesOf =
  | { readonly kind: 'minute'; readonly service: string }
  | { readonly kind: 'hour' | 'day'; readonly service: string; readonly subject: string }
  | { readonly kind: 'overview'; readonly service: string }
  /** One a day: that of a later hour takes the place of the one before. */
  | { readonly kind: 'hourOverview'; readonly service: string }
  | { readonly kind: 'samples' | 'sides'; readonly service: string };

/** A later turn of the merge has written this item: whoever began earlier knows less. */
export class Superseded extends Error {
  override readonly name = 'Superseded';
  readonly code = 'SUPERSEDED';
}

/**
 * Puts an item in place of the one there. Returns its size in bytes, packed. With a `fence`, the merge's turn, what a later
 * turn has written stays.
 * @throws {Superseded}
 */
export async function putSeries(
  table: Table,
  of: SeriesOf,
  { from, data }: SeriesItem,
  { fence, ...options }: CallOptions & { readonly fence?: number } = {},
): Promise<number> {
  const packed = pack(data as object);
  const item = { ...keyOf(of, from), v: ITEM_VERSION, from, data: packed, expiration: expirationOf(of, from), fence };
  const { applied } = await table.put({ item, ...options, ...fenced(fence) });
  if (!applied) throw new Superseded(`A later turn of the merge has written ${item.pk} ${item.sk}`);
  return packed.length;
}

/** The condition of a put in a turn of the merge. */
export function fenced(fence: number | undefined): Expression {
  if (fence === undefined) return {};
  const condition = 'attribute_not_exists(#fence) OR #fence <= :fence';
  return { condition, names: { '#fence': 'fence' }, values: { ':fence': fence } };
}

type ReadOptions = CallOptions & { readonly consistent?: boolean };

/** An item as it lies in the table: `unpack` reads its data. */
export interface PackedSeriesItem {
  /** NaN when it cannot be read. */
  readonly from: number;
  /** Undefined when a newer flyball wrote it, and this one cannot read it. */
  readonly packed: Uint8Array | undefined;
}

/** Those that begin in [fromMs, toMs), in order of time, page by page until there are no more. What cannot be read is left out. */
export async function* readSeries(
  table: Table,
  of: SeriesOf,
  fromMs: number,
  toMs: number,
  options: ReadOptions = {},
): AsyncGenerator<SeriesItem> {
  for await (const { from, packed } of readPackedSeries(table, of, fromMs, toMs, options)) {
    const data = packed && readable(packed);
    if (data !== undefined) yield { from, data };
  }
}

/** What cannot be read must not hinder what is made of all the others. */
function readable(packed: Uint8Array): unknown {
  try {
    return unpack(packed);
  } catch {
    return undefined;
  }
}

/** The same as they lie in the table, for whoever has unpacked them before. */
export async function* readPackedSeries(
  table: Table,
  of: SeriesOf,
  fromMs: number,
  toMs: number,
  options: ReadOptions = {},
): AsyncGenerator<PackedSeriesItem> {
  if (fromMs >= toMs) return;
  const { pk, sk: first } = keyOf(of, fromMs);
  const { sk: last } = keyOf(of, toMs - 1);
  for await (const item of itemsOf(table, pk, [first, last], options)) {
    // An hour's overview lies beside its day's.
    if (of.kind === 'overview' && isHourOverview(item)) continue;
    const read = packedItem(item);
    if (read.packed === undefined || (read.from >= fromMs && read.from < toMs)) yield read;
  }
}

/** The overviews of a day: of its hours that are over, and of what is over of its present hour, as they lie in the table. */
export async function readOverviews(
  table: Table,
  service: string,
  dayMs: number,
): Promise<{ readonly day?: PackedSeriesItem; readonly hour?: PackedSeriesItem }> {
  const { pk, sk: first } = keyOf({ kind: 'overview', service }, dayMs);
  const { sk: last } = keyOf({ kind: 'hourOverview', service }, dayMs);
  let found: { readonly day?: PackedSeriesItem; readonly hour?: PackedSeriesItem } = {};
  for await (const item of itemsOf(table, pk, [first, last], {})) {
    found = { ...found, [isHourOverview(item) ? 'hour' : 'day']: packedItem(item) };
  }
  return found;
}

const isHourOverview = ({ sk }: Item): boolean => typeof sk === 'string' && sk.endsWith('#hour');

async function* itemsOf(
  table: Table,
  pk: string,
  between: readonly [string, string],
  options: ReadOptions,
): AsyncGenerator<Item> {
  let cursor: string | undefined;
  do {
    const page = await table.query({
      pk,
      sk: { between },
      ...options,
      ...(cursor === undefined ? {} : { cursor }),
    });
    yield* page.items;
    cursor = page.cursor;
  } while (cursor !== undefined);
}

function packedItem(item: Item): PackedSeriesItem {
  if (item['v'] !== ITEM_VERSION) return { from: NaN, packed: undefined };
  const { number, bytes } = fieldsOf(item);
  return { from: number('from'), packed: bytes('data') };
}

function keyOf(of: SeriesOf, ms: number): Key {
  switch (of.kind) {
    case 'minute':
      return keys.seriesMinute(of.service, minuteOf(ms));
    case 'hour':
      return keys.seriesHour(of.service, of.subject, hourOf(ms));
    case 'day':
      return keys.seriesDay(of.service, of.subject, dayOf(ms));
    case 'overview':
      return keys.seriesOverview(of.service, dayOf(ms));
    case 'hourOverview':
      return keys.seriesHourOverview(of.service, dayOf(ms));
    case 'samples':
      return keys.samples(of.service, minuteOf(ms));
    case 'sides':
      return keys.graySides(of.service, minuteOf(ms));
  }
}

function expirationOf({ kind }: SeriesOf, from: number): number {
  return Math.ceil((from + SERIES_KEPT_MS[kind === 'overview' ? 'day' : kind]) / 1000);
}

/** The hour an instant lies in, as keys have it: `2027-01-01T00`. */
export function hourOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 13);
}

/** The day an instant lies in, UTC: `2027-01-01`. */
export function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

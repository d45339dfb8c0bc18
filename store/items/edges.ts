// Edges: what a service called and was called by in a stretch of time; those of all services lie in one partition a stretch.
import { keys } from '../keys.ts';
import type { CallOptions, Item, Table } from '../port.ts';
import { fieldsOf, ITEM_VERSION } from './fields.ts';
import { dayOf, fenced, hourOf, SERIES_KEPT_MS, Superseded } from './series.ts';
import { pack, unpack } from './telemetry-detail.ts';
import { minuteOf } from './telemetry.ts';

/** Five minutes, filed under their hour, or an hour, filed under its day. */
export type EdgeSpan = 'hour' | 'day';

export interface EdgesItem {
  readonly service: string;
  /** Beginning of the stretch, epoch ms. */
  readonly from: number;
  readonly data: unknown;
}

const PARTITION_MS = { hour: 3_600_000, day: 24 * 3_600_000 } as const;

/** Puts a service's edges in place of those there. With a `fence`, what a later turn of the merge has written stays. @throws {Superseded} */
export async function putEdges(
  table: Table,
  span: EdgeSpan,
  { service, from, data }: EdgesItem,
  { fence, ...options }: CallOptions & { readonly fence?: number } = {},
): Promise<void> {
  const item = {
    ...keys.edges(partitionOf(span, from), minuteOf(from), service),
    ...{ v: ITEM_VERSION, service, from, data: pack(data as object), fence },
    expiration: Math.ceil((from + SERIES_KEPT_MS[span]) / 1000),
  };
  const { applied } = await table.put({ item, ...options, ...fenced(fence) });
  if (!applied) throw new Superseded(`A later turn of the merge has written ${item.pk} ${item.sk}`);
}

/** Edges as they were read, with what their data takes in the table, in bytes. */
export interface ReadEdges extends EdgesItem {
  /** Undefined when they cannot be read: those of the other services stand. */
  readonly data: unknown;
  readonly bytes: number;
}

/** Edges of all services from stretches that begin in [fromMs, toMs), of one hour or day. */
export async function* readEdges(
  table: Table,
  span: EdgeSpan,
  fromMs: number,
  toMs: number,
  options: CallOptions = {},
): AsyncGenerator<ReadEdges> {
  const { pk } = keys.edges(partitionOf(span, fromMs), '', '');
  const between = [minuteOf(fromMs), `${minuteOf(toMs - 1)}$`] as const;
  let cursor: string | undefined;
  do {
    const page = await table.query({ pk, sk: { between }, ...options, ...(cursor === undefined ? {} : { cursor }) });
    for (const item of page.items) yield readable(item);
    cursor = page.cursor;
  } while (cursor !== undefined);
}

/** One service's edges that cannot be read must not hide those of all the others. */
function readable(item: Item): ReadEdges {
  try {
    const { text, number, bytes } = fieldsOf(item);
    const packed = bytes('data');
    return { service: text('service'), from: number('from'), data: unpack(packed), bytes: packed.length };
  } catch {
    return { service: '', from: NaN, data: undefined, bytes: 0 };
  }
}

/** The hours or days that [fromMs, toMs) lies in, each with the part of it that does. */
export function edgePartitions(span: EdgeSpan, fromMs: number, toMs: number): [from: number, to: number][] {
  const ms = PARTITION_MS[span];
  const partitions: [number, number][] = [];
  for (let begin = Math.floor(fromMs / ms) * ms; begin < toMs; begin += ms) {
    partitions.push([Math.max(begin, fromMs), Math.min(begin + ms, toMs)]);
  }
  return partitions;
}

function partitionOf(span: EdgeSpan, ms: number): string {
  return span === 'hour' ? hourOf(ms) : dayOf(ms);
}

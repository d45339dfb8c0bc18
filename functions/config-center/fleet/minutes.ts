// How many instances reported in a minute, by revision, library and function: from what the merge made of their reports, which
// is one item a minute however large the fleet is.
import { readPackedSeries } from '../../../store/items/series.ts';
import { unpack } from '../../../store/items/telemetry-detail.ts';
import type { Counts } from '../../../store/items/telemetry.ts';
import type { Table } from '../../../store/port.ts';

export const MINUTE_MS = 60_000;
/** Of many resources a minute may have 400 KB: so much of them is read at most. */
const MOST_BYTES = 4 * 1024 * 1024;

export interface FleetMinute {
  /** Beginning, epoch ms. What is counted under it was reported one to two minutes later, as things are at that time. */
  readonly from: number;
  readonly instances: number;
  readonly revisions: Counts;
  readonly rejected: Counts;
  readonly versions: Counts;
  readonly functions: Counts;
}

/** Those that begin in [fromMs, toMs) and have any, in order of time, as far as they can be read at once. */
export async function* readFleetMinutes(
  table: Table,
  service: string,
  fromMs: number,
  toMs: number,
): AsyncGenerator<FleetMinute> {
  let bytes = 0;
  for await (const { from, packed } of readPackedSeries(table, { kind: 'minute', service }, fromMs, toMs)) {
    if (!packed) continue;
    bytes += packed.length;
    if (bytes > MOST_BYTES) return;
    const minute = minuteOf(from, packed);
    if (minute) yield minute;
  }
}

/** Undefined for what cannot be read, or is of a service that none of them said anything of. */
function minuteOf(from: number, packed: Uint8Array): FleetMinute | undefined {
  let data: unknown;
  try {
    data = unpack(packed);
  } catch {
    return undefined;
  }
  const of = fieldOf(fieldOf(data, 'subjects'), 'service');
  const instances = fieldOf(of, 'instances');
  if (typeof instances !== 'number' || instances <= 0) return undefined;
  const counts = (name: string) => countsOf(fieldOf(of, name));
  return {
    ...{ from, instances, revisions: counts('revisions'), rejected: counts('rejected') },
    ...{ versions: counts('versions'), functions: counts('functions') },
  };
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as { readonly [name: string]: unknown })[name]
    : undefined;
}

function countsOf(value: unknown): Counts {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, number] => typeof entry[1] === 'number' && entry[1] > 0),
  );
}

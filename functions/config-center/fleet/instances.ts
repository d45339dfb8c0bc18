// The live instances of a service, one by one, by what they reported last: read side by side from the last minutes' partitions,
// all of which are in the order of the instances' names.
import { unpackDetail } from '../../../store/items/telemetry-detail.ts';
import { minuteOf, readMinutesAfter, type TelemetryMinute } from '../../../store/items/telemetry.ts';
import type { Table } from '../../../store/port.ts';
import { MINUTE_MS } from './minutes.ts';

/** An instance that has reported within this time is live, ms: one that is called reports every minute. */
export const LIVE_MS = 4 * MINUTE_MS;
/** A report is kept under the minute it began in, and was made a minute later or more. */
const PARTITIONS = LIVE_MS / MINUTE_MS + 2;

export interface LiveInstance {
  readonly instance: string;
  readonly functionName: string;
  readonly functionVersion: string;
  /** Of flyball. */
  readonly version: string;
  readonly revision: number;
  readonly rejected: number | undefined;
  /** Revisions that its invocations went on under, while they are told apart. */
  readonly sides: readonly number[];
  /** When it reported, epoch ms. */
  readonly at: number;
}

export interface InstancesPage {
  readonly instances: readonly LiveInstance[];
  /** The name of the last one looked at; undefined when there are no more. */
  readonly next: string | undefined;
}

/** The next so many in the order of their names. Each asks the table six times, for so many items each. */
export async function readInstances(
  table: Table,
  service: string,
  nowMs: number,
  { limit, after = '' }: { readonly limit: number; readonly after?: string | undefined },
): Promise<InstancesPage> {
  const minutes = Array.from({ length: PARTITIONS }, (_, ago) => minuteOf(nowMs - ago * MINUTE_MS));
  const pages = await Promise.all(minutes.map((minute) => readMinutesAfter(table, service, minute, after, limit)));
  // Beyond the end of a page that has another nothing is known for certain.
  const ends = pages.flatMap(({ last, more }) => (more && last !== undefined ? [last] : []));
  const horizon = ends.reduce<string | undefined>(
    (least, end) => (least === undefined || end < least ? end : least),
    undefined,
  );
  const newest = new Map<string, TelemetryMinute>();
  for (const minute of pages.flatMap(({ minutes: found }) => found)) {
    const known = newest.get(minute.instance);
    if (!known || minute.to > known.to) newest.set(minute.instance, minute);
  }
  const known = [...newest.values()]
    .filter(({ instance }) => horizon === undefined || instance <= horizon)
    .sort((a, b) => (a.instance < b.instance ? -1 : 1));
  const shown = known.slice(0, limit);
  const last = shown.length < known.length ? shown.at(-1)?.instance : horizon;
  return { instances: shown.filter(({ to }) => to >= nowMs - LIVE_MS).map(liveOf), next: last };
}

function liveOf({ detail, to, ...minute }: TelemetryMinute): LiveInstance {
  const { instance, functionName, functionVersion, version, revision, rejected } = minute;
  const sides = Object.keys(unpackDetail(detail).sides ?? {}).map(Number);
  return { instance, functionName, functionVersion, version, revision, rejected, sides, at: to };
}

/** All of them, unless there are more than a request may look at. */
export async function readAllInstances(
  table: Table,
  service: string,
  nowMs: number,
): Promise<readonly LiveInstance[] | undefined> {
  const all: LiveInstance[] = [];
  let after: string | undefined;
  for (let pages = 0; pages < MOST_PAGES; pages++) {
    const { instances, next } = await readInstances(table, service, nowMs, { limit: PAGE, after });
    all.push(...instances);
    if (next === undefined) return all;
    after = next;
  }
  return undefined;
}

/** Instances read at once, and how often that is done for one answer: five hundred instances. */
const PAGE = 100;
const MOST_PAGES = 5;

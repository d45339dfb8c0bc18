// Telemetry: one item for each active instance and minute, put whole, so that putting it again changes nothing.
import { instanceKeys } from '../instance-keys.ts';
import type { CallOptions, Item, Table } from '../port.ts';
import { fieldsOf, ITEM_VERSION, UnreadableItem } from './fields.ts';

/** How long a minute is kept, in ms. */
export const MINUTE_KEPT_MS = 24 * 3_600_000;

/** How many, by name. */
export type Counts = { [name: string]: number };

/** What was counted of one resource or dependency. */
export type Tally = {
  /** By outcome; `refused` apart from failures. */
  readonly outcomes: Counts;
  /** First invocations of an instance. */
  readonly cold?: number | undefined;
  /** Those that took longer than the rules call slow. */
  readonly slow?: number | undefined;
  /** An encoded histogram of durations in ms, refusals left out. */
  readonly durations?: Uint8Array | undefined;
  readonly maxMs?: number | undefined;
};

export type Tallies = { [name: string]: Tally };

/** What one instance counted from `from` on, for a minute (a few, when the store was away). */
export interface TelemetryMinute {
  readonly service: string;
  readonly instance: string;
  /** Epoch ms; its minute is part of the key. */
  readonly from: number;
  readonly to: number;
  /** The revision of the rules in force at the end; 0 without rules from the store. */
  readonly revision: number;
  /** A newer one that this instance could not follow, as it has said: it keeps the last good one. */
  readonly rejected?: number | undefined;
  readonly version: string;
  readonly functionName: string;
  readonly functionVersion: string;
  readonly cell: string;
  /** Invocations by resource. */
  readonly resources: Tallies;
  /** Outbound calls by dependency, each with all its attempts. */
  readonly calls: Tallies;
  readonly attempts: Tallies;
  /** Refused requests or records, by `policy/rule/resource`. */
  readonly refusals: Counts;
  /** The same for rules in shadow mode, which refused nothing. */
  readonly shadow: Counts;
  /** Of breakers, by `name/FROM/TO`. */
  readonly transitions: Counts;
  /** What happened inside flyball. */
  readonly internal: Counts;
  /**
   * Minutes that this instance put long after they were over, as keys have them: whoever has read their partitions has to
   * read them again.
   */
  readonly late?: readonly string[] | undefined;
  /** The rest, packed: `telemetry-detail.ts` reads it. Libraries before 0.3.0 write none. */
  readonly detail?: Uint8Array | undefined;
}

/** The item as it is put; its size in bytes decides what is left out. */
export function minuteItem(minute: TelemetryMinute) {
  const { service, instance, from } = minute;
  return {
    ...instanceKeys.telemetryMinute(service, minuteOf(from), instance),
    v: ITEM_VERSION,
    ...minute,
    late: minute.late && [...minute.late],
    expiration: Math.ceil((from + MINUTE_KEPT_MS) / 1000),
  };
}

/** Puts a minute, in place of what this instance put for it before. */
export async function putMinute(table: Table, minute: TelemetryMinute, options: CallOptions = {}): Promise<void> {
  await table.put({ item: minuteItem(minute), ...options });
}

export interface MinutesPage {
  readonly minutes: TelemetryMinute[];
  /** How many more there are that this flyball cannot read: a newer one wrote them, or somebody else. */
  readonly unreadable: number;
  readonly cursor?: string;
}

/** A page of what the instances of a service put for one minute. `minute` is `yyyy-mm-ddThh:mm` in UTC. */
export async function readMinutes(
  table: Table,
  service: string,
  minute: string,
  cursor?: string,
  options: CallOptions & { readonly limit?: number; readonly consistent?: boolean } = {},
): Promise<MinutesPage> {
  const { pk } = instanceKeys.telemetryMinute(service, minute, '');
  const page = await table.query({ pk, ...options, ...(cursor === undefined ? {} : { cursor }) });
  const minutes = page.items.flatMap(readable);
  return {
    minutes,
    unreadable: page.items.length - minutes.length,
    ...(page.cursor === undefined ? {} : { cursor: page.cursor }),
  };
}

export interface MinutesAfter {
  readonly minutes: readonly TelemetryMinute[];
  /** The name of the last instance that was looked at. */
  readonly last: string | undefined;
  readonly more: boolean;
}

/** What the instances after one, in the order of their names, put for a minute: so many at most. */
export async function readMinutesAfter(
  table: Table,
  service: string,
  minute: string,
  after: string,
  limit: number,
): Promise<MinutesAfter> {
  const { pk } = instanceKeys.telemetryMinute(service, minute, '');
  const sk = { between: [`${after}${LEAST}`, GREATEST] } as const;
  const { items, cursor } = await table.query({ pk, sk, limit });
  const last = items.at(-1)?.['sk'];
  return {
    minutes: items.flatMap(readable),
    last: typeof last === 'string' ? last : undefined,
    more: cursor !== undefined,
  };
}

/** Before and behind every character there is in an instance's name. */
const LEAST = '!';
const GREATEST = '~';

/** One item that somebody else wrote must not hide what all the others counted. */
function readable(item: Item): TelemetryMinute[] {
  try {
    return [minuteOfItem(item)];
  } catch (error) {
    if (error instanceof UnreadableItem) return [];
    throw error;
  }
}

/** The minute an instant lies in, as keys have it. */
export function minuteOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 16);
}

/** @throws {UnreadableItem} when someone else wrote it. */
function minuteOfItem(item: Item): TelemetryMinute {
  const { text, number, optionalNumber } = fieldsOf(item);
  const map = (name: string) => (item[name] ?? {}) as Item;
  return {
    service: text('service'),
    instance: text('instance'),
    from: number('from'),
    to: number('to'),
    revision: number('revision'),
    rejected: optionalNumber('rejected'),
    version: text('version'),
    functionName: text('functionName'),
    functionVersion: text('functionVersion'),
    cell: text('cell'),
    resources: map('resources') as Tallies,
    calls: map('calls') as Tallies,
    attempts: map('attempts') as Tallies,
    refusals: map('refusals') as Counts,
    shadow: map('shadow') as Counts,
    transitions: map('transitions') as Counts,
    internal: map('internal') as Counts,
    ...lateOf(item['late']),
    ...(item['detail'] instanceof Uint8Array ? { detail: item['detail'] } : {}),
  };
}

function lateOf(late: Item[string]): Pick<TelemetryMinute, 'late'> {
  return Array.isArray(late) ? { late: late.filter((minute) => typeof minute === 'string') } : {};
}

// What has been heard of a service: the functions that report as it, what they called, and what invoked them.
import type { Table } from '../../../store/port.ts';
import { Reader } from '../series/reader.ts';
import { completeUntil, type Settled } from '../series/settled.ts';
import { DAY_MS, HOUR_MS, HOURS, MINUTE_MS, MINUTES } from '../series/span.ts';
import type { SumData } from '../sums/data.ts';
import { partsOf, SERVICE } from '../sums/subject.ts';

/** What runs once a week is heard of, too. */
export const FUNCTIONS_SEEN_MS = 7 * DAY_MS;

export interface Seen {
  /** By their deployed names; in the last seven days. */
  readonly functions: ReadonlySet<string>;
  /** Since yesterday began; none when they were not asked for. */
  readonly dependencies: ReadonlySet<string>;
  /** As `inbound` names them: `queue:settlement`. */
  readonly sources: ReadonlySet<string>;
}

export interface SeenWanted {
  readonly settled: Settled;
  readonly nowMs: number;
  /** Of dependencies and sources, too. */
  readonly names: boolean;
  /** How many bytes may be read for it. */
  readonly most?: number | undefined;
}

/**
 * Hours that are over are read as hours, and what came since as minutes.
 * @throws {Problem} 400 when that is too much.
 */
export async function readSeen(
  table: Table,
  service: string,
  { settled, nowMs, names, most }: SeenWanted,
): Promise<Seen> {
  const reader = new Reader(table, service, most);
  const seen = new GrowingSeen();
  const hoursEnd = floored(Math.max(completeUntil(settled), nowMs - MINUTES.reachMs), HOUR_MS);
  const until = nowMs + MINUTE_MS;
  await Promise.all([
    reader.slots(HOURS, SERVICE, floored(nowMs - FUNCTIONS_SEEN_MS, HOUR_MS), until, (_at, sum) =>
      seen.addService(sum),
    ),
    names
      ? reader.overviews(floored(nowMs, DAY_MS) - DAY_MS, until, (_day, { subjects }) => seen.addNames(subjects))
      : undefined,
    reader.minutes(hoursEnd, until, (_at, { subjects }) => {
      if (subjects[SERVICE]) seen.addService(subjects[SERVICE]);
      if (names) seen.addNames(subjects);
    }),
  ]);
  return seen;
}

class GrowingSeen implements Seen {
  readonly functions = new Set<string>();
  readonly dependencies = new Set<string>();
  readonly sources = new Set<string>();

  addService({ functions }: SumData): void {
    for (const version of Object.keys(functions ?? {})) this.functions.add(nameOf(version));
  }

  addNames(subjects: { readonly [subject: string]: SumData }): void {
    for (const subject of Object.keys(subjects)) {
      const { kind, name } = partsOf(subject);
      if (kind === 'dependency') this.dependencies.add(name);
      if (kind === 'inbound') this.sources.add(name);
    }
  }
}

/** Of `name:version`. */
export function nameOf(functionVersion: string): string {
  const colon = functionVersion.lastIndexOf(':');
  return colon < 0 ? functionVersion : functionVersion.slice(0, colon);
}

const floored = (ms: number, unitMs: number) => Math.floor(ms / unitMs) * unitMs;

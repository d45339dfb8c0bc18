// A service's counters of a day: the hours that are over from the day's overview, the rest from minutes.
import { readPackedSeries } from '../../../store/items/series.ts';
import type { Table } from '../../../store/port.ts';
import { gaps } from '../series/gaps.ts';
import { HOUR_MS, HOURS, MINUTE_MS } from '../series/span.ts';
import { SERVICE } from '../sums/subject.ts';
import { Growing, hoursOf, subjectsOf, type Subjects } from './growing.ts';

export interface ServiceDay {
  readonly service: string;
  readonly subjects: Subjects;
  /** Active in its last minute. */
  readonly instances: number;
}

/**
 * Subjects of all services whose days are remembered, some KB each. Beyond, other services are read anew each time: all are
 * asked for in turn, so that whoever forgot one for another would have forgotten each before it is asked for again.
 */
const MOST_REMEMBERED = 20_000;
/** A service that was not asked for while so much was counted makes room for others, ms. */
const FORGOTTEN_MS = 10 * MINUTE_MS;

interface Remembered {
  readonly growing: Growing;
  /** Of the last time. */
  until: number;
  hours: { readonly packed: Uint8Array; readonly hours: readonly number[] } | undefined;
}

interface Part {
  readonly from: number;
  readonly packed: Uint8Array;
}

export class Days {
  readonly #table: Table;
  readonly #most: number;
  readonly #remembered = new Map<string, Remembered>();

  constructor(table: Table, most = MOST_REMEMBERED) {
    this.#table = table;
    this.#most = most;
  }

  /**
   * What the service counted from the beginning of the day (UTC) up to `until`, the end of a minute of it. The same from every
   * environment, and never less than before: hours are in an overview once they are over, and equal their minutes.
   */
  async read(service: string, dayMs: number, until: number): Promise<ServiceDay> {
    const remembered = this.#of(service, until);
    const [overview] = await this.#parts(service, 'overview', dayMs, dayMs + 1);
    const hours = overview ? hoursIn(remembered, overview.packed) : [];
    const over = new Set(hours.map((hour) => dayMs + hour * HOUR_MS));
    // An hour in which nothing happened is in no overview, and has no minutes that would have to be read.
    const rest = await Promise.all(
      gaps(HOURS, dayMs, until, over, until).map(([low, high]) =>
        this.#parts(service, 'minute', low, Math.min(high, until)),
      ),
    );
    const minutes = rest.flat();
    const parts = [...(overview ? [overview] : []), ...minutes].map(({ packed }) => packed);
    const last = minutes.at(-1);
    const instances = last?.from === until - MINUTE_MS ? subjectsOf(last.packed)[SERVICE]?.instances : undefined;
    return { service, subjects: remembered.growing.of(parts), instances: instances ?? 0 };
  }

  #of(service: string, until: number): Remembered {
    const known = this.#remembered.get(service);
    const remembered = known ?? { growing: new Growing(), until, hours: undefined };
    remembered.until = until;
    // Last in the map is who was asked for last.
    if (known) this.#remembered.delete(service);
    else this.#makeRoom(until);
    if (known || this.#subjects < this.#most) this.#remembered.set(service, remembered);
    return remembered;
  }

  #makeRoom(until: number): void {
    for (const [service, { until: before }] of this.#remembered) {
      if (before > until - FORGOTTEN_MS || this.#subjects < this.#most) return;
      this.#remembered.delete(service);
    }
  }

  get #subjects(): number {
    let subjects = 0;
    for (const { growing } of this.#remembered.values()) subjects += growing.size;
    return subjects;
  }

  async #parts(service: string, kind: 'overview' | 'minute', from: number, to: number): Promise<Part[]> {
    const parts: Part[] = [];
    for await (const { from: at, packed } of readPackedSeries(this.#table, { kind, service }, from, to)) {
      if (packed) parts.push({ from: at, packed });
    }
    return parts;
  }
}

/** An overview changes once an hour. */
function hoursIn(remembered: Remembered, packed: Uint8Array): readonly number[] {
  const { hours } = remembered;
  if (hours && Buffer.compare(hours.packed, packed) === 0) return hours.hours;
  remembered.hours = { packed, hours: hoursOf(packed) };
  return remembered.hours.hours;
}

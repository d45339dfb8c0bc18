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

/** Services whose days are remembered: beyond, the one not asked for the longest is read anew. */
const MOST_REMEMBERED = 200;

interface Part {
  readonly from: number;
  readonly packed: Uint8Array;
}

export class Days {
  readonly #table: Table;
  readonly #remembered = new Map<string, Growing>();
  readonly #hours = new Map<string, { readonly packed: Uint8Array; readonly hours: readonly number[] }>();

  constructor(table: Table) {
    this.#table = table;
  }

  /**
   * What the service counted from the beginning of the day (UTC) up to `until`, the end of a minute of it. The same from every
   * environment, and never less than before: hours are in an overview once they are over, and equal their minutes.
   */
  async read(service: string, dayMs: number, until: number): Promise<ServiceDay> {
    const [overview] = await this.#parts(service, 'overview', dayMs, dayMs + 1);
    const hours = overview ? this.#hoursOf(service, overview.packed) : [];
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
    return { service, subjects: this.#growing(service).of(parts), instances: instances ?? 0 };
  }

  #growing(service: string): Growing {
    const growing = this.#remembered.get(service) ?? new Growing();
    // Last in the map is who was asked for last.
    this.#remembered.delete(service);
    this.#remembered.set(service, growing);
    const [oldest] = this.#remembered.keys();
    if (this.#remembered.size > MOST_REMEMBERED && oldest !== undefined) {
      this.#remembered.delete(oldest);
      this.#hours.delete(oldest);
    }
    return growing;
  }

  /** An overview changes once an hour. */
  #hoursOf(service: string, packed: Uint8Array): readonly number[] {
    const known = this.#hours.get(service);
    if (known && Buffer.compare(known.packed, packed) === 0) return known.hours;
    const hours = hoursOf(packed);
    this.#hours.set(service, { packed, hours });
    return hours;
  }

  async #parts(service: string, kind: 'overview' | 'minute', from: number, to: number): Promise<Part[]> {
    const parts: Part[] = [];
    for await (const { from: at, packed } of readPackedSeries(this.#table, { kind, service }, from, to)) {
      if (packed) parts.push({ from: at, packed });
    }
    return parts;
  }
}

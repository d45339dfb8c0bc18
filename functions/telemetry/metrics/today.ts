// A service's counters of a day: the hours that are over from the day's overview, the five minutes of the present one that are
// over from the hour's, the rest from minutes.
import { readOverviews, readPackedSeries, type PackedSeriesItem } from '../../../store/items/series.ts';
import type { Table } from '../../../store/port.ts';
import { gaps, joined } from '../series/gaps.ts';
import { FIVE_MINUTES, HOUR_MS, MINUTE_MS } from '../series/span.ts';
import { SERVICE } from '../sums/subject.ts';
import { Growing, type Subjects } from './growing.ts';
import { Part } from './part.ts';

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
/** Minutes that are read once more rather than asked around. */
const APART_MS = 15 * MINUTE_MS;

interface Remembered {
  readonly growing: Growing;
  /** Of the last time. */
  until: number;
  readonly hours: Named;
  readonly slots: Named;
}

/** Which numbers an item named the last time; it names the same while it is the same. */
interface Named {
  digest?: string;
  numbers: readonly number[];
}

interface Minute {
  readonly from: number;
  readonly part: Part;
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
   * environment, and never less than before: hours, and five minutes of the present one, are in an overview once they are over,
   * and equal their minutes.
   */
  async read(service: string, dayMs: number, until: number): Promise<ServiceDay> {
    const remembered = this.#of(service, until);
    const overviews = await readOverviews(this.#table, service, dayMs);
    const day = partOf(overviews.day);
    const over = new Set<number>();
    for (const hour of named(remembered.hours, day, 'hours')) {
      for (let at = dayMs + hour * HOUR_MS, end = at + HOUR_MS; at < end; at += FIVE_MINUTES.ms) over.add(at);
    }
    // An hour is in one of the two, or in neither yet.
    const hourMs = overviews.hour?.from ?? NaN;
    const hour = over.has(hourMs) ? undefined : partOf(overviews.hour);
    for (const slot of named(remembered.slots, hour, 'slots')) over.add(hourMs + slot * FIVE_MINUTES.ms);

    const minutes = await this.#minutes(service, [dayMs, until], over);
    const isOver = (at: number) => over.has(at - (at % FIVE_MINUTES.ms));
    const rest = minutes.flatMap(({ from, part }) => (isOver(from) ? [] : [part]));
    const last = minutes.at(-1);
    const instances = last?.from === until - MINUTE_MS ? last.part.subjects[SERVICE]?.instances : undefined;
    const parts = [day, hour, ...rest].filter((part) => part !== undefined);
    return { service, subjects: remembered.growing.of(parts), instances: instances ?? 0 };
  }

  /** Those of the stretches that are in no overview, with some between them, and the last one, which tells how many are active. */
  async #minutes(
    service: string,
    [dayMs, until]: readonly [number, number],
    over: ReadonlySet<number>,
  ): Promise<Minute[]> {
    // What nothing happened in is in no overview, and has no minutes that would have to be read.
    const wanted = [...gaps(FIVE_MINUTES, dayMs, until, over, until), [until - MINUTE_MS, until] as const];
    const found = await Promise.all(
      joined(wanted, APART_MS).map(async ([low, high]) => {
        const minutes: Minute[] = [];
        const of = { kind: 'minute', service } as const;
        for await (const { from, packed } of readPackedSeries(this.#table, of, low, Math.min(high, until))) {
          if (packed) minutes.push({ from, part: new Part(packed) });
        }
        return minutes;
      }),
    );
    return found.flat();
  }

  #of(service: string, until: number): Remembered {
    const known = this.#remembered.get(service);
    const remembered = known ?? { growing: new Growing(), until, hours: { numbers: [] }, slots: { numbers: [] } };
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
}

function partOf(item: PackedSeriesItem | undefined): Part | undefined {
  return item?.packed && new Part(item.packed);
}

/** An overview changes once an hour, an hour's once in five minutes. */
function named(last: Named, part: Part | undefined, kind: 'hours' | 'slots'): readonly number[] {
  if (!part) return [];
  if (last.digest !== part.digest) Object.assign(last, { digest: part.digest, numbers: part[kind] });
  return last.numbers;
}

// Reads series items side by side, some at a time, unpacks them, and stops when a request would read too much.
import { readPackedSeries, type PackedSeriesItem, type SeriesOf } from '../../../store/items/series.ts';
import { unpack } from '../../../store/items/telemetry-detail.ts';
import type { Table } from '../../../store/port.ts';
import { Problem } from '../../api/index.ts';
import type { OverviewData, SlotData, SlotsData, SumData } from '../sums/data.ts';
import { SERVICE } from '../sums/subject.ts';
import { MINUTES, type Resolution } from './span.ts';

const AT_ONCE = 16;
/** About as much as can be read and added up within this function's time. */
export const MOST_BYTES = 32 * 2 ** 20;
const MEBIBYTE = 2 ** 20;

/** How many items one query is asked for: what follows is read beside it. */
const ITEMS_A_QUERY: Readonly<Record<Resolution['items'], number>> = { minute: 30, hour: 24, day: 8 };
const OVERVIEWS_A_QUERY = 4;

export class Reader {
  readonly #table: Table;
  readonly #service: string;
  readonly #most: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  #bytes = 0;
  /** What a newer flyball wrote, and this one or the merge could not read. */
  unreadable = 0;
  /** Items that were read. */
  items = 0;

  constructor(table: Table, service: string, most: number = MOST_BYTES) {
    this.#table = table;
    this.#service = service;
    this.#most = most;
  }

  /** The minutes that begin in [from, to). */
  async minutes(from: number, to: number, each: (from: number, data: SlotData) => void): Promise<void> {
    await this.#read({ kind: 'minute', service: this.#service }, from, to, spanOf(MINUTES), (at, data) => {
      if (!hasSubjects(data)) return;
      this.unreadable += data.subjects[SERVICE]?.unreadable ?? 0;
      each(at, data);
    });
  }

  /** The slots of one subject that begin in [from, to). */
  async slots(
    resolution: Resolution,
    subject: string,
    from: number,
    to: number,
    each: (from: number, data: SumData) => void,
  ): Promise<void> {
    const { items: kind, itemMs, ms } = resolution;
    if (kind === 'minute') throw new TypeError('Minutes are of all subjects: read them with minutes()');
    const first = Math.floor(from / itemMs) * itemMs;
    await this.#read({ kind, service: this.#service, subject }, first, to, spanOf(resolution), (item, data) => {
      if (!hasSlots(data)) return;
      for (const [index, sum] of Object.entries(data.slots)) {
        const at = item + Number(index) * ms;
        if (at >= from && at < to) each(at, sum);
      }
    });
  }

  /** The overviews of days that begin in [from, to). */
  async overviews(from: number, to: number, each: (day: number, data: OverviewData) => void): Promise<void> {
    const spanMs = OVERVIEWS_A_QUERY * 24 * 3_600_000;
    await this.#read({ kind: 'overview', service: this.#service }, from, to, spanMs, (day, data) => {
      if (isOverview(data)) each(day, data);
    });
  }

  async #read(
    of: SeriesOf,
    from: number,
    to: number,
    spanMs: number,
    each: (from: number, data: unknown) => void,
  ): Promise<void> {
    const begins = Array.from({ length: Math.max(0, Math.ceil((to - from) / spanMs)) }, (_, i) => from + i * spanMs);
    await Promise.all(
      begins.map((begin) =>
        this.#inTurn(async () => {
          if (this.#bytes > this.#most) throw tooMuch(this.#most);
          for await (const item of readPackedSeries(this.#table, of, begin, Math.min(begin + spanMs, to))) {
            const data = this.#unpacked(item);
            if (data !== undefined) each(item.from, data);
          }
        }),
      ),
    );
  }

  /** @throws {Problem} 400 when all that was read together is too much. */
  #unpacked({ packed }: PackedSeriesItem): unknown {
    this.items++;
    this.#bytes += packed?.length ?? 0;
    if (this.#bytes > this.#most) throw tooMuch(this.#most);
    try {
      if (packed) return unpack(packed);
    } catch {
      // Not what the merge writes: counted as what cannot be read.
    }
    this.unreadable++;
    return undefined;
  }

  async #inTurn(read: () => Promise<void>): Promise<void> {
    if (this.#running >= AT_ONCE) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#running++;
    try {
      await read();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running--;
    }
  }
}

function spanOf({ items, itemMs }: Resolution): number {
  return ITEMS_A_QUERY[items] * itemMs;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function hasSubjects(data: unknown): data is SlotData {
  return isObject(data) && 'subjects' in data && isObject(data.subjects);
}

function hasSlots(data: unknown): data is SlotsData {
  return isObject(data) && 'slots' in data && isObject(data.slots);
}

function isOverview(data: unknown): data is OverviewData {
  return hasSubjects(data) && 'hours' in data && Array.isArray(data.hours);
}

function tooMuch(most: number): Problem {
  const detail = `The range holds more than ${most / MEBIBYTE} MB of series; ask for a shorter one, or for longer steps.`;
  return new Problem(400, detail, { code: 'RANGE_TOO_LARGE' });
}

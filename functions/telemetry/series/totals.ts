// Totals of all resources, dependencies or sources of a service: whole days from overviews, hours of days that are cut from each
// one's own items, and what is yet to be summed up from minutes.
import type { Table } from '../../../store/port.ts';
import type { SumData } from '../sums/data.ts';
import { partsOf } from '../sums/subject.ts';
import { Sum } from '../sums/sum.ts';
import { onlyWhatIsShown } from './metric.ts';
import { shownPoint, type ShownPoint } from './point.ts';
import { gaps } from './gaps.ts';
import { Reader } from './reader.ts';
import { isSettled, shownSettled } from './settled.ts';
import { DAY_MS, HOUR_MS, HOURS, MINUTE_MS } from './span.ts';
import type { TotalsQuery } from './totals-query.ts';

export interface Row extends ShownPoint {
  readonly name: string;
}

export interface ReadTotals {
  readonly shown: object;
  readonly read: number;
  readonly unreadable: number;
}

/** @throws {Problem} 400 when the range holds more than can be read at once. */
export async function readTotals(table: Table, query: TotalsQuery, most?: number): Promise<ReadTotals> {
  const { service, from, to, unitMs, nowMs } = query;
  const reader = new Reader(table, service, most);
  const totals = new Totals(query);
  if (unitMs === MINUTE_MS) await reader.minutes(from, to, (_at, { subjects }) => totals.addAll(subjects));
  else await addHours();
  return { shown: totals.shown(), read: reader.items, unreadable: reader.unreadable };

  async function addHours(): Promise<void> {
    const there = new Set<number>();
    const cut: { readonly subject: string; readonly hours: readonly number[] }[] = [];
    await reader.overviews(dayOf(from), to, (day, { hours, subjects }) => {
      const settled = hours
        .map((hour) => day + hour * HOUR_MS)
        .filter((at) => isSettled(query.settled, at, at + HOUR_MS));
      const wanted = settled.filter((at) => at >= from && at < to);
      for (const at of wanted) there.add(at);
      if (wanted.length === hours.length) totals.addAll(subjects);
      else if (wanted.length > 0)
        for (const subject of Object.keys(subjects)) if (totals.isOf(subject)) cut.push({ subject, hours: wanted });
    });
    await Promise.all([
      ...cut.map(async ({ subject, hours }) => {
        const wanted = new Set(hours);
        await reader.slots(HOURS, subject, Math.min(...hours), Math.max(...hours) + HOUR_MS, (at, sum) => {
          if (wanted.has(at)) totals.add(subject, sum);
        });
      }),
      ...gaps(HOURS, from, to, there, nowMs).map(([low, high]) =>
        reader.minutes(low, high, (_at, { subjects }) => totals.addAll(subjects)),
      ),
    ]);
  }
}

class Totals {
  readonly #query: TotalsQuery;
  readonly #kind: string;
  readonly #sums = new Map<string, Sum>();

  constructor(query: TotalsQuery) {
    this.#query = query;
    this.#kind = query.by === 'source' ? 'inbound' : query.by;
  }

  isOf(subject: string): boolean {
    return subject.startsWith(`${this.#kind}#`);
  }

  addAll(subjects: { readonly [subject: string]: SumData }): void {
    for (const [subject, data] of Object.entries(subjects)) if (this.isOf(subject)) this.add(subject, data);
  }

  add(subject: string, data: SumData): void {
    const { metric, by } = this.#query;
    const sum = this.#sums.get(subject) ?? new Sum();
    this.#sums.set(subject, sum);
    // How many there were tells which are the busiest, whatever is shown.
    sum.add({ ...onlyWhatIsShown(data, metric, by), ...(data.outcomes ? { outcomes: data.outcomes } : {}) });
  }

  /** Busiest first. */
  shown() {
    const { service, by, from, to, settled, nowMs } = this.#query;
    return {
      service,
      by,
      from: new Date(from).toISOString(),
      to: new Date(to).toISOString(),
      ...shownSettled(settled, to, nowMs),
      rows: [...this.#sums]
        .map(([subject, sum]): [Sum, Row] => [
          sum,
          { name: partsOf(subject).name, ...shownPoint(sum, this.#query, by) },
        ])
        .sort(([a, first], [b, second]) => b.total - a.total || (first.name < second.name ? -1 : 1))
        .map(([, row]) => row),
    };
  }
}

const dayOf = (ms: number) => Math.floor(ms / DAY_MS) * DAY_MS;

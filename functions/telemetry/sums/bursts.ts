// What instances counted by the second, added up over all of them. What they put is not believed: what is no count of a second
// near the minute counts nothing.
import type { BurstCounts } from '../../../store/items/telemetry-detail.ts';
import { isMap } from './sum.ts';

/** In a minute of a service: all of its twenty rules in every second that an instance's minute may have. */
const MOST_COUNTS = 6_000;
const ID = /^[A-Za-z0-9_-]{16}$/;
/** An instance's first requests may have ended before its minute began. */
const BEFORE_SECONDS = 60;
/** An invocation lasts a quarter of an hour at most, and minutes may have waited for the store. */
const AFTER_SECONDS = 1_200;

export class BurstSums {
  readonly #sums = new Map<string, Map<number, number>>();
  #size = 0;

  /** Adds what one instance counted in a minute that began at `from`. */
  add(bursts: BurstCounts, from: number): void {
    if (!isMap(bursts)) return;
    for (const [id, counts] of Object.entries(bursts)) {
      if (!ID.test(id) || !Array.isArray(counts)) continue;
      for (const each of counts as readonly unknown[]) this.#addSecond(id, each, from / 1_000);
    }
  }

  #addSecond(id: string, each: unknown, from: number): void {
    const [second, count] = Array.isArray(each) ? (each as readonly unknown[]) : [];
    if (!Number.isSafeInteger(second) || !Number.isSafeInteger(count)) return;
    const [at, more] = [Number(second), Number(count)];
    if (more <= 0 || at < from - BEFORE_SECONDS || at > from + AFTER_SECONDS) return;
    let sums = this.#sums.get(id);
    if (!sums) this.#sums.set(id, (sums = new Map<number, number>()));
    const before = sums.get(at);
    if (before === undefined && this.#size++ >= MOST_COUNTS) return;
    sums.set(at, (before ?? 0) + more);
  }

  /** Undefined when nothing was counted. */
  data(): BurstCounts | undefined {
    if (this.#size === 0) return undefined;
    return Object.fromEntries(
      [...this.#sums].map(([id, sums]) => [id, [...sums].toSorted(([a], [b]) => a - b)] as const),
    );
  }
}

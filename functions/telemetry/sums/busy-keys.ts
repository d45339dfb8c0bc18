// The busiest keys of many instances from the busiest of each: Space-Saving summaries, merged as Agarwal et al. (Mergeable
// Summaries, 2012) merge them. A key's count is never below the truth's part that was reported, and says how far it may be above.
import type { BusyKey } from '../../../store/items/telemetry-detail.ts';

/** What is kept of a sum, and shown. */
export const MOST_KEYS = 20;
/** While adding up; beyond, the least busy are let go. */
const MOST_WHILE_ADDING = 400;
const LONGEST_KEY = 300;

export class BusyKeys {
  readonly #counts = new Map<string, { count: number; over: number }>();

  add(keys: readonly BusyKey[]): void {
    for (const entry of keys) {
      if (!Array.isArray(entry)) continue;
      const [key, count, over] = entry as readonly unknown[];
      if (typeof key !== 'string' || key.length > LONGEST_KEY || !isCount(count) || !isCount(over)) continue;
      const known = this.#counts.get(key);
      if (known) {
        known.count += count;
        known.over += over;
      } else this.#counts.set(key, { count, over });
    }
    if (this.#counts.size > MOST_WHILE_ADDING) this.#shrink();
  }

  #shrink(): void {
    const kept = this.#sorted().slice(0, MOST_WHILE_ADDING / 2);
    this.#counts.clear();
    for (const [key, count, over] of kept) this.#counts.set(key, { count, over });
  }

  #sorted(): BusyKey[] {
    return [...this.#counts]
      .map(([key, { count, over }]): BusyKey => [key, count, over])
      .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  }

  /** Busiest first. */
  top(): BusyKey[] {
    return this.#sorted().slice(0, MOST_KEYS);
  }
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

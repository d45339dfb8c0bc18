// The busiest keys of a rule in bounded memory: Space-Saving (Metwally, Agrawal and El Abbadi, 2005), counting raw keys. Pure.
// Of n in all, a key met more than n/counters times is among them, and no count is further above the truth than it says.

interface Counter {
  count: number;
  /** What the count took over from a key that had to go: at most so much of it is not this key's. */
  over: number;
}

export interface Busy {
  readonly key: string;
  readonly count: number;
  readonly over: number;
}

export class Busiest {
  readonly #counters = new Map<string, Counter>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  add(key: string, count: number): void {
    const known = this.#counters.get(key);
    if (known) known.count += count;
    else if (this.#counters.size < this.#most) this.#counters.set(key, { count, over: 0 });
    else this.#replaceLeast(key, count);
  }

  #replaceLeast(key: string, count: number): void {
    let leastKey = '';
    let least: Counter | undefined;
    for (const [other, counter] of this.#counters) {
      if (least && counter.count >= least.count) continue;
      least = counter;
      leastKey = other;
    }
    if (!least) return;
    this.#counters.delete(leastKey);
    least.over = least.count;
    least.count += count;
    this.#counters.set(key, least);
  }

  /** The busiest first. */
  read(): Busy[] {
    return [...this.#counters]
      .map(([key, { count, over }]) => ({ key, count, over }))
      .sort((a, b) => b.count - a.count);
  }

  clear(): void {
    this.#counters.clear();
  }
}

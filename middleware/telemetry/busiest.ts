// The busiest keys of a rule in bounded memory: Space-Saving (Metwally, Agrawal and El Abbadi, 2005), counting raw keys. Pure.
// Of n in all, a key met more than n/counters times is among them, and no count is further above the truth than it says.

export interface Busy {
  readonly key: string;
  readonly count: number;
  /** What the count took over from keys that had to go: at most so much of it is not this key's. */
  readonly over: number;
}

export class Busiest {
  readonly #places = new Map<string, number>();
  readonly #keys: string[] = [];
  readonly #counts: Float64Array;
  readonly #overs: Float64Array;
  /** No count is below it, and those before the cursor are above: counts only grow, so few are looked at. */
  #least = 0;
  #cursor = 0;

  constructor(most: number) {
    this.#counts = new Float64Array(most);
    this.#overs = new Float64Array(most);
  }

  add(key: string, count: number): void {
    const place = this.#places.get(key) ?? this.#placeFor(key);
    this.#counts[place] = (this.#counts[place] ?? 0) + count;
  }

  /** An empty place, or that of the least busy, whose count the key takes over. */
  #placeFor(key: string): number {
    if (this.#keys.length < this.#counts.length) {
      this.#places.set(key, this.#keys.push(key) - 1);
      return this.#keys.length - 1;
    }
    const place = this.#leastBusy();
    this.#places.delete(this.#keys[place] ?? '');
    this.#places.set(key, place);
    this.#keys[place] = key;
    this.#overs[place] = this.#counts[place] ?? 0;
    return place;
  }

  #leastBusy(): number {
    const counts = this.#counts;
    while (this.#cursor < counts.length && counts[this.#cursor] !== this.#least) this.#cursor++;
    if (this.#cursor === counts.length) {
      this.#least = counts.reduce((least, count) => Math.min(least, count), Infinity);
      this.#cursor = counts.indexOf(this.#least);
    }
    return this.#cursor++;
  }

  /** The busiest first. */
  read(): Busy[] {
    return this.#keys
      .map((key, place) => ({ key, count: this.#counts[place] ?? 0, over: this.#overs[place] ?? 0 }))
      .sort((a, b) => b.count - a.count);
  }

  clear(): void {
    this.#places.clear();
    this.#keys.length = 0;
    this.#counts.fill(0);
    this.#overs.fill(0);
    this.#least = this.#cursor = 0;
  }
}

// Who gets how much of a room that is too small for all: each the same, and what one leaves is shared among the others. Pure.

/** What one of them would put into it, the most wanted first, each to be made once at most. */
export interface Claimant<T> {
  readonly wanted: readonly (() => T)[];
}

export interface Granted<T> {
  /** In the order they were wanted. */
  readonly taken: readonly T[];
  readonly leftOut: number;
}

/** After so many that do not fit nothing smaller is looked for: whatever is wanted, little is made in vain. */
const MOST_MISSES = 5;

/** One for each claimant, in their order. All that is taken has `room` at most. */
export function fairly<T extends { readonly size: number }>(
  claimants: readonly Claimant<T>[],
  room: number,
): Granted<T>[] {
  const queues = claimants.map(({ wanted }) => new Queue(wanted));
  let left = room;
  for (let waiting = queues; waiting.length > 0;) {
    const share = left / waiting.length;
    const before = left;
    for (const queue of waiting) left -= queue.take(share);
    if (left === before) break;
    waiting = waiting.filter(({ leftOut }) => leftOut > 0);
  }
  return queues.map((queue) => ({ taken: queue.taken(), leftOut: queue.leftOut }));
}

class Queue<T extends { readonly size: number }> {
  readonly #taken = new Map<number, T>();
  /** Made, and too large until now. */
  readonly #made = new Map<number, T>();
  #waiting: readonly (readonly [place: number, make: () => T])[];

  constructor(wanted: readonly (() => T)[]) {
    this.#waiting = wanted.map((make, place) => [place, make]);
  }

  get leftOut(): number {
    return this.#waiting.length;
  }

  taken(): T[] {
    return [...this.#taken].sort(([a], [b]) => a - b).map(([, one]) => one);
  }

  /** Takes what fits. Returns its size. */
  take(share: number): number {
    let size = 0;
    let misses = 0;
    this.#waiting = this.#waiting.filter(([place, make]) => {
      if (misses >= MOST_MISSES) return true;
      const one = this.#made.get(place) ?? make();
      if (size + one.size > share) {
        this.#made.set(place, one);
        misses++;
        return true;
      }
      this.#made.delete(place);
      this.#taken.set(place, one);
      size += one.size;
      return false;
    });
    return size;
  }
}

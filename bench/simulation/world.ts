// Virtual time: events in the order of their times, and promises settled between one event and the next.

/** A Monday noon, UTC: where all simulated histories begin, ms. */
export const BEGIN_MS = Date.UTC(2026, 0, 5, 12, 0, 0);

export interface Event {
  readonly atMs: number;
  /** Of events at the same time the one that was made first comes first. */
  readonly order: number;
  /** Whoever sets it to undefined cancels the event. */
  run: (() => void) | undefined;
}

export class World {
  /** True time, epoch ms with fractions. */
  nowMs = BEGIN_MS;
  /** Set by whatever may have settled a promise: what waits for it runs before the next event. */
  touched = false;
  readonly #heap: Event[] = [];
  #made = 0;

  /** Runs something after so many ms of virtual time. */
  after(ms: number, run: () => void): Event {
    return this.at(this.nowMs + ms, run);
  }

  at(atMs: number, run: () => void): Event {
    const event: Event = { atMs, order: this.#made++, run };
    this.#push(event);
    return event;
  }

  /** Lets everything happen that happens before `untilMs`. */
  async run(untilMs: number): Promise<void> {
    for (let event = this.#heap[0]; event && event.atMs < untilMs; event = this.#heap[0]) {
      this.#pop();
      if (!event.run) continue;
      this.nowMs = event.atMs;
      event.run();
      if (!this.touched) continue;
      this.touched = false;
      await quiet();
    }
    this.nowMs = untilMs;
  }

  #push(event: Event): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(event);
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above];
      if (!parent || !isBefore(event, parent)) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = event;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (!last || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      let child = heap[below];
      const right = heap[below + 1];
      if (child && right && isBefore(right, child)) {
        below++;
        child = right;
      }
      if (!child || !isBefore(child, last)) break;
      heap[at] = child;
      at = below;
    }
    heap[at] = last;
  }
}

function isBefore(a: Event, b: Event): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}

/** Resolves when no promise is left to be settled: Node takes up what `nextTick` was given only then. */
function quiet(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}

// How many calls of one function run at once here; the others wait in order, as on an account at its concurrency limit.

/** Counts calls by key; a call enters when there is room and leaves when it is done. */
export class Rooms {
  readonly #limit: number;
  readonly #inside = new Map<string, number>();
  readonly #waiting = new Map<string, (() => void)[]>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  async enter(key: string): Promise<void> {
    const inside = this.#inside.get(key) ?? 0;
    if (inside < this.#limit) {
      this.#inside.set(key, inside + 1);
      return;
    }
    await new Promise<void>((resolve) => {
      const queue = this.#waiting.get(key) ?? [];
      queue.push(resolve);
      this.#waiting.set(key, queue);
    });
  }

  /** Gives the room to whoever has waited longest. */
  leave(key: string): void {
    const next = this.#waiting.get(key)?.shift();
    if (next) next();
    else this.#inside.set(key, (this.#inside.get(key) ?? 1) - 1);
  }
}

// How many keys that do not exist an instance looks up: made-up keys must not become a flood of reads. Pure.

/** Looks for nothing in a window before they are rationed. */
export const MOST_MISSES = 60;
/** From then on, of keys whose hashes begin with the same byte: a good key that is new here is hardly ever among them. */
export const MOST_BY_BYTE = 1;
/** Windows begin with the minute, ms. */
export const WINDOW_MS = 60_000;

const BYTE_LENGTH = 2;

export class MissBudget {
  #startMs = 0;
  #misses = 0;
  readonly #byByte = new Map<string, number>();

  /** How long this key is not looked up, ms; 0 when it is. */
  waitMs(hash: string, nowMs: number): number {
    this.#turn(nowMs);
    const isSpent = this.#misses >= MOST_MISSES && (this.#byByte.get(byteOf(hash)) ?? 0) >= MOST_BY_BYTE;
    return isSpent ? Math.max(1, this.#startMs + WINDOW_MS - nowMs) : 0;
  }

  /** Before a look, so that those that are under way count. True when it is the one that the ration begins with. */
  take(hash: string, nowMs: number): boolean {
    this.#turn(nowMs);
    this.#misses++;
    if (this.#misses > MOST_MISSES) this.#byByte.set(byteOf(hash), (this.#byByte.get(byteOf(hash)) ?? 0) + 1);
    return this.#misses === MOST_MISSES;
  }

  /** The key was there, or the table did not answer. */
  giveBack(hash: string, takenAt: number): void {
    if (takenAt < this.#startMs) return;
    this.#misses = Math.max(0, this.#misses - 1);
    const ofByte = this.#byByte.get(byteOf(hash)) ?? 0;
    if (ofByte > 0) this.#byByte.set(byteOf(hash), ofByte - 1);
  }

  /** A window that is over counts for nothing. */
  #turn(nowMs: number): void {
    const startMs = Math.floor(nowMs / WINDOW_MS) * WINDOW_MS;
    if (startMs === this.#startMs) return;
    this.#startMs = startMs;
    this.#misses = 0;
    this.#byByte.clear();
  }
}

function byteOf(hash: string): string {
  return hash.slice(0, BYTE_LENGTH);
}

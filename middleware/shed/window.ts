// The last two minutes of requests to a dependency, in buckets by timestamp: an hour frozen is an hour passed.
import type { Acceptance } from './algorithm.ts';

export const WINDOW_MS = 120_000;
const BUCKETS = 24;
const BUCKET_MS = WINDOW_MS / BUCKETS;

/** What became of a request: `dropped` here, or sent and `accepted` or `refused` there. */
export type Fate = 'dropped' | 'accepted' | 'refused';

/** What one instance has seen of one dependency. */
export class AcceptanceWindow {
  readonly #index = new Array<number>(BUCKETS).fill(-1);
  readonly #requests = new Array<number>(BUCKETS).fill(0);
  readonly #accepts = new Array<number>(BUCKETS).fill(0);
  readonly #refusals = new Array<number>(BUCKETS).fill(0);
  #refusedAt = -Infinity;
  #acceptsInARow = 0;

  add(nowMs: number, fate: Fate): void {
    const index = Math.floor(nowMs / BUCKET_MS);
    const place = index % BUCKETS;
    if (this.#index[place] !== index) {
      this.#index[place] = index;
      this.#requests[place] = 0;
      this.#accepts[place] = 0;
      this.#refusals[place] = 0;
    }
    this.#requests[place] = (this.#requests[place] ?? 0) + 1;
    if (fate === 'accepted') {
      this.#accepts[place] = (this.#accepts[place] ?? 0) + 1;
      this.#acceptsInARow++;
    } else if (fate === 'refused') {
      this.#refusals[place] = (this.#refusals[place] ?? 0) + 1;
      this.#refusedAt = nowMs;
      this.#acceptsInARow = 0;
    }
  }

  /** Whether it has refused anything that a window reaches back to: while it has not, nothing is to be dropped. */
  hasRefused(nowMs: number): boolean {
    return nowMs - this.#refusedAt <= WINDOW_MS;
  }

  read(nowMs: number): Acceptance {
    const current = Math.floor(nowMs / BUCKET_MS);
    let [requests, accepts, refusals] = [0, 0, 0];
    for (let place = 0; place < BUCKETS; place++) {
      const index = this.#index[place] ?? -1;
      if (index <= current - BUCKETS || index > current) continue;
      requests += this.#requests[place] ?? 0;
      accepts += this.#accepts[place] ?? 0;
      refusals += this.#refusals[place] ?? 0;
    }
    return { requests, accepts, refusals, quietMs: nowMs - this.#refusedAt, acceptsInARow: this.#acceptsInARow };
  }
}

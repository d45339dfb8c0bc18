// How long one service's part of a tick may take: others work beside it and after it.
import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../../middleware/kernel/clock.ts';

/** Nothing new is begun with less time than this, in ms: what is left over stays open for the next tick. */
export const TIME_TO_STOP_MS = 5_000;
/** What any service may take, in ms, however many there are. */
export const FAIR_MS = 10_000;
/** How long others wait while one works, in ms. */
const LONGEST_AT_ONCE_MS = 25;

export class OutOfTime extends Error {
  override readonly name = 'OutOfTime';
  readonly code = 'OUT_OF_TIME';
  /** Whether the service took the time itself, and not all of them together. */
  readonly itself: boolean;
  constructor(spentMs: number, itself: boolean) {
    super(
      `${itself ? 'It took too long' : 'The tick ran out of time'}: ${Math.round(spentMs)} ms of work were done for it`,
    );
    this.itself = itself;
  }
}

export interface PaceParts {
  readonly clock: Clock;
  /** How much work may be done, in ms; waiting for the table is none. */
  readonly budgetMs: number;
  /** How long the tick may still take, in ms. */
  readonly remainingMs: () => number;
}

export class Pace {
  readonly #parts: PaceParts;
  readonly #beganAt: number;
  #spentMs = 0;
  #atOnceMs = 0;

  constructor(parts: PaceParts) {
    this.#parts = parts;
    this.#beganAt = parts.clock.precise();
  }

  /** Work that was done, in ms. */
  get spentMs(): number {
    return this.#spentMs;
  }

  /** Does a piece of work, and lets others have a go now and then. @throws {OutOfTime} before it is begun */
  async work<T>(piece: () => T): Promise<T> {
    this.check();
    const { clock } = this.#parts;
    const began = clock.precise();
    const result = piece();
    const ms = clock.precise() - began;
    this.#spentMs += ms;
    this.#atOnceMs += ms;
    if (this.#atOnceMs >= LONGEST_AT_ONCE_MS) {
      this.#atOnceMs = 0;
      await setImmediate();
    }
    return result;
  }

  /** @throws {OutOfTime} when no more may be begun */
  check(): void {
    const { clock, budgetMs, remainingMs } = this.#parts;
    if (this.#spentMs > budgetMs) throw new OutOfTime(this.#spentMs, true);
    if (remainingMs() < TIME_TO_STOP_MS) throw new OutOfTime(this.#spentMs, clock.precise() - this.#beganAt > FAIR_MS);
  }
}

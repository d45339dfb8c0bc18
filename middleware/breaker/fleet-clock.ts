// The time a fleet's breakers go by: this machine's, put right where the store's answers show that it is certainly off.
import type { Instance } from '../kernel/instance.ts';

/** What is less is left to open times and leases, which bear it; a single answer shows no more than a second. */
const CERTAINLY_OFF_MS = 2_000;

const CLOCK = {};

/** One for all breakers of an instance. */
export const fleetClockOf = (instance: Instance) => instance.state(CLOCK, () => new FleetClock(instance));

export class FleetClock {
  readonly #instance: Instance;
  #offsetMs = 0;

  constructor(instance: Instance) {
    this.#instance = instance;
    this.look();
  }

  /** Epoch ms. */
  now(): number {
    return this.#instance.clock.now() + this.#offsetMs;
  }

  /** One of its times as this machine's own clock shows it. */
  own(fleetMs: number): number {
    return fleetMs - this.#offsetMs;
  }

  /** Takes in what is known of the store's clock. Kept to for as long as it may be right: time is not to jump about. */
  look(): void {
    const skew = this.#instance.table.skew?.();
    if (!skew) return;
    const { lowMs, highMs } = skew;
    const mayBe = (offsetMs: number) => offsetMs >= lowMs - CERTAINLY_OFF_MS && offsetMs <= highMs + CERTAINLY_OFF_MS;
    if (mayBe(0)) this.#offsetMs = 0;
    else if (!mayBe(this.#offsetMs)) this.#offsetMs = Math.round((lowMs + highMs) / 2);
  }
}

// What an instance remembers of its throttles: buckets of its own, and which keys the fleet's buckets have refused.
import { take, type Take } from './gcra.ts';
import type { RawKey } from './key.ts';
import { Recent } from './recent.ts';
import type { CompiledThrottle } from './rule.ts';

/** Keys remembered of each kind, of all rules together. */
const REMEMBERED_KEYS = 10_000;

/** A table that refuses us does so at every request: said once in so many ms. */
const WARN_EVERY_MS = 60_000;

export class Memory {
  readonly #tats = new Recent<number>(REMEMBERED_KEYS);
  readonly #denials = new Recent<number>(REMEMBERED_KEYS);
  #warnedAtMs = -Infinity;

  /** Takes tokens from this instance's own bucket. */
  take(rule: CompiledThrottle, key: RawKey, nowUs: number, wanted: number): Take {
    const name = nameOf(rule, key);
    const taken = take(rule.gcra, this.#tats.get(name) ?? 0, nowUs, wanted);
    this.#tats.set(name, taken.tatUs);
    return taken;
  }

  /** Gives tokens back if nobody has built on them since; else they are forfeited. */
  undo(rule: CompiledThrottle, key: RawKey, fromUs: number, toUs: number): void {
    const name = nameOf(rule, key);
    if (this.#tats.get(name) === fromUs) this.#tats.set(name, toUs);
  }

  /** Until when the fleet's bucket certainly has no token for this key, µs; undefined when it may have one. */
  deniedUntil(rule: CompiledThrottle, key: RawKey, nowUs: number): number | undefined {
    const name = nameOf(rule, key);
    const untilUs = this.#denials.get(name);
    if (untilUs === undefined || untilUs > nowUs) return untilUs;
    this.#denials.delete(name);
    return undefined;
  }

  deny(rule: CompiledThrottle, key: RawKey, untilUs: number): void {
    this.#denials.set(nameOf(rule, key), untilUs);
  }

  /** True when it is time to log again. */
  mayWarn(nowMs: number): boolean {
    if (nowMs - this.#warnedAtMs < WARN_EVERY_MS) return false;
    this.#warnedAtMs = nowMs;
    return true;
  }
}

function nameOf(rule: CompiledThrottle, key: RawKey): string {
  return `${rule.id}\u0001${key}`;
}

// What an instance remembers of its throttles: buckets of its own, and which keys the fleet's buckets have refused.
import { RuleMemories, Warnings } from '../kernel/rule-memory.ts';
import type { Regime } from './bucket.ts';
import type { Crowd } from './crowd.ts';
import { take, type Gcra, type Take } from './gcra.ts';
import type { Grant } from './limiter.ts';
import type { RawKey } from '../kernel/key.ts';
import { Recent } from './recent.ts';

/** Keys remembered of each kind and rule. */
const REMEMBERED_KEYS = 10_000;

/** What the last bucket adds to what is known of the others. */
const NEWS_WEIGHT = 0.1;
const REGIMES: readonly Regime[] = ['idle', 'gap', 'busy'];

/** A fixed window's count. */
export interface Counter {
  readonly startMs: number;
  used: number;
}

/** What the fleet's bucket of a key has answered lately, and what is done while the table throttles it. */
export interface Heard {
  /** Tokens it gave in the last 2 s, faded: as many a second are half as much. */
  given: number;
  /** When the last answer came, µs of this instance's clock; 0 when none did. */
  atUs: number;
  last?: Grant;
  crowd?: Crowd | undefined;
}

/** One rule's part, found by what the rule is: a publish that does not change it changes nothing here. */
export class RuleMemory extends Warnings {
  readonly #buckets = new Recent<{ tatUs: number }>(REMEMBERED_KEYS);
  readonly #denials = new Recent<number>(REMEMBERED_KEYS);
  readonly #counters = new Recent<Counter>(REMEMBERED_KEYS);
  readonly #held = new Recent<object>(REMEMBERED_KEYS);
  readonly #heard = new Recent<Heard>(REMEMBERED_KEYS);
  readonly #regimes: Record<Regime, number> = { idle: 0, gap: 0, busy: 1 };

  /** Takes tokens from this instance's own bucket. */
  take(gcra: Gcra, key: RawKey, nowUs: number, wanted: number, atLeast = 1): Take {
    const bucket = this.#buckets.get(key);
    const taken = take(gcra, bucket?.tatUs ?? 0, nowUs, wanted, atLeast);
    if (bucket) bucket.tatUs = taken.tatUs;
    else this.#buckets.set(key, { tatUs: taken.tatUs });
    return taken;
  }

  /** Gives tokens back if nobody has built on them since; else they are forfeited. */
  undo(key: RawKey, fromUs: number, toUs: number): void {
    const bucket = this.#buckets.get(key);
    if (bucket?.tatUs === fromUs) bucket.tatUs = toUs;
  }

  /** What this instance has counted for a key in the window that began at `startMs`. */
  counter(key: RawKey, startMs: number): Counter {
    let counter = this.#counters.get(key);
    if (counter?.startMs !== startMs) {
      counter = { startMs, used: 0 };
      this.#counters.set(key, counter);
    }
    return counter;
  }

  /** Gives back what was counted, if that window is still the one that counts. */
  uncount(key: RawKey, startMs: number, tokens: number): void {
    const counter = this.#counters.get(key);
    if (counter?.startMs === startMs) counter.used = Math.max(0, counter.used - tokens);
  }

  /** Until when the fleet's bucket certainly has no token for this key, µs; undefined when it may have one. */
  deniedUntil(key: RawKey, nowUs: number): number | undefined {
    const untilUs = this.#denials.get(key);
    if (untilUs === undefined || untilUs > nowUs) return untilUs;
    this.#denials.delete(key);
    return undefined;
  }

  deny(key: RawKey, untilUs: number): void {
    this.#denials.set(key, untilUs);
  }

  heard(key: RawKey): Heard {
    const heard = this.#heard.get(key) ?? { given: 0, atUs: 0 };
    this.#heard.set(key, heard);
    return heard;
  }

  /** What a limiter holds of the fleet's state for a key; always the same kind for one rule. */
  held<Held extends object>(key: RawKey, create: () => Held): Held {
    const held = this.#held.get(key) as Held | undefined;
    if (held) return held;
    const fresh = create();
    this.#held.set(key, fresh);
    return fresh;
  }

  /** How buckets of this rule were mostly found lately: the next one probably is, too. */
  get usually(): Regime {
    const { idle, gap, busy } = this.#regimes;
    if (busy >= idle && busy >= gap) return 'busy';
    return idle >= gap ? 'idle' : 'gap';
  }

  found(regime: Regime): void {
    const regimes = this.#regimes;
    for (const one of REGIMES) regimes[one] += ((one === regime ? 1 : 0) - regimes[one]) * NEWS_WEIGHT;
  }
}

/** All rules' parts on one instance. */
export class Memory extends RuleMemories<RuleMemory> {
  constructor() {
    super(() => new RuleMemory());
  }
}

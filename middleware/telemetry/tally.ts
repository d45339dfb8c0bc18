// Counts of one resource or dependency while they grow: made once, then counted in place.
import type { Counts, Tally } from '../../store/items/telemetry.ts';
import type { Outcome } from '../kernel/outcome.ts';
import { Histogram } from './histogram.ts';

/** Names beyond a limit are counted under this one, so that no input makes telemetry grow. */
export const OTHER = 'other';
const LONGEST_NAME = 160;

/** How many, by name, for at most `limit` names. */
export class Counter {
  readonly #counts = new Map<string, number>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(name: string, count: number): void {
    const before = this.#counts.get(name);
    if (before !== undefined) this.#counts.set(name, before + count);
    else this.#addNew(name.slice(0, LONGEST_NAME), count);
  }

  #addNew(name: string, count: number): void {
    const key = this.#counts.size < this.#limit || this.#counts.has(name) ? name : OTHER;
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + count);
  }

  take(): Counts {
    const counts = Object.fromEntries(this.#counts);
    this.#counts.clear();
    return counts;
  }
}

const MOST_OUTCOMES = 16;

export class GrowingTally {
  /** The usual outcome has a field of its own: no look-up, no allocation. */
  #ok = 0;
  #cold = 0;
  #slow = 0;
  #total = 0;
  readonly #others = new Counter(MOST_OUTCOMES);
  readonly #durations = new Histogram();

  /** Counts one. What flyball refused took no time worth a histogram: it would make the service look fast. */
  record(outcome: Outcome, durationMs: number, cold: boolean, slow: boolean): void {
    this.#total++;
    if (outcome === 'ok') this.#ok++;
    else this.#others.add(outcome, 1);
    if (cold) this.#cold++;
    if (outcome === 'refused') return;
    if (slow) this.#slow++;
    this.#durations.record(durationMs);
  }

  /** What was counted since the last time; undefined when nothing was. */
  take(): Tally | undefined {
    if (this.#total === 0) return undefined;
    const durations = this.#durations;
    const tally: Tally = {
      outcomes: { ...(this.#ok > 0 ? { ok: this.#ok } : {}), ...this.#others.take() },
      ...(this.#cold > 0 ? { cold: this.#cold } : {}),
      ...(this.#slow > 0 ? { slow: this.#slow } : {}),
      ...(durations.count > 0 ? { durations: durations.encode(), maxMs: Math.round(durations.max * 1000) / 1000 } : {}),
    };
    this.#total = this.#ok = this.#cold = this.#slow = 0;
    durations.clear();
    return tally;
  }
}

/** Tallies by name, for at most `limit` names. */
export class GrowingTallies {
  readonly #byName = new Map<string, GrowingTally>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  of(name: string): GrowingTally {
    return this.#byName.get(name) ?? this.#create(name.slice(0, LONGEST_NAME));
  }

  #create(name: string): GrowingTally {
    const key = this.#byName.size < this.#limit ? name : OTHER;
    let tally = this.#byName.get(key);
    if (!tally) {
      tally = new GrowingTally();
      this.#byName.set(key, tally);
    }
    return tally;
  }

  take(): { [name: string]: Tally } {
    const taken: [string, Tally][] = [];
    for (const [name, growing] of this.#byName) {
      const tally = growing.take();
      if (tally) taken.push([name, tally]);
    }
    return Object.fromEntries(taken);
  }
}

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

  read(): Counts {
    return Object.fromEntries(this.#counts);
  }

  clear(): void {
    this.#counts.clear();
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

  /**
   * Counts one, whose duration belongs in this bucket. What flyball refused took no time worth a histogram: it would make
   * the service look fast.
   */
  record(outcome: Outcome, durationMs: number, bucket: number, cold: boolean, slow: boolean): void {
    this.#total++;
    if (outcome === 'ok') this.#ok++;
    else this.#others.add(outcome, 1);
    if (cold) this.#cold++;
    if (outcome === 'refused') return;
    if (slow) this.#slow++;
    this.#durations.recordIn(bucket, durationMs);
  }

  /** Undefined when nothing was counted. */
  read(): Tally | undefined {
    if (this.#total === 0) return undefined;
    const durations = this.#durations;
    return {
      outcomes: { ...(this.#ok > 0 ? { ok: this.#ok } : {}), ...this.#others.read() },
      ...(this.#cold > 0 ? { cold: this.#cold } : {}),
      ...(this.#slow > 0 ? { slow: this.#slow } : {}),
      ...(durations.count > 0 ? { durations: durations.encode(), maxMs: Math.round(durations.max * 1000) / 1000 } : {}),
    };
  }

  clear(): void {
    this.#total = this.#ok = this.#cold = this.#slow = 0;
    this.#others.clear();
    this.#durations.clear();
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

  read(): { [name: string]: Tally } {
    const read: [string, Tally][] = [];
    for (const [name, growing] of this.#byName) {
      const tally = growing.read();
      if (tally) read.push([name, tally]);
    }
    return Object.fromEntries(read);
  }

  clear(): void {
    for (const growing of this.#byName.values()) growing.clear();
  }
}

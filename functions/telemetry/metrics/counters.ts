// What Prometheus is told of one subject: counters that only grow within a day, and durations in few buckets. Pure.
import type { Counts } from '../../../store/items/telemetry.ts';
import { bucketsOfPacked, middleOf } from '../sums/buckets.ts';
import type { SumData } from '../sums/data.ts';
import { OTHER } from '../sums/sum.ts';

/**
 * Powers of two, in ms: a bucket of ours ends at each, so that counts up to them are exact; closer together where most
 * requests lie. With the one without an end they are twelve.
 */
export const ENDS_MS = [1, 4, 16, 64, 128, 256, 512, 1024, 2048, 8192, 32_768] as const;
/** The number of the last bucket up to each. */
const LAST_BUCKETS = ENDS_MS.map((ms) => Math.round(Math.log2(ms) * 16) - 1);

/** What is counted of a subject beyond this many names of a kind is counted as `other`. */
const MOST_NAMES = 1_000;
/** An instance tells sixteen of a minute apart. */
const MOST_OUTCOMES = 40;
const LONGEST_NAME = 200;

/** Whether Prometheus may be told of it by its own name; text that is no Unicode would be the same as others when it is sent. */
export function isLabel(name: string): boolean {
  return name.length <= LONGEST_NAME && name.isWellFormed();
}

export class Durations {
  /** How many lie in each bucket, the one without an end last. */
  readonly counts: number[] = Array.from({ length: ENDS_MS.length + 1 }, () => 0);
  count = 0;
  /** Within the histogram's relative error: sums are not kept. */
  sumMs = 0;

  add(packed: unknown): void {
    if (typeof packed !== 'string') return;
    for (const { index, count } of bucketsOfPacked(packed)) {
      const place = LAST_BUCKETS.findIndex((last) => index <= last);
      const bucket = place < 0 ? ENDS_MS.length : place;
      this.counts[bucket] = (this.counts[bucket] ?? 0) + count;
      this.count += count;
      this.sumMs += count * exact(middleOf(index));
    }
  }

  copyTo(other: Durations): void {
    other.counts.splice(0, other.counts.length, ...this.counts);
    other.count = this.count;
    other.sumMs = this.sumMs;
  }
}

/**
 * In steps of 2^-14 ms, of which numbers have room for: however counts were added up before, their sum is the same to the last
 * digit. One that is less by a rounding error is, to Prometheus, a counter that began again.
 */
const exact = (ms: number): number => Math.round(ms * 2 ** 14) / 2 ** 14;

export class Counters {
  readonly outcomes = new Map<string, number>();
  readonly attempts = new Map<string, number>();
  readonly refusals = new Map<string, number>();
  readonly transitions = new Map<string, number>();
  /** By the fault's name. */
  readonly faults = new Map<string, number>();
  /** `sent:DEPENDENCY`, and `won:DEPENDENCY` of those. */
  readonly hedges = new Map<string, number>();
  readonly durations = new Durations();
  retries = 0;

  add(data: SumData): void {
    addAll(this.outcomes, data.outcomes, MOST_OUTCOMES);
    addAll(this.attempts, data.attempts?.outcomes, MOST_OUTCOMES);
    addAll(this.refusals, data.refusals, MOST_NAMES);
    addAll(this.transitions, data.transitions, MOST_NAMES);
    addAll(this.faults, named('fault:', data.internal), MOST_NAMES);
    addAll(this.hedges, named('hedge:', data.internal), MOST_NAMES);
    this.durations.add(data.durations);
    this.retries += countOf(data.retries);
  }

  /** Of its own from here on. */
  copy(): Counters {
    const copy = new Counters();
    for (const name of NAMED) for (const [key, count] of this[name]) copy[name].set(key, count);
    this.durations.copyTo(copy.durations);
    copy.retries = this.retries;
    return copy;
  }

  /** How busy it is. */
  get total(): number {
    let total = 0;
    for (const count of this.outcomes.values()) total += count;
    return total;
  }
}

/** What is counted by name. */
const NAMED = ['outcomes', 'attempts', 'refusals', 'transitions', 'faults', 'hedges'] as const;

function addAll(sums: Map<string, number>, counts: Counts | undefined, most: number): void {
  if (typeof counts !== 'object' || counts === null) return;
  for (const [name, value] of Object.entries(counts)) {
    const known = sums.has(name) || (sums.size < most && isLabel(name)) ? name : OTHER;
    sums.set(known, (sums.get(known) ?? 0) + countOf(value));
  }
}

/** Of all that instances count beside requests what begins so, by the rest of its name. */
function named(prefix: string, counts: Counts | undefined): Counts | undefined {
  if (typeof counts !== 'object' || counts === null) return undefined;
  const found = Object.entries(counts).filter(([name]) => name.startsWith(prefix) && name !== prefix);
  return Object.fromEntries(found.map(([name, count]) => [name.slice(prefix.length), count]));
}

/** What instances put may be anything. */
function countOf(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : 0;
}

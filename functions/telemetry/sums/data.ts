// A sum as it is stored and passed on: plain JSON. Every field may be missing; absent counts are zero.
import type {
  BurstCounts,
  BusyKey,
  ErrorSignature,
  Machine,
  PackedHistogram,
} from '../../../store/items/telemetry-detail.ts';
import type { Counts } from '../../../store/items/telemetry.ts';

/** The most that any instance used, and the least limit. */
export interface MachineSum extends Machine {
  /** The most that any one used of what it had itself: instances of several functions have several limits. 1 is all. */
  readonly memoryShare?: number;
  readonly tmpShare?: number;
}

export interface SumData {
  /** Instances that reported it; of longer than a minute, the most in one of its minutes. */
  readonly instances?: number;
  /** Invocations (of a dependency: whole calls) by outcome. */
  readonly outcomes?: Counts;
  readonly cold?: number;
  readonly slow?: number;
  /** ms. */
  readonly durations?: PackedHistogram;
  readonly maxMs?: number;
  readonly waits?: PackedHistogram;
  readonly bytesIn?: PackedHistogram;
  readonly bytesOut?: PackedHistogram;
  readonly left?: PackedHistogram;
  readonly ages?: PackedHistogram;
  readonly maxAgeMs?: number;
  /** Of a dependency; of a service those of all its dependencies. */
  readonly attempts?: SumData;
  readonly retries?: number;
  readonly target?: string;
  /** By `policy/rule/resource`. */
  readonly refusals?: Counts;
  readonly shadow?: Counts;
  /** By `breaker/FROM/TO`. */
  readonly transitions?: Counts;
  /** Of a service alone, as are the rest. */
  readonly internal?: Counts;
  readonly keys?: { readonly [rule: string]: readonly BusyKey[] };
  readonly errors?: readonly ErrorSignature[];
  readonly machine?: MachineSum;
  /** Instances by the revision of their rules, by library version, and by function and its version (`name:version`). */
  readonly revisions?: Counts;
  /** Instances that could not follow a revision, by that. */
  readonly rejected?: Counts;
  readonly versions?: Counts;
  readonly functions?: Counts;
  /** Instance minutes that a newer flyball wrote, and the merge could not read. */
  readonly unreadable?: number;
}

/** The sums of a stretch of time, by subject. */
export interface SlotData {
  readonly subjects: { readonly [subject: string]: SumData };
  /** Of the service, by the second; of a minute alone. */
  readonly bursts?: BurstCounts;
}

/** An item of one subject: an hour's slots of five minutes (0 to 11), or a day's of an hour (0 to 23), by number. */
export interface SlotsData {
  readonly slots: { readonly [index: string]: SumData };
}

/** A day's hours that are over, of all subjects. */
export interface OverviewData extends SlotData {
  /** Which hours of the day are in it, ascending. */
  readonly hours: readonly number[];
}

/** What is over of an hour, of all subjects: what the counters of a day need of it. */
export interface HourOverviewData extends SlotData {
  /** Which slots of five minutes (0 to 11) are in it, ascending. */
  readonly slots: readonly number[];
}

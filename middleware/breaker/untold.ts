// What one instance has counted and not yet told the fleet: it is given away as one report, and never told twice.
import type { BreakerBucket } from '../../store/items/breaker-buckets.ts';
import type { BreakerRecord } from '../../store/items/breaker-record.ts';
import type { BreakerTally, Tallying } from '../../store/items/breaker-tallies.ts';
import { blockOf, CallWindow, newestOf, placed } from './call-window.ts';
import { isPast, PRESENCE_MS, type DetectSettings } from './detect.ts';
import { Moments } from './moments.ts';
import { fits, windowOf, type OwnWindow } from './own-window.ts';
import { stretchStart, WITHOUT_SURGE_MS } from './surge.ts';
import { isStale, WINDOW_BUCKETS, type Counts } from './window.ts';

/** Where pieces of a window of calls go is said when it is known which segments there are. */
export interface Report {
  readonly buckets: readonly BreakerBucket[];
  readonly pieces: readonly Counts[];
  readonly width: number;
  readonly tallies: readonly BreakerTally[];
  /** In which it was counted. */
  readonly epoch: number;
  /** Whether anything in it may have opened the breaker. */
  readonly failing: boolean;
  /** The block this instance had counted itself in before: a report that was refused is placed anew, and counts it there. */
  readonly failedBefore: number;
}

export class Untold {
  #window: OwnWindow | undefined;
  #moments: Moments | undefined;
  #failing = false;
  /** The stretches this instance has counted itself in. */
  #presentIn = -Infinity;
  #failingIn = -Infinity;
  #presentBefore = false;
  #presentAnew = false;
  /** What of the last report is to be told again. */
  #returned: BreakerTally[] = [];
  #epoch = 0;

  /** Its own last calls look so bad that they are worth a write at once. */
  get looksBad(): boolean {
    return this.#moments?.looksBad === true;
  }

  /** One of the last calls here has failed. */
  get someFailed(): boolean {
    return this.#moments?.someFailed === true;
  }

  add(failure: boolean, slow: boolean, settings: DetectSettings, nowMs: number): void {
    const { window } = settings;
    if (!this.#window || !fits(this.#window, window)) {
      this.#window = windowOf(window);
      // The stretches of another window are others.
      this.#failingIn = -Infinity;
    }
    this.#window.add(nowMs, failure, slow);
    if (failure || slow) this.#failing = true;
    this.#momentsOf(settings).add(nowMs, failure);
  }

  /** A call that the open breaker refused. */
  addRefused(settings: DetectSettings, nowMs: number): void {
    this.#momentsOf(settings).add(nowMs, false, true);
  }

  #momentsOf({ surge }: DetectSettings): Moments {
    const bucketMs = surge?.bucketMs ?? WITHOUT_SURGE_MS;
    if (this.#moments?.bucketMs !== bucketMs) this.#moments = new Moments(bucketMs);
    return this.#moments;
  }

  /** Gives away what there is to tell; undefined when there is nothing. */
  take(settings: DetectSettings, { epoch, state }: BreakerRecord, nowMs: number): Report | undefined {
    const window = this.#window;
    const pieces = window instanceof CallWindow ? window.take() : [];
    const buckets = window && !(window instanceof CallWindow) ? window.take(nowMs) : [];
    this.#epoch = epoch;
    const tallies = this.#returned.filter((tally) => !isPast(tally, this.#returned, epoch, nowMs));
    this.#returned = [];
    tallies.push(...(this.#moments?.take(nowMs, epoch, settings.surge !== undefined) ?? []));
    const presentIn = stretchStart(nowMs, PRESENCE_MS, 0);
    // A clock that was put right: what lies ahead of it is as good as never.
    if (presentIn < this.#presentIn - PRESENCE_MS) this.#presentIn = this.#failingIn = -Infinity;
    // While half-open the item is left to the probes.
    if ((presentIn > this.#presentIn || this.#presentAnew) && state.kind !== 'HALF_OPEN') {
      const self = { start: presentIn, width: PRESENCE_MS, count: 1 };
      tallies.push({ of: 'present', ...self });
      this.#presentBefore = this.#presentAnew || this.#presentIn === presentIn - PRESENCE_MS;
      this.#presentAnew = false;
      if (!this.#presentBefore) tallies.push({ of: 'joined', ...self });
      this.#presentIn = presentIn;
    }
    const failing = this.#failing;
    const failedBefore = this.#failingIn;
    this.#failing = false;
    if (failing && settings.window.kind === 'time') {
      const width = settings.window.bucketMs * WINDOW_BUCKETS;
      const start = stretchStart(nowMs, width, epoch);
      if (start > this.#failingIn) tallies.push({ of: 'failing', start, width, count: 1 });
      this.#failingIn = start;
    }
    if (buckets.length + pieces.length + tallies.length === 0) return undefined;
    const width = window instanceof CallWindow ? window.width : 0;
    return { buckets, pieces, width, tallies, epoch, failing, failedBefore };
  }

  /** A report that was certainly not taken: it is told with the next one, or what of it is still of use then. */
  giveBack({ epoch, buckets, pieces, tallies, failing, failedBefore }: Report): void {
    const standing = epoch === this.#epoch;
    this.#returned = standing ? [...tallies] : tallies.filter(({ of }) => of === 'present' || of === 'joined');
    if (!standing) return;
    this.#failing ||= failing;
    if (this.#window instanceof CallWindow) {
      this.#window.giveBack(pieces);
      this.#failingIn = failedBefore;
    } else this.#window?.giveBack(buckets);
  }

  /** What the report adds to a record, and what of the record it forgets. */
  against(report: Report, record: BreakerRecord, nowMs: number): { stale: BreakerBucket[]; tallying: Tallying } {
    const { epoch, buckets, tallies } = record;
    const { pieces, width } = report;
    const stale = buckets.filter((bucket) => isStale(bucket, nowMs));
    const past = tallies.filter((tally) => isPast(tally, tallies, epoch, nowMs));
    if (pieces.length === 0) return { stale, tallying: { added: report.tallies, past } };
    const known = newestOf(tallies, width, epoch);
    const added = [...report.tallies, ...placed(pieces, tallies, width, epoch)];
    const newest = newestOf(added, width, epoch);
    const block = blockOf(newest, epoch);
    if (report.failing && block !== report.failedBefore) {
      added.push({ of: 'blockFailing', start: block, width, count: 1 });
      this.#failingIn = block;
    }
    return { stale, tallying: { added, past, segments: { width, known, newest: Math.max(known, newest) } } };
  }

  /** Where it counts is begun anew, with what somebody took the number of instances for: each is to count itself again. */
  begunAnew(): void {
    this.#presentAnew = Number.isFinite(this.#presentIn);
  }

  /** Counts itself anew where it counts from now on; gives back what takes it out of where it has counted. */
  moved(): BreakerTally[] {
    const self = { start: this.#presentIn, width: PRESENCE_MS, count: -1 };
    // What was given back has never been counted there.
    const counted = Number.isFinite(self.start) && this.#returned.length === 0;
    this.#returned = [];
    const out: BreakerTally[] = counted ? [{ of: 'present', ...self }] : [];
    if (this.#presentBefore) out.push({ of: 'present', ...self, start: self.start - PRESENCE_MS });
    else if (out.length > 0) out.push({ of: 'joined', ...self });
    this.#presentIn = -Infinity;
    this.#presentAnew = false;
    this.#failingIn = -Infinity;
    return out;
  }

  /** What was counted in an earlier epoch says nothing in this one. */
  clear(): void {
    this.#window?.clear();
    this.#moments?.clear();
    this.#epoch = -1;
    this.#returned = this.#returned.filter(({ of }) => of === 'present' || of === 'joined');
    this.#failing = false;
  }
}

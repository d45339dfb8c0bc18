// A window that counts calls: ten segments, numbered one after the other by the fleet, with no time in them.
import type { BreakerTally } from '../../store/items/breaker-tallies.ts';
import type { Counts } from './window.ts';

export const SEGMENTS = 10;

/** No segment of an earlier epoch comes near the first of a later one: a thousand begin in a millisecond at the most. */
const SEGMENTS_A_MS = 1_000;

/** The number of the first segment of an epoch. */
const firstOf = (epoch: number) => epoch * SEGMENTS_A_MS;

/** The newest segment that is known of; before the first of the epoch, the one before it. */
export function newestOf(tallies: readonly BreakerTally[], width: number, epoch: number): number {
  let newest = firstOf(epoch) - 1;
  for (const { of, start, width: w } of tallies) {
    if (of === 'segmentCalls' && w === width && start > newest) newest = start;
  }
  return newest;
}

/** The first segment of the window. */
function oldestOf(tallies: readonly BreakerTally[], width: number, epoch: number): number {
  return Math.max(firstOf(epoch), newestOf(tallies, width, epoch) - SEGMENTS + 1);
}

/** The counts of the last ten segments of one width. */
export function segmentTotals(tallies: readonly BreakerTally[], width: number, epoch: number): Counts {
  const oldest = oldestOf(tallies, width, epoch);
  let [calls, failures, slow] = [0, 0, 0];
  for (const { of, start, width: w, count } of tallies) {
    if (w !== width || start < oldest) continue;
    if (of === 'segmentCalls') calls += count;
    else if (of === 'segmentFailures') failures += count;
    else if (of === 'segmentSlow') slow += count;
  }
  return { calls, failures, slow };
}

/** The block of ten segments one of them lies in, in which an instance counts itself as failing once. */
export function blockOf(segment: number, epoch: number): number {
  return Math.max(firstOf(epoch), Math.floor(segment / SEGMENTS) * SEGMENTS);
}

/** Whether a segment has left the window of its width: three counts of each would not fit twice over into a small item. */
export function isOldSegment(start: number, width: number, tallies: readonly BreakerTally[], epoch: number): boolean {
  return start < oldestOf(tallies, width, epoch);
}

/** Whether a block has no segment in the window of its width. */
export function isOldBlock(start: number, width: number, tallies: readonly BreakerTally[], epoch: number): boolean {
  const newest = newestOf(tallies, width, epoch);
  return start < Math.max(firstOf(epoch), Math.floor(newest / SEGMENTS - 1) * SEGMENTS);
}

/** What one instance counted since it last told, in pieces as long as a segment; at most the last ten. */
export class CallWindow {
  readonly width: number;
  #pieces: { calls: number; failures: number; slow: number }[] = [];

  /** `width` is the number of calls of one segment. */
  constructor(width: number) {
    this.width = width;
  }

  /** Calls have no time here; the window of time has the same face. */
  add(_nowMs: number, failure: boolean, slow: boolean): void {
    let last = this.#pieces.at(-1);
    if (!last || last.calls >= this.width) {
      last = { calls: 0, failures: 0, slow: 0 };
      this.#pieces.push(last);
      if (this.#pieces.length > SEGMENTS) this.#pieces.shift();
    }
    last.calls += 1;
    if (failure) last.failures += 1;
    if (slow) last.slow += 1;
  }

  /** Gives the pieces away: they are counted here no more. */
  take(): Counts[] {
    const pieces = this.#pieces;
    this.#pieces = [];
    return pieces;
  }

  /** Counts again what was given away: the oldest go when it is more than the window holds. */
  giveBack(pieces: readonly Counts[]): void {
    this.#pieces = [...pieces.map((piece) => ({ ...piece })), ...this.#pieces].slice(-SEGMENTS);
  }

  totals(): Counts {
    return this.#pieces.reduce(
      (sum, { calls, failures, slow }) => ({
        calls: sum.calls + calls,
        failures: sum.failures + failures,
        slow: sum.slow + slow,
      }),
      { calls: 0, failures: 0, slow: 0 },
    );
  }

  clear(): void {
    this.#pieces = [];
  }
}

/** Where pieces go: into the newest segment that is known of while it has room, and then one a segment. */
export function placed(
  pieces: readonly Counts[],
  tallies: readonly BreakerTally[],
  width: number,
  epoch: number,
): BreakerTally[] {
  let segment = newestOf(tallies, width, epoch);
  let held = tallies.find(
    ({ of, start, width: w }) => of === 'segmentCalls' && w === width && start === segment,
  )?.count;
  const added: BreakerTally[] = [];
  for (const { calls, failures, slow } of pieces) {
    if (held === undefined || held + calls > width) {
      segment += 1;
      held = 0;
    }
    held += calls;
    added.push({ of: 'segmentCalls', start: segment, width, count: calls });
    if (failures > 0) added.push({ of: 'segmentFailures', start: segment, width, count: failures });
    if (slow > 0) added.push({ of: 'segmentSlow', start: segment, width, count: slow });
  }
  return added;
}

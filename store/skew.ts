// How far the store's clock is from this machine's, narrowed down from the `Date` headers of many answers.

/** One answer: when it was asked for and received by this machine's clock, and what its `Date` header said, all in ms. */
export interface DateSample {
  readonly sentAtMs: number;
  readonly receivedAtMs: number;
  readonly dateMs: number;
}

/** What is certain: adding something in [lowMs, highMs] to this machine's time gives the store's. */
export interface Skew {
  readonly lowMs: number;
  readonly highMs: number;
}

/** A skew and when it was last narrowed, by this machine's clock. */
export interface SkewRecord extends Skew {
  readonly atMs: number;
}

/** A `Date` header names the second that its moment lies in. */
const RESOLUTION_MS = 1000;

/** Readings of this machine's clock may be whole milliseconds, rounded down. */
const READING_MS = 1;

/** How fast two disciplined clocks may drift apart: what was certain an hour ago is by now certain to within 180 ms more. */
const DRIFT_PER_MS = 50e-6;

/**
 * The record with one more sample: the intersection of what both allow. The store read its clock somewhere between
 * sending and receiving, so its offset lies in `[date − received, date + 1 s − sent]`; answers at different fractions of
 * a second cut that down to about the round trip. A sample that contradicts the record means that a clock was set:
 * the record starts again from that sample.
 */
export function narrow(record: SkewRecord | undefined, sample: DateSample): SkewRecord {
  const lowMs = sample.dateMs - (sample.receivedAtMs + READING_MS);
  const highMs = sample.dateMs + RESOLUTION_MS - sample.sentAtMs;
  const fresh = { lowMs, highMs, atMs: sample.receivedAtMs };
  if (record === undefined) return fresh;
  const driftMs = Math.max(0, sample.receivedAtMs - record.atMs) * DRIFT_PER_MS;
  const narrowed = {
    lowMs: Math.max(lowMs, record.lowMs - driftMs),
    highMs: Math.min(highMs, record.highMs + driftMs),
    atMs: sample.receivedAtMs,
  };
  return narrowed.lowMs <= narrowed.highMs ? narrowed : fresh;
}

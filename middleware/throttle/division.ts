// Into how many items a bucket is divided, as far as an instance knows, and into how many it is better divided. Pure.
import { MOST_PARTS, type BucketRecord } from '../../store/items/throttle.ts';
import type { Granted } from './fleet.ts';
import type { Gcra } from './gcra.ts';

/** An item takes about 1,000 writes a second; parts are made before, and so that they can double. */
const MOST_WRITES_PER_S = 600;
const MEANT_WRITES_PER_S = 300;
/** Parts this quiet are put together again. */
const LEAST_WRITES_PER_S = 60;
/** What an instance that leases writes in a period. */
const WRITES_PER_PERIOD = 1.2;
/** An item that is asked for this much cannot tell how much more it would be. */
const FULL_WRITES_PER_S = 800;
const GROWTH = 8;
/** After a change it is seen first what it did: soon when parts are too few, late when they are too many. */
const GROWING_AFTER_MS = 3_000;
const SHRINKING_AFTER_MS = 60_000;

/** How a bucket is divided, as far as an instance knows. */
export interface Division {
  readonly parts: number;
  /** From where the parts went on; 0 when there is but one. */
  readonly openedUs: number;
  readonly sinceMs: number;
}

/** What one of the parts gave. */
export interface PartGranted extends Granted {
  readonly division: Division;
  readonly intervalUs: number;
}

export const WHOLE: Division = { parts: 1, openedUs: 0, sinceMs: 0 };

/** What one of so many parts gives. */
export function partOf(gcra: Gcra, parts: number): Gcra {
  if (parts === 1) return gcra;
  return { ...gcra, intervalUs: gcra.intervalUs * parts, burst: Math.max(1, Math.floor(gcra.burst / parts)) };
}

export function divisionOf(whole: BucketRecord | undefined): Division {
  if (whole?.parts === undefined) return { ...WHOLE, sinceMs: whole?.reshapedMs ?? 0 };
  return { parts: whole.parts, openedUs: whole.openedUs ?? whole.tatUs, sinceMs: whole.reshapedMs ?? 0 };
}

/** Into how many parts a bucket is better divided; as many as it has when that is well. */
export function betterParts(
  { parts, sinceMs }: Division,
  instancesInPart: number,
  periodUs: number,
  nowMs: number,
): number {
  const writesPerS = (instancesInPart * WRITES_PER_PERIOD * 1e6) / periodUs;
  const ageMs = nowMs - sinceMs;
  if (writesPerS > MOST_WRITES_PER_S && ageMs > GROWING_AFTER_MS) {
    const meant =
      writesPerS > FULL_WRITES_PER_S ? parts * GROWTH : Math.ceil((parts * writesPerS) / MEANT_WRITES_PER_S);
    return Math.min(MOST_PARTS, meant);
  }
  const isQuiet = parts > 1 && instancesInPart > 0 && writesPerS < LEAST_WRITES_PER_S;
  if (!isQuiet || ageMs < SHRINKING_AFTER_MS) return parts;
  return Math.max(1, Math.ceil((parts * writesPerS) / MEANT_WRITES_PER_S));
}

/** The same for one whose item refuses writes for being asked too much, and so cannot say how much that is. */
export function moreParts({ parts, sinceMs }: Division, nowMs: number): number {
  return nowMs - sinceMs > GROWING_AFTER_MS ? Math.min(MOST_PARTS, parts * GROWTH) : parts;
}

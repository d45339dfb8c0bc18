// The buckets of a histogram, for whoever draws, exports or counts them. Pure.
import { Histogram } from '../../../middleware/telemetry/histogram.ts';

/** Buckets per doubling, and how many lie below 1. */
const PER_DOUBLING = 16;
const BELOW_ONE = 160;

export interface Bucket {
  /** As OpenTelemetry numbers them at scale 4: it holds what lies in (2^(index/16), 2^((index + 1)/16)]. */
  readonly index: number;
  readonly count: number;
}

/** Those that are not empty, in order. The lowest also holds zeros. */
export const bucketsOf = (histogram: Histogram): Bucket[] => bucketsIn(histogram.encode());

/** The same of one as sums hold it; of bytes that are none, as far as they can be read. */
export function bucketsOfPacked(packed: string): Bucket[] {
  const histogram = new Histogram();
  try {
    histogram.addEncoded(Buffer.from(packed, 'base64'));
  } catch {
    // What was read until then stands.
  }
  return bucketsOf(histogram);
}

/** The same of one as it is stored: the cost is that of its buckets in use. */
export function bucketsIn(bytes: Uint8Array): Bucket[] {
  const buckets: Bucket[] = [];
  let index = -BELOW_ONE;
  for (let at = 0; at < bytes.length;) {
    const skipped = numberAt(bytes, at);
    const count = numberAt(bytes, skipped.next);
    at = count.next;
    index += skipped.value;
    buckets.push({ index, count: count.value });
    index++;
  }
  return buckets;
}

/** The end of a bucket, which belongs to it; the beginning is the end of the one before. */
export const endOf = (index: number): number => 2 ** ((index + 1) / PER_DOUBLING);

/** As far, relatively, from a bucket's beginning as from its end. */
export const middleOf = (index: number): number =>
  (2 * endOf(index - 1) * endOf(index)) / (endOf(index - 1) + endOf(index));

/** How many values do not exceed one of the buckets' ends: exact when `end` is a power of two, or of its sixteenth root. */
export function countUpTo(buckets: readonly Bucket[], end: number): number {
  const last = Math.round(Math.log2(end) * PER_DOUBLING) - 1;
  let count = 0;
  for (const bucket of buckets) if (bucket.index <= last) count += bucket.count;
  return count;
}

/** Seven bits a byte, lowest first. */
function numberAt(bytes: Uint8Array, start: number): { readonly value: number; readonly next: number } {
  let value = 0;
  let place = 1;
  for (let at = start; ; at++) {
    const byte = bytes[at] ?? 0;
    value += (byte % 128) * place;
    if (byte < 128) return { value, next: at + 1 };
    place *= 128;
  }
}

// An exponential histogram of durations: buckets a sixteenth of a doubling wide, merged by adding, small on the wire.
// The scheme is OpenTelemetry's base-2 exponential histogram at scale 4, with a fixed range.

/** Buckets per doubling. */
const PER_DOUBLING = 16;
/** From a microsecond to four and a half hours, in doublings of a millisecond; what lies beyond counts at the edge. */
const LOWEST_DOUBLING = -10;
const HIGHEST_DOUBLING = 24;
const BUCKETS = (HIGHEST_DOUBLING - LOWEST_DOUBLING) * PER_DOUBLING;
const BASE = 2 ** (1 / PER_DOUBLING);

/** A quantile is off by at most this share of the true value, for values within the range. */
export const RELATIVE_ERROR = (BASE - 1) / (BASE + 1);

/** Which bucket a value belongs to. Zero, and what is no number, counts in the lowest. */
export function bucketOf(ms: number): number {
  const bucket = Math.ceil(Math.log2(ms) * PER_DOUBLING) - 1 - LOWEST_DOUBLING * PER_DOUBLING;
  return bucket > 0 ? Math.min(bucket, BUCKETS - 1) : 0;
}

export class Histogram {
  /** Bucket i counts values in (2^(i/16 - 10), 2^((i+1)/16 - 10)] ms. */
  readonly #counts = new Float64Array(BUCKETS);
  #count = 0;
  #max = 0;

  get count(): number {
    return this.#count;
  }

  /** The largest value recorded, exact; 0 when there is none. */
  get max(): number {
    return this.#max;
  }

  /** Adds one value, in ms. Allocates nothing. */
  record(ms: number): void {
    this.recordIn(bucketOf(ms), ms);
  }

  /** The same for a value whose bucket is known: finding it is most of the work. */
  recordIn(bucket: number, ms: number): void {
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#count++;
    if (ms > this.#max) this.#max = ms;
  }

  add(other: Histogram): void {
    for (let i = 0; i < BUCKETS; i++) this.#counts[i] = (this.#counts[i] ?? 0) + (other.#counts[i] ?? 0);
    this.#count += other.#count;
    if (other.#max > this.#max) this.#max = other.#max;
  }

  /** The value that a share `q` (0 to 1) of all values do not exceed, within RELATIVE_ERROR; undefined when empty. */
  quantile(q: number): number | undefined {
    if (this.#count === 0) return undefined;
    const rank = Math.max(1, Math.ceil(q * this.#count));
    let seen = 0;
    for (let i = 0; i < BUCKETS; i++) {
      seen += this.#counts[i] ?? 0;
      if (seen >= rank) return Math.min(middleOf(i), this.#max);
    }
    return this.#max;
  }

  clear(): void {
    if (this.#count === 0) return;
    this.#counts.fill(0);
    this.#count = 0;
    this.#max = 0;
  }

  /** The buckets that are not empty, as pairs of variable-length numbers: how many were skipped, and the count. */
  encode(): Uint8Array {
    const bytes: number[] = [];
    let skipped = 0;
    for (const count of this.#counts) {
      if (count === 0) skipped++;
      else {
        pushNumber(bytes, skipped);
        pushNumber(bytes, count);
        skipped = 0;
      }
    }
    return Uint8Array.from(bytes);
  }

  /**
   * Adds an encoded histogram without making one of it: the cost is that of its buckets in use, not of all there are.
   * Without the largest value it held, `max` is the end of its last bucket.
   * @throws {RangeError} when these bytes are no histogram; what was read until then has been added.
   */
  addEncoded(bytes: Uint8Array, max?: number): void {
    let index = 0;
    for (let at = 0; at < bytes.length;) {
      const skipped = readNumber(bytes, at);
      const count = readNumber(bytes, skipped.next);
      at = count.next;
      index += skipped.value;
      if (index >= BUCKETS) throw new RangeError(`a histogram has ${BUCKETS} buckets, these bytes go beyond`);
      this.#counts[index] = (this.#counts[index] ?? 0) + count.value;
      this.#count += count.value;
      index++;
    }
    const largest = max ?? (index === 0 ? 0 : 2 ** (index / PER_DOUBLING + LOWEST_DOUBLING));
    if (largest > this.#max) this.#max = largest;
  }

  /** @throws {RangeError} when these bytes are no histogram. */
  static decode(bytes: Uint8Array, max?: number): Histogram {
    const histogram = new Histogram();
    histogram.addEncoded(bytes, max);
    return histogram;
  }
}

/** As far, relatively, from a bucket's lower end as from its upper one. */
function middleOf(index: number): number {
  const lower = 2 ** (index / PER_DOUBLING + LOWEST_DOUBLING);
  return (2 * lower * BASE) / (1 + BASE);
}

/** Seven bits a byte, lowest first; by division, since counts may pass 32 bits. */
function pushNumber(bytes: number[], value: number): void {
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
}

function readNumber(bytes: Uint8Array, start: number): { readonly value: number; readonly next: number } {
  let value = 0;
  let place = 1;
  for (let at = start; at < bytes.length && place < 2 ** 53; at++) {
    const byte = bytes[at] ?? 0;
    value += (byte % 128) * place;
    if (byte < 128) return { value, next: at + 1 };
    place *= 128;
  }
  throw new RangeError(`a histogram's number at byte ${start} has no end`);
}

// Sizes, waits and time left of a resource's invocations, or sizes of a dependency's calls, while they grow.
import type { Measures, PackedHistogram } from '../../store/items/telemetry-detail.ts';
import { Histogram } from './histogram.ts';

export class GrowingMeasures {
  /** Made when there is a first value: most resources are never waited for. */
  #waits: Histogram | undefined;
  #bytesIn: Histogram | undefined;
  #bytesOut: Histogram | undefined;
  #left: Histogram | undefined;

  /** What is 0 is not known, or did not happen. */
  record(waitedMs: number, bytesIn: number, bytesOut: number, leftMs: number): void {
    if (waitedMs > 0) (this.#waits ??= new Histogram()).record(waitedMs);
    if (bytesIn > 0) (this.#bytesIn ??= new Histogram()).record(bytesIn);
    if (bytesOut > 0) (this.#bytesOut ??= new Histogram()).record(bytesOut);
    if (leftMs > 0) (this.#left ??= new Histogram()).record(leftMs);
  }

  read(): Measures {
    const [waits, bytesIn, bytesOut, left] = [this.#waits, this.#bytesIn, this.#bytesOut, this.#left].map(packed);
    return {
      ...(waits === undefined ? {} : { waits }),
      ...(bytesIn === undefined ? {} : { bytesIn }),
      ...(bytesOut === undefined ? {} : { bytesOut }),
      ...(left === undefined ? {} : { left }),
    };
  }

  clear(): void {
    this.#waits?.clear();
    this.#bytesIn?.clear();
    this.#bytesOut?.clear();
    this.#left?.clear();
  }
}

/** Undefined when nothing is in it. */
export function packed(histogram: Histogram | undefined): PackedHistogram | undefined {
  return histogram?.count ? packedBytes(histogram.encode()) : undefined;
}

export function packedBytes(encoded: Uint8Array): PackedHistogram {
  return Buffer.from(encoded).toString('base64');
}

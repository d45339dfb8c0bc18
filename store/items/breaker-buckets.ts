// The attributes of a breaker's item that hold what the fleet counted: ten buckets of time, three counts each.
import type { Item } from '../port.ts';

/** What happened in `[index · widthMs, (index + 1) · widthMs)`. */
export interface BreakerBucket {
  readonly index: number;
  readonly widthMs: number;
  readonly calls: number;
  readonly failures: number;
  readonly slow: number;
}

export const COUNTS = [
  ['c', 'calls'],
  ['f', 'failures'],
  ['s', 'slow'],
] as const;

/**
 * The attribute of one count of one bucket. The width is part of the name: while two revisions of a rule are live, each
 * width has its own window. Base 36 keeps thirty of them far below 1 KB.
 */
export function bucketAttribute(letter: 'c' | 'f' | 's', bucket: { index: number; widthMs: number }): string {
  return `${letter}${bucket.index.toString(36)}.${bucket.widthMs.toString(36)}`;
}

export function bucketsOf(item: Item): BreakerBucket[] {
  const buckets = new Map<string, { -readonly [field in keyof BreakerBucket]: BreakerBucket[field] }>();
  for (const [name, value] of Object.entries(item)) {
    const found = /^([cfs])([0-9a-z]+)\.([0-9a-z]+)$/.exec(name);
    const count = COUNTS.find(([letter]) => letter === found?.[1]);
    if (!found || !count) continue;
    const place = `${found[2]}.${found[3]}`;
    const bucket = buckets.get(place) ?? {
      index: Number.parseInt(found[2] ?? '', 36),
      widthMs: Number.parseInt(found[3] ?? '', 36),
      calls: 0,
      failures: 0,
      slow: 0,
    };
    bucket[count[1]] = typeof value === 'number' ? value : 0;
    buckets.set(place, bucket);
  }
  return [...buckets.values()];
}

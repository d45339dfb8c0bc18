// How a key of a fleet's throttle stands in the table, for those who watch: nothing is taken.
import { readQuota } from '../../store/items/quota.ts';
import { readSliding } from '../../store/items/sliding-window.ts';
import { readBucket, type BucketName } from '../../store/items/throttle.ts';
import type { Table } from '../../store/port.ts';
import type { ThrottleRule } from '../kernel/rules/document.ts';
import { parseRate, parseWindowRate } from '../kernel/units.ts';
import { syncOf } from './algorithm.ts';
import { AT_ONCE, LAG_US, type Terms } from './bucket.ts';
import { compileGcra, type Gcra } from './gcra.ts';
import { usualBurst } from './leaky-bucket.ts';
import { compileSliding, freeAtMs, room, slideTo } from './sliding-estimate.ts';
import { sharedStanding } from './standing.ts';
import { leaseTerms } from './terms.ts';
import { unrounded } from './token-bucket.ts';
import { windowAt } from './window.ts';

/** What every algorithm can tell. */
export interface Standing {
  /** Whether anything is known of the key: what is not known has not been met, or is long full again. */
  readonly known: boolean;
  /** Tokens that could be taken now; those on lease are taken. */
  readonly remaining: number;
  /** When there will be more, epoch ms; undefined when nothing is missing. */
  readonly moreAtMs: number | undefined;
}

export interface BucketStanding extends Standing {
  readonly kind: 'bucket';
  readonly burst: number;
  /** The theoretical arrival time, µs since the epoch. */
  readonly tatUs: number | undefined;
  /** Where `tat` stood when the bucket was last found idle, µs since the epoch. */
  readonly baseUs: number | undefined;
  /** Instances take tokens in advance. */
  readonly leased: boolean;
}

export interface WindowStanding extends Standing {
  readonly kind: 'window';
  readonly used: number;
  readonly startMs: number;
  readonly endMs: number;
  /** Of the window before, where it still counts. */
  readonly previous?: number;
  /** Of `used`, tokens that instances hold and may yet give back. */
  readonly held?: number;
}

/** Reads one key's state by a rule, which has the limit that is in force for the key. */
export async function readStanding(
  table: Table,
  rule: ThrottleRule,
  name: BucketName,
  nowMs: number,
): Promise<BucketStanding | WindowStanding> {
  switch (rule.algorithm) {
    case 'fixed-window':
      return fixedStanding(table, rule, name, nowMs);
    case 'sliding-window':
      return slidingStanding(table, rule, name, nowMs);
    case 'leaky-bucket': {
      const rate = parseRate(rule.limit);
      const gcra = compileGcra(rate, rule.burst ?? usualBurst(rate, rule.scope !== 'instance'));
      return bucketStanding(table, gcra, undefined, name, nowMs);
    }
    default: {
      const gcra = compileGcra(parseRate(rule.limit), rule.burst);
      return bucketStanding(table, gcra, leaseTerms(gcra, syncOf(rule)), name, nowMs);
    }
  }
}

async function bucketStanding(
  table: Table,
  gcra: Gcra,
  terms: Terms | undefined,
  name: BucketName,
  nowMs: number,
): Promise<BucketStanding> {
  const record = await readBucket(table, name);
  const nowUs = nowMs * 1000;
  const { remaining, moreAtUs } = sharedStanding(terms ? unrounded(gcra) : gcra, record, nowUs, terms ?? AT_ONCE);
  return {
    kind: 'bucket',
    known: record !== undefined,
    remaining,
    moreAtMs: remaining < gcra.burst && moreAtUs > nowUs ? moreAtUs / 1000 : undefined,
    burst: gcra.burst,
    tatUs: record?.tatUs,
    baseUs: record?.baseUs,
    leased: terms !== undefined,
  };
}

async function slidingStanding(
  table: Table,
  { limit }: ThrottleRule,
  name: BucketName,
  nowMs: number,
): Promise<WindowStanding> {
  const sliding = compileSliding(parseRate(limit), LAG_US / 1000);
  const record = await readSliding(table, name);
  const now = slideTo(sliding, record, nowMs);
  const remaining = room(sliding, now, nowMs);
  return {
    kind: 'window',
    known: record !== undefined,
    remaining,
    moreAtMs: remaining < sliding.limit ? freeAtMs(sliding, now, nowMs, remaining + 1) : undefined,
    used: now.current,
    startMs: now.startMs,
    endMs: now.startMs + sliding.lengthMs,
    previous: now.previous,
  };
}

async function fixedStanding(
  table: Table,
  { limit, timezone = 'UTC' }: ThrottleRule,
  name: BucketName,
  nowMs: number,
): Promise<WindowStanding> {
  const rate = parseWindowRate(limit);
  const { startMs, endMs } = windowAt(rate, timezone, nowMs);
  const record = await readQuota(table, name, startMs, { consistent: true });
  const used = record?.taken ?? 0;
  const remaining = Math.max(0, rate.tokens - used);
  return {
    kind: 'window',
    known: record !== undefined,
    remaining,
    moreAtMs: remaining < rate.tokens ? endMs : undefined,
    used,
    startMs,
    endMs,
    ...(record && record.held > 0 ? { held: record.held } : {}),
  };
}

// How a key of a fleet's throttle stands in the table, for those who watch: nothing is taken.
import { readQuota } from '../../store/items/quota.ts';
import { readSliding } from '../../store/items/sliding-window.ts';
import { readBucket, type BucketName, type BucketRecord } from '../../store/items/throttle.ts';
import { partName } from '../../store/items/throttle-shards.ts';
import type { CallOptions, Table } from '../../store/port.ts';
import type { ThrottleRule } from '../kernel/rules/document.ts';
import { parseDuration, parseRate, parseWindowRate } from '../kernel/units.ts';
import { syncOf } from './algorithm.ts';
import { AT_ONCE, LAG_US, type Terms } from './bucket.ts';
import { compileGcra, type Gcra } from './gcra.ts';
import { usualBurst } from './leaky-bucket.ts';
import { divisionOf, partOf } from './parts.ts';
import { compileSliding, freeAtMs, room, slideTo } from './sliding-estimate.ts';
import { sharedStanding } from './standing.ts';
import { leaseTerms } from './terms.ts';
import { unrounded } from './token-bucket.ts';
import { warmed, warmingSince, warmthOf } from './warm-up.ts';
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
  /** How many items it is kept in, so that its instances do not wait for one. */
  readonly parts: number;
  /** Of one that is cold: when it is warm, if it is used from now on. */
  readonly warmAtMs?: number;
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
  options?: CallOptions,
): Promise<BucketStanding | WindowStanding> {
  switch (rule.algorithm) {
    case 'fixed-window':
      return fixedStanding(table, rule, name, nowMs, options);
    case 'sliding-window':
      return slidingStanding(table, rule, name, nowMs, options);
    case 'leaky-bucket': {
      const rate = parseRate(rule.limit);
      const gcra = compileGcra(rate, rule.burst ?? usualBurst(rate, rule.scope !== 'instance'));
      return bucketStanding(table, gcra, undefined, name, nowMs, options);
    }
    default: {
      const gcra = compileGcra(parseRate(rule.limit), rule.burst);
      if (rule.warmUp !== undefined) {
        return warmingStanding(table, gcra, parseDuration(rule.warmUp) * 1000, name, nowMs, options);
      }
      return bucketStanding(table, gcra, leaseTerms(gcra, syncOf(rule)), name, nowMs, options);
    }
  }
}

async function bucketStanding(
  table: Table,
  rounded: Gcra,
  terms: Terms | undefined,
  name: BucketName,
  nowMs: number,
  options?: CallOptions,
): Promise<BucketStanding> {
  const gcra = terms ? unrounded(rounded) : rounded;
  const record = await readBucket(table, name, options);
  const nowUs = nowMs * 1000;
  const { parts } = divisionOf(record);
  const standings =
    record && parts > 1
      ? await partStandings(table, gcra, terms ?? AT_ONCE, name, record, nowUs)
      : [sharedStanding(gcra, record, nowUs, terms ?? AT_ONCE)];
  const remaining = standings.reduce((sum, standing) => sum + standing.remaining, 0);
  const moreAtUs = Math.min(...standings.map((standing) => standing.moreAtUs));
  return {
    kind: 'bucket',
    known: record !== undefined,
    remaining,
    moreAtMs: remaining < gcra.burst && moreAtUs > nowUs ? moreAtUs / 1000 : undefined,
    burst: gcra.burst,
    tatUs: record?.tatUs,
    baseUs: record?.baseUs,
    leased: terms !== undefined,
    parts,
  };
}

async function warmingStanding(
  table: Table,
  gcra: Gcra,
  warmUpUs: number,
  name: BucketName,
  nowMs: number,
  options?: CallOptions,
): Promise<BucketStanding> {
  const record = await readBucket(table, name, options);
  const sinceUs = warmingSince(warmthOf(record), warmUpUs, nowMs * 1000);
  const gcraNow = warmed(gcra, warmUpUs, sinceUs, nowMs * 1000);
  const { remaining, moreAtUs } = sharedStanding(gcraNow, record, nowMs * 1000);
  const warmAtMs = (sinceUs + warmUpUs) / 1000;
  return {
    kind: 'bucket',
    known: record !== undefined,
    remaining,
    moreAtMs: remaining < gcra.burst && moreAtUs > nowMs * 1000 ? moreAtUs / 1000 : undefined,
    burst: gcra.burst,
    tatUs: record?.tatUs,
    baseUs: record?.baseUs,
    leased: false,
    parts: 1,
    ...(warmAtMs > nowMs ? { warmAtMs } : {}),
  };
}

/** Each part has its share of the rate; one that nobody has asked yet goes on where the bucket ended. */
function partStandings(
  table: Table,
  gcra: Gcra,
  terms: Terms,
  name: BucketName,
  whole: BucketRecord,
  nowUs: number,
): Promise<ReturnType<typeof sharedStanding>[]> {
  const division = divisionOf(whole);
  const share = partOf(gcra, division.parts);
  const unasked = { tatUs: division.openedUs, baseUs: division.openedUs - gcra.capacityUs };
  return Promise.all(
    Array.from({ length: division.parts }, async (_, part) => {
      const record = await readBucket(table, { ...partName(name, division, part), service: name.service });
      return sharedStanding(share, record ?? unasked, nowUs, terms);
    }),
  );
}

async function slidingStanding(
  table: Table,
  { limit }: ThrottleRule,
  name: BucketName,
  nowMs: number,
  options?: CallOptions,
): Promise<WindowStanding> {
  const sliding = compileSliding(parseRate(limit), LAG_US / 1000);
  const record = await readSliding(table, name, options);
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
  options?: CallOptions,
): Promise<WindowStanding> {
  const rate = parseWindowRate(limit);
  const { startMs, endMs } = windowAt(rate, timezone, nowMs);
  const record = await readQuota(table, name, startMs, { ...options, consistent: true });
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

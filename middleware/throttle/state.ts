// How a key of a fleet's throttle stands in the table, for those who watch: nothing is taken.
import { readBucket, type BucketName } from '../../store/items/throttle.ts';
import type { CallOptions, Table } from '../../store/port.ts';
import type { ThrottleRule } from '../kernel/rules/document.ts';
import { parseRate } from '../kernel/rates.ts';
import { parseDuration } from '../kernel/units.ts';
import { syncOf } from './algorithm.ts';
import { AT_ONCE, type Terms } from './bucket.ts';
import { divisionOf } from './division.ts';
import { compileGcra, type Gcra } from './gcra.ts';
import { divided, later } from './later.ts';
import { sharedStanding } from './standing.ts';
import { leaseTerms } from './terms.ts';
import { unrounded } from './token-bucket.ts';

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
      return later('quotas').readQuotaStanding(table, rule, name, nowMs, options);
    case 'sliding-window':
      return later('seldom').readSlidingStanding(table, rule, name, nowMs, options);
    case 'leaky-bucket': {
      const rate = parseRate(rule.limit);
      const gcra = compileGcra(rate, rule.burst ?? later('seldom').usualBurst(rate, rule.scope !== 'instance'));
      return bucketStanding(table, gcra, undefined, name, nowMs, options);
    }
    default: {
      const gcra = compileGcra(parseRate(rule.limit), rule.burst);
      if (rule.warmUp !== undefined) {
        return later('seldom').readWarmingStanding(
          table,
          gcra,
          parseDuration(rule.warmUp) * 1000,
          name,
          nowMs,
          options,
        );
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
      ? await (await divided()).readPartStandings(table, gcra, terms ?? AT_ONCE, name, record, nowUs, options)
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

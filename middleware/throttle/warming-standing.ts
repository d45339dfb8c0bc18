// How a key of a bucket that warms up stands in the table.
import { readBucket, type BucketName } from '../../store/items/throttle.ts';
import type { CallOptions, Table } from '../../store/port.ts';
import type { Gcra } from './gcra.ts';
import { sharedStanding } from './standing.ts';
import type { BucketStanding } from './state.ts';
import { warmed, warmingSince, warmthOf } from './warm-up.ts';

export async function readWarmingStanding(
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

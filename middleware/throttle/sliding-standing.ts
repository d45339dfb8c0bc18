// How a key of a sliding window stands in the table.
import { readSliding } from '../../store/items/sliding-window.ts';
import type { BucketName } from '../../store/items/throttle.ts';
import type { CallOptions, Table } from '../../store/port.ts';
import type { ThrottleRule } from '../kernel/rules/document.ts';
import { parseRate } from '../kernel/rates.ts';
import { LAG_US } from './bucket.ts';
import { compileSliding, freeAtMs, room, slideTo } from './sliding-estimate.ts';
import type { WindowStanding } from './state.ts';

export async function readSlidingStanding(
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

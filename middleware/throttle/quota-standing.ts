// How a key of a fixed window stands in the table.
import { readQuota } from '../../store/items/quota.ts';
import type { BucketName } from '../../store/items/throttle.ts';
import type { CallOptions, Table } from '../../store/port.ts';
import type { ThrottleRule } from '../kernel/rules/document.ts';
import { parseWindowRate } from '../kernel/rates.ts';
import type { WindowStanding } from './state.ts';
import { windowAt } from './window.ts';

export async function readQuotaStanding(
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

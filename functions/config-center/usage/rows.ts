// The usage of quotas, key by key and window by window, in order: by rule, by time, by key.
import { readQuota } from '../../../store/items/quota.ts';
import { readUsageKeys, readUsageWindows, type UsageKey, type UsageWindow } from '../../../store/items/usage.ts';
import type { Table } from '../../../store/port.ts';
import type { UsagePosition, UsageQuery } from './query.ts';
import type { PublishedQuotas } from './quotas.ts';

/** One key's use of one window. */
export interface UsageRow {
  readonly rule: string;
  /** As it stands in the table. */
  readonly key: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly used: number;
  /** On lease: perhaps used and not reported yet. */
  readonly held: number;
  /** Undefined for a rule that is gone and was last counted by an old library. */
  readonly limit: number | undefined;
  /** When 80 and 100 percent were reached, as far as they were watched for, epoch ms; 0 when they were not. */
  readonly reached80Ms: number;
  readonly reached100Ms: number;
}

export interface UsagePage {
  readonly rows: readonly UsageRow[];
  /** Set when there is more. */
  readonly end?: UsagePosition;
}

/** Counters read at once. */
const READ_AT_ONCE = 50;

/** One page. It may be short though there is more: counters are forgotten a little before the lists of their keys. */
export async function usagePage(table: Table, query: UsageQuery, quotas: PublishedQuotas): Promise<UsagePage> {
  const { rules, limit, after } = query;
  const found: { readonly window: UsageWindow; readonly key: string }[] = [];
  let end: UsagePosition | undefined;
  for (const rule of rules) {
    if (after && rule < after.rule) continue;
    for (const windows of await windowsOf(table, query, rule)) {
      const [first] = windows;
      if (!first || (after?.rule === rule && first.startMs < after.startMs)) continue;
      // What one window leaves of the page is the next one's.
      if (found.length === limit) return { rows: await rowsOf(table, found, quotas), ...(end ? { end } : {}) };
      const isFirst = after?.rule === rule && after.startMs === first.startMs;
      const keys = await keysOf(table, query, windows, limit - found.length, isFirst ? after.after : undefined);
      for (const each of keys.keys) {
        const window = windows.find(({ generation }) => generation === each.generation);
        if (window) found.push({ window, key: each.key });
        end = { rule, startMs: first.startMs, after: each };
      }
      if (keys.more) return { rows: await rowsOf(table, found, quotas), ...(end ? { end } : {}) };
    }
  }
  return { rows: await rowsOf(table, found, quotas) };
}

/** A rule's windows, those that began together in one list: a rule that was changed has several. */
async function windowsOf(table: Table, query: UsageQuery, rule: string): Promise<UsageWindow[][]> {
  const windows = await readUsageWindows(table, { service: query.service, rule }, query.fromMs, query.toMs);
  const byStart = new Map<number, UsageWindow[]>();
  for (const window of windows) byStart.set(window.startMs, [...(byStart.get(window.startMs) ?? []), window]);
  return [...byStart.values()];
}

async function keysOf(
  table: Table,
  { key }: UsageQuery,
  windows: readonly UsageWindow[],
  limit: number,
  after: UsageKey | undefined,
): Promise<{ readonly keys: readonly UsageKey[]; readonly more: boolean }> {
  const [first] = windows;
  if (!first) return { keys: [], more: false };
  if (key === undefined) return readUsageKeys(table, first, { limit, after });
  const rest = windows
    .map(({ generation }) => ({ key, generation }))
    .sort((a, b) => (a.generation < b.generation ? -1 : 1));
  const left = after ? rest.filter(({ generation }) => generation > after.generation) : rest;
  return { keys: left.slice(0, limit), more: left.length > limit };
}

async function rowsOf(
  table: Table,
  found: readonly { readonly window: UsageWindow; readonly key: string }[],
  quotas: PublishedQuotas,
): Promise<UsageRow[]> {
  const rows: UsageRow[] = [];
  for (let i = 0; i < found.length; i += READ_AT_ONCE) {
    const some = found.slice(i, i + READ_AT_ONCE);
    const read = await Promise.all(some.map(({ window, key }) => rowOf(table, window, key, quotas)));
    rows.push(...read.filter((row) => row !== undefined));
  }
  return rows;
}

async function rowOf(
  table: Table,
  window: UsageWindow,
  key: string,
  quotas: PublishedQuotas,
): Promise<UsageRow | undefined> {
  const { service, rule, generation, startMs, endMs } = window;
  const record = await readQuota(table, { service, rule, algorithm: 'fixed-window', generation, key }, startMs);
  if (!record) return undefined;
  const { taken, held } = record;
  const quota = quotas.get(rule);
  // A key that has another limit than its rule is told the one that was last enforced.
  const inForce = quota?.generation === generation && !quota.overridden ? quota.limit : undefined;
  return {
    ...{ rule, key, startMs, endMs },
    used: Math.max(0, taken - held),
    held,
    limit: inForce ?? record.limit ?? quota?.limit,
    reached80Ms: record.reachedMs(80),
    reached100Ms: record.reachedMs(100),
  };
}

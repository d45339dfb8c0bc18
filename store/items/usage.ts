// Which keys used a quota in which window: lists beside the counters, so that usage is found without scanning the table.
import { instanceKeys } from '../instance-keys.ts';
import type { CallOptions, Item, Table } from '../port.ts';
import { fieldsOf, ITEM_VERSION } from './fields.ts';

/** Lists a window's keys are spread over. */
export const USAGE_SHARDS = 16;
/** No window is longer, not even a month in which clocks are set back. */
const LONGEST_WINDOW_MS = 32 * 86_400_000;

/** One window of one rule. */
export interface UsageWindow {
  readonly service: string;
  readonly rule: string;
  /** Changes with the length and the timezone of the windows. */
  readonly generation: string;
  /** Epoch ms; the end is the start of the next one. */
  readonly startMs: number;
  readonly endMs: number;
}

/** A key that used a quota in a window. */
export interface UsageKey {
  readonly key: string;
  readonly generation: string;
}

/** Notes that a window was used; again and again to the same effect. `expiration` in s since the epoch. */
export async function putUsageWindow(
  table: Table,
  { service, rule, generation, startMs, endMs }: UsageWindow,
  expiration: number,
  options?: CallOptions,
): Promise<void> {
  const item = { ...instanceKeys.usageWindow(service, rule, iso(startMs), generation), v: ITEM_VERSION };
  await table.put({ item: { ...item, generation, startMs, endMs, expiration }, ...options });
}

/** Notes that a key used a window; again and again to the same effect. `expiration` in s since the epoch. */
export async function putUsageKey(
  table: Table,
  { service, rule, generation, startMs }: UsageWindow,
  key: string,
  expiration: number,
  options?: CallOptions,
): Promise<void> {
  const at = instanceKeys.usageKey(service, rule, iso(startMs), shardOf(key), key, generation);
  await table.put({ item: { ...at, v: ITEM_VERSION, key, generation, expiration }, ...options });
}

/** The windows of a rule that have a moment in [fromMs, toMs), in order of time. */
export async function readUsageWindows(
  table: Table,
  { service, rule }: Pick<UsageWindow, 'service' | 'rule'>,
  fromMs: number,
  toMs: number,
): Promise<UsageWindow[]> {
  const first = iso(Math.max(0, fromMs - LONGEST_WINDOW_MS));
  const { pk } = instanceKeys.usageWindow(service, rule, '', '');
  const windows: UsageWindow[] = [];
  let cursor: string | undefined;
  do {
    const page = await table.query({
      pk,
      sk: { between: [first, iso(toMs)] },
      ...(cursor === undefined ? {} : { cursor }),
    });
    for (const item of page.items) {
      const { text, moment } = fieldsOf(item);
      const [startMs, endMs] = [moment('startMs'), moment('endMs')];
      if (startMs < toMs && endMs > fromMs)
        windows.push({ service, rule, generation: text('generation'), startMs, endMs });
    }
    cursor = page.cursor;
  } while (cursor !== undefined);
  return windows;
}

/** Some keys of a window in the order of their names. */
export interface UsageKeys {
  readonly keys: UsageKey[];
  /** There are others behind them. */
  readonly more: boolean;
}

/** Up to `limit` keys of the windows of a rule that began at an instant, in the order of their names; those after `after`. */
export async function readUsageKeys(
  table: Table,
  { service, rule, startMs }: Pick<UsageWindow, 'service' | 'rule' | 'startMs'>,
  { limit, after }: { readonly limit: number; readonly after?: UsageKey | undefined },
): Promise<UsageKeys> {
  const start = iso(startMs);
  const lists = Array.from(
    { length: USAGE_SHARDS },
    (_, shard) => instanceKeys.usageKey(service, rule, start, shard, '', '').pk,
  );
  const found: UsageKey[] = [];
  let position = after ? positionOf(after) : '';
  let more = true;
  while (more && found.length < limit) {
    // As keys are spread evenly, reading a little more than a list's part mostly does.
    const part = Math.ceil(((limit - found.length) / USAGE_SHARDS) * 1.25) + 2;
    const pages = await Promise.all(lists.map((pk) => readList(table, pk, position, part)));
    // The order of all is known up to where the first of the lists that go on has been read.
    const ends = pages.flatMap(({ more: goesOn, end }) => (goesOn ? [end] : [])).sort();
    const [known] = ends;
    const ordered = pages.flatMap((page) => page.keys).sort(inOrder);
    found.push(...(known === undefined ? ordered : ordered.filter((key) => positionOf(key) <= known)));
    more = known !== undefined;
    position = known ?? position;
  }
  return { keys: found.slice(0, limit), more: more || found.length > limit };
}

/** Some keys of one list behind a position, and how far it has been read. */
async function readList(table: Table, pk: string, position: string, limit: number) {
  const page = await table.query({
    pk,
    ...(position === '' ? {} : { sk: { between: [position, LAST] } }),
    // The position itself comes first, if it is in this list.
    limit: limit + 1,
  });
  const end = page.items.at(-1)?.['sk'];
  return {
    keys: page.items.filter(({ sk }) => sk !== position).map(usageKeyOf),
    more: page.cursor !== undefined,
    end: typeof end === 'string' ? end : position,
  };
}

/** Behind every key: they are written in ASCII. */
const LAST = '\uffff';

function usageKeyOf(item: Item): UsageKey {
  const { text } = fieldsOf(item);
  return { key: text('key'), generation: text('generation') };
}

/** As the table sorts them: by bytes, and keys hold ASCII alone. */
function inOrder(a: UsageKey, b: UsageKey): number {
  const [left, right] = [positionOf(a), positionOf(b)];
  return left < right ? -1 : Number(left > right);
}

function positionOf({ key, generation }: UsageKey): string {
  return instanceKeys.usageKey('', '', '', 0, key, generation).sk;
}

/** FNV-1a: any hash that spreads will do, and all versions must agree on it. */
export function shardOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193) >>> 0;
  return hash % USAGE_SHARDS;
}

const iso = (ms: number) => new Date(ms).toISOString();

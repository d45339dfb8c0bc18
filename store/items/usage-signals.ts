// Quotas that came near their limit: one item a key, window and share, in order of time, and of many at once a count.
import { instanceKeys } from '../instance-keys.ts';
import { type CallOptions, type Item, StoreRejected, type Table } from '../port.ts';
import { fieldsOf, ITEM_VERSION } from './fields.ts';

/** Of a rule and hour so many are listed; of more it is told how many there were. */
export const MOST_SIGNALS_LISTED = 100;
/** As long as the counters of the days they are of. */
const KEPT_MS = 70 * 86_400_000;
const HOUR_MS = 3_600_000;
/** One page asks the store at most this often; a longer way through quiet days goes on with the cursor. */
const MOST_QUERIES_A_PAGE = 31;
const DEFAULT_LIMIT = 50;
/** Sorts behind every id of its millisecond: `$` is the character after the `#` that precedes an id. */
const AFTER_IDS = '$';
const POSITION = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z[#$]/;

export interface UsageSignal {
  readonly service: string;
  readonly rule: string;
  /** As it stands in the table. */
  readonly key: string;
  readonly generation: string;
  /** Of the limit, percent. */
  readonly percent: number;
  /** When it was reached, epoch ms. */
  readonly atMs: number;
  readonly limit: number;
  /** The window, epoch ms. */
  readonly startMs: number;
  readonly endMs: number;
}

/** Signals of a rule and hour that are more than are listed. */
export interface UnlistedSignals {
  readonly rule: string;
  /** Beginning of the hour, epoch ms. */
  readonly hourMs: number;
  /** All of that hour, listed or not. */
  readonly count: number;
}

/**
 * Counts a signal, and lists it unless its rule and hour have enough; a second time to the same effect, but for the count.
 * `new`: this call has listed it. `known`: another had. `counted`: it is not listed.
 */
export async function putUsageSignal(
  table: Table,
  signal: UsageSignal,
  options?: CallOptions,
): Promise<'new' | 'known' | 'counted'> {
  const { service, rule, key, generation, percent, atMs } = signal;
  const expiration = Math.ceil((atMs + KEPT_MS) / 1000);
  const hourMs = Math.floor(atMs / HOUR_MS) * HOUR_MS;
  const { item } = await table.update({
    key: instanceKeys.usageSignalCount(service, hourOf(atMs), rule),
    update: 'SET v = :v, expiration = :expiration, #rule = :rule, hourMs = :hour ADD n :one',
    names: { '#rule': 'rule' },
    values: { ':v': ITEM_VERSION, ':expiration': expiration, ':rule': rule, ':hour': hourMs, ':one': 1 },
    ...options,
  });
  if (item && fieldsOf(item).number('n') > MOST_SIGNALS_LISTED) return 'counted';
  const at = instanceKeys.usageSignal(service, dayOf(atMs), iso(atMs), `${rule}#${percent}#${key}#${generation}`);
  const { limit, startMs, endMs } = signal;
  const { applied } = await table.put({
    item: { ...at, v: ITEM_VERSION, rule, key, generation, percent, atMs, limit, startMs, endMs, expiration },
    condition: 'attribute_not_exists(pk)',
    ...options,
  });
  return applied ? 'new' : 'known';
}

/**
 * A page of signals in [fromMs, toMs), newest first. While there is a `cursor` there may be more, also when the page is
 * short or empty. @throws {StoreRejected} (`InvalidCursor`) for a cursor that is not ours.
 */
export async function readUsageSignals(
  table: Table,
  service: string,
  query: { readonly fromMs: number; readonly toMs: number; readonly limit?: number; readonly cursor?: string },
): Promise<{ readonly signals: UsageSignal[]; readonly cursor?: string }> {
  const { limit = DEFAULT_LIMIT } = query;
  const low = iso(query.fromMs);
  const signals: UsageSignal[] = [];
  let position = startOf(query);
  for (let queries = 0; position > low; queries++) {
    if (queries === MOST_QUERIES_A_PAGE) return { signals, cursor: toCursor(position) };
    const { items, cursor } = await table.query({
      pk: instanceKeys.usageSignal(service, position.slice(0, 10), '', '').pk,
      sk: { between: [low, position] },
      descending: true,
      limit: limit + 1,
    });
    for (const item of items) {
      const sk = item['sk'];
      if (typeof sk !== 'string' || sk === position) continue;
      position = sk;
      signals.push(signalOf(service, item));
      if (signals.length === limit) return { signals, cursor: toCursor(position) };
    }
    if (cursor === undefined) position = iso(Date.parse(position.slice(0, 10)) - 1) + AFTER_IDS;
  }
  return { signals };
}

/** From the first to the last hour with signals of those of [fromMs, toMs), epoch ms: [fromMs, toMs) too; undefined without any. */
export async function readUsageSignalSpan(
  table: Table,
  service: string,
  fromMs: number,
  toMs: number,
): Promise<{ readonly fromMs: number; readonly toMs: number } | undefined> {
  const { pk } = instanceKeys.usageSignalCount(service, '', '');
  const between = [hourOf(fromMs), `${hourOf(Math.max(fromMs, toMs - 1))}${AFTER_IDS}`] as const;
  const ends = await Promise.all(
    [false, true].map((descending) => table.query({ pk, sk: { between }, descending, limit: 1 })),
  );
  const [first, last] = ends.map(({ items: [item] }) => item && fieldsOf(item).moment('hourMs'));
  return first === undefined || last === undefined ? undefined : { fromMs: first, toMs: last + HOUR_MS };
}

/** The rules and hours with more signals than are listed, of [fromMs, toMs), newest first, at most `limit`. */
export async function readUnlistedSignals(
  table: Table,
  service: string,
  fromMs: number,
  toMs: number,
  limit: number,
): Promise<UnlistedSignals[]> {
  const { pk } = instanceKeys.usageSignalCount(service, '', '');
  const unlisted: UnlistedSignals[] = [];
  const between = [hourOf(fromMs), `${hourOf(Math.max(fromMs, toMs - 1))}${AFTER_IDS}`] as const;
  let cursor: string | undefined;
  do {
    const page = await table.query({
      pk,
      sk: { between },
      descending: true,
      ...(cursor === undefined ? {} : { cursor }),
    });
    for (const item of page.items) {
      const { number, moment, text } = fieldsOf(item);
      const count = number('n');
      const hourMs = moment('hourMs');
      if (count > MOST_SIGNALS_LISTED) unlisted.push({ rule: text('rule'), hourMs, count });
    }
    cursor = page.cursor;
  } while (cursor !== undefined && unlisted.length < limit);
  return unlisted.slice(0, limit);
}

function startOf({ toMs, cursor }: { readonly toMs: number; readonly cursor?: string }): string {
  const end = iso(Math.max(0, toMs - 1)) + AFTER_IDS;
  if (cursor === undefined) return end;
  const position = Buffer.from(cursor, 'base64url').toString('utf8');
  if (!POSITION.test(position) || Number.isNaN(Date.parse(position.slice(0, 10)))) {
    throw new StoreRejected('InvalidCursor', 'The cursor is not one that the signals gave: start again without it');
  }
  return position < end ? position : end;
}

function signalOf(service: string, item: Item): UsageSignal {
  const { text, number, moment } = fieldsOf(item);
  return {
    service,
    rule: text('rule'),
    key: text('key'),
    generation: text('generation'),
    percent: number('percent'),
    atMs: moment('atMs'),
    limit: number('limit'),
    startMs: moment('startMs'),
    endMs: moment('endMs'),
  };
}

function toCursor(position: string): string {
  return Buffer.from(position).toString('base64url');
}

const iso = (ms: number) => new Date(ms).toISOString();
const dayOf = (ms: number) => iso(ms).slice(0, 'yyyy-mm-dd'.length);
const hourOf = (ms: number) => iso(ms).slice(0, 'yyyy-mm-ddThh'.length);

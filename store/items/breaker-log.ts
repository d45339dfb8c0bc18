// How breakers changed: one item a transition, in order of time, by day.
import { instanceKeys } from '../instance-keys.ts';
import { type CallOptions, type Item, StoreRejected, type Table } from '../port.ts';
import { fieldsOf, ITEM_VERSION } from './fields.ts';

const DAY_MS = 86_400_000;
const KEPT_DAYS = 90;
/** One page asks the store at most this often; a longer way through quiet days goes on with the cursor. */
const MOST_QUERIES_A_PAGE = 31;
/** How many items one query takes in: of several breakers only one may be looked for. */
const LOOKED_AT_ONCE = 200;
/** Sorts behind every id of its millisecond: `$` is the character after the `#` that precedes an id. */
const AFTER_IDS = '$';
const POSITION = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z[#$]/;

export interface BreakerTransitionItem {
  readonly service: string;
  readonly breaker: string;
  /** Of a rule with a key, as it is stored. */
  readonly key: string | undefined;
  readonly from: string;
  readonly to: string;
  /** The time of the transition, epoch ms. */
  readonly epoch: number;
  readonly cause: string;
  /** The instance that moved it, or the operator. */
  readonly by: string;
  readonly function?: string | undefined;
  readonly counts?: Readonly<Record<string, number>> | undefined;
  /** An operator's. */
  readonly reason?: string | undefined;
  /** Until when it is open or forced, epoch ms. */
  readonly until?: number | undefined;
}

/** Puts a transition; a second time to the same effect, since only one of an epoch happens. */
export async function putBreakerTransition(
  table: Table,
  { service, breaker, key, from, to, epoch, cause, by, counts, ...rest }: BreakerTransitionItem,
  options?: CallOptions,
): Promise<void> {
  const at = instanceKeys.breakerTransition(
    service,
    dayOf(epoch),
    iso(epoch),
    key === undefined ? breaker : `${breaker}#${key}`,
  );
  await table.put({
    item: {
      ...at,
      v: ITEM_VERSION,
      breaker,
      key,
      from,
      to,
      epoch,
      cause,
      by,
      ...rest,
      counts: counts && { ...counts },
      expiration: Math.ceil((epoch + KEPT_DAYS * DAY_MS) / 1000),
    },
    ...options,
  });
}

export interface TransitionQuery {
  readonly breaker: string;
  /** As it is stored; undefined for all keys of the rule. */
  readonly key?: string | undefined;
  /** Of [fromMs, toMs). */
  readonly fromMs: number;
  readonly toMs: number;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/**
 * A page of one breaker's transitions, newest first. While there is a `cursor` there may be more, also when the page is
 * short or empty. @throws {StoreRejected} (`InvalidCursor`) for a cursor that is not ours.
 */
export async function readBreakerTransitions(
  table: Table,
  service: string,
  query: TransitionQuery,
): Promise<{ readonly transitions: BreakerTransitionItem[]; readonly cursor?: string }> {
  const low = iso(query.fromMs);
  const transitions: BreakerTransitionItem[] = [];
  let position = startOf(query);
  for (let queries = 0; position > low; queries++) {
    if (queries === MOST_QUERIES_A_PAGE) return { transitions, cursor: toCursor(position) };
    const { items, cursor } = await table.query({
      pk: instanceKeys.breakerTransition(service, position.slice(0, 10), '', '').pk,
      sk: { between: [low, position] },
      descending: true,
      limit: LOOKED_AT_ONCE,
    });
    for (const item of items) {
      const sk = item['sk'];
      if (typeof sk !== 'string' || sk === position) continue;
      position = sk;
      const transition = transitionOf(service, item);
      if (transition.breaker !== query.breaker || (query.key !== undefined && transition.key !== query.key)) continue;
      transitions.push(transition);
      if (transitions.length === query.limit) return { transitions, cursor: toCursor(position) };
    }
    if (cursor === undefined) position = iso(Date.parse(position.slice(0, 10)) - 1) + AFTER_IDS;
  }
  return { transitions };
}

/** The time before which no transition is kept any more, epoch ms. */
export const oldestTransitionMs = (nowMs: number) => nowMs - KEPT_DAYS * DAY_MS;

function startOf({ toMs, cursor }: TransitionQuery): string {
  const end = iso(Math.max(0, toMs - 1)) + AFTER_IDS;
  if (cursor === undefined) return end;
  const position = Buffer.from(cursor, 'base64url').toString('utf8');
  if (!POSITION.test(position) || Number.isNaN(Date.parse(position.slice(0, 10)))) {
    throw new StoreRejected('InvalidCursor', 'The cursor is not one that the transitions gave: start again without it');
  }
  return position < end ? position : end;
}

function transitionOf(service: string, item: Item): BreakerTransitionItem {
  const { text, moment, optionalText, optionalMoment } = fieldsOf(item);
  const { counts } = item;
  return {
    service,
    breaker: text('breaker'),
    key: optionalText('key'),
    from: text('from'),
    to: text('to'),
    epoch: moment('epoch'),
    cause: text('cause'),
    by: text('by'),
    function: optionalText('function'),
    counts: isCounts(counts) ? counts : undefined,
    reason: optionalText('reason'),
    until: optionalMoment('until'),
  };
}

function isCounts(value: Item[string]): value is Record<string, number> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Uint8Array) &&
    Object.values(value).every((count) => typeof count === 'number')
  );
}

function toCursor(position: string): string {
  return Buffer.from(position).toString('base64url');
}

const iso = (ms: number) => new Date(ms).toISOString();
const dayOf = (ms: number) => iso(ms).slice(0, 'yyyy-mm-dd'.length);

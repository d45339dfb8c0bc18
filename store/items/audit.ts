// The audit log: who did what and when, never changed afterwards, read newest first.
import { keys } from '../keys.ts';
import { type Item, StoreRejected, type Table, type Value } from '../port.ts';
import { fieldsOf, ITEM_VERSION, UnreadableItem } from './fields.ts';

export interface AuditEntry {
  /** ms since the epoch. */
  readonly at: number;
  /** Tells entries of one ms apart; the same `at` and `id` are the same entry. */
  readonly id: string;
  readonly actor: string;
  /** Who that is whatever they are called: `key:<id>`, `jwt:<issuer>:<sub>`; entries of flyball before 0.3.0 have none. */
  readonly identity?: string;
  /** E.g. `rules.publish`. */
  readonly action: string;
  readonly service?: string;
  readonly target?: string;
  readonly detail?: { readonly [name: string]: Value | undefined };
  readonly note?: string;
}

export interface AuditQuery {
  /** ms since the epoch; both ends are included. */
  readonly from: number;
  readonly to: number;
  readonly service?: string;
  readonly actor?: string;
  readonly identity?: string;
  /** Exactly, or all that begin with it when it ends in a dot: `rules.`. */
  readonly action?: string;
  readonly target?: string;
  readonly cursor?: string;
  readonly limit?: number;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const KEPT_DAYS = 400;
const DEFAULT_LIMIT = 50;

/** One page asks the store at most this often; a longer way through quiet days goes on with the cursor. */
const MOST_QUERIES_A_PAGE = 31;

/** Sorts behind every id of its millisecond: `$` is the character after the `#` that precedes an id. */
const AFTER_IDS = '$';

const POSITION = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z[#$]/;

/** Adds an entry. Gives false, and changes nothing, if there is one with the same time and id. */
export async function appendAudit(table: Table, entry: AuditEntry): Promise<boolean> {
  const { at, id, actor, identity, action, service, target, detail, note } = entry;
  const time = new Date(at).toISOString();
  const expiration = Math.ceil((at + KEPT_DAYS * DAY_MS) / 1000);
  const { applied } = await table.put({
    item: {
      ...keys.audit(dayOf(time), time, id),
      v: ITEM_VERSION,
      ...{ at, id, actor, identity, action, service, target, note, expiration },
      detail: detail && { ...detail },
    },
    condition: 'attribute_not_exists(pk)',
  });
  return applied;
}

/**
 * A page of entries, newest first. While there is a `cursor` there may be more, also when the page is short or empty.
 * Throws `StoreRejected` (`InvalidCursor`) for a cursor that is not ours.
 */
export async function readAudit(
  table: Table,
  query: AuditQuery,
): Promise<{ readonly entries: AuditEntry[]; readonly cursor?: string }> {
  const { limit = DEFAULT_LIMIT } = query;
  const low = new Date(query.from).toISOString();
  const entries: AuditEntry[] = [];
  // The position: everything at or behind it has been seen. Times sort as text, within a day and across days.
  let position = startOf(query);
  for (let queries = 0; position > low; queries++) {
    if (queries === MOST_QUERIES_A_PAGE) return { entries, cursor: toCursor(position) };
    const { items, cursor } = await table.query({
      pk: keys.audit(dayOf(position), '', '').pk,
      sk: { between: [low, position] },
      descending: true,
      limit: limit + 1,
    });
    for (const item of items) {
      const sk = item['sk'];
      if (typeof sk !== 'string') continue;
      if (sk === position) continue;
      position = sk;
      if (!isAskedFor(item, query)) continue;
      entries.push(readableOf(item, sk));
      if (entries.length === limit) return { entries, cursor: toCursor(position) };
    }
    if (cursor === undefined) position = endOfDayBefore(position);
  }
  return { entries };
}

function isAskedFor(item: Item, { service, actor, identity, action, target }: AuditQuery): boolean {
  const done = item['action'];
  return (
    (service === undefined || item['service'] === service) &&
    (actor === undefined || item['actor'] === actor) &&
    (identity === undefined || item['identity'] === identity) &&
    (target === undefined || item['target'] === target) &&
    (action === undefined ||
      done === action ||
      (action.endsWith('.') && typeof done === 'string' && done.startsWith(action)))
  );
}

function startOf({ to, cursor }: AuditQuery): string {
  const end = new Date(to).toISOString() + AFTER_IDS;
  if (cursor === undefined) return end;
  const position = Buffer.from(cursor, 'base64url').toString('utf8');
  if (!POSITION.test(position) || Number.isNaN(Date.parse(dayOf(position)))) {
    throw new StoreRejected('InvalidCursor', 'The cursor is not one that the audit log gave: start again without it');
  }
  return position < end ? position : end;
}

function toCursor(position: string): string {
  return Buffer.from(position).toString('base64url');
}

function dayOf(time: string): string {
  return time.slice(0, 'yyyy-mm-dd'.length);
}

function endOfDayBefore(position: string): string {
  return new Date(Date.parse(dayOf(position)) - 1).toISOString() + AFTER_IDS;
}

/** What was not written by this flyball is shown as that, and hides none of the others. */
function readableOf(item: Item, sk: string): AuditEntry {
  try {
    return entryOf(item);
  } catch (error) {
    if (!(error instanceof UnreadableItem)) throw error;
    const [at = '', id = ''] = sk.split('#');
    return {
      at: Date.parse(at),
      id,
      actor: 'unknown',
      action: 'unreadable',
      note: 'this entry was not written by this flyball',
    };
  }
}

function entryOf(item: Item): AuditEntry {
  const { text, number, optionalText } = fieldsOf(item);
  const [service, target, note] = [optionalText('service'), optionalText('target'), optionalText('note')];
  const identity = optionalText('identity');
  const detail = item['detail'];
  return {
    at: number('at'),
    id: text('id'),
    actor: text('actor'),
    ...(identity === undefined ? {} : { identity }),
    action: text('action'),
    ...(service === undefined ? {} : { service }),
    ...(target === undefined ? {} : { target }),
    ...(isRecord(detail) ? { detail } : {}),
    ...(note === undefined ? {} : { note }),
  };
}

function isRecord(value: Value | undefined): value is { [name: string]: Value | undefined } {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}

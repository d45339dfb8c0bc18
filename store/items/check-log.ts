// What happened to checks, for good: pings, changes of status, and the bodies of pings.
import { keys } from '../keys.ts';
import type { Item, Key, Table } from '../port.ts';
import { eventOf, type CheckChange, type CheckEvent, type PingRecord } from './check-record.ts';
import { fieldsOf, ITEM_VERSION } from './fields.ts';

/** How long pings and their bodies are kept, in ms. */
export const PINGS_KEPT_MS = 90 * 86_400_000;
/** Of one check so many pings are kept, the latest: whoever pings without end fills no table. */
export const PINGS_KEPT = 1_000;
/** Long bodies, which are items of their own, are those of its latest pings. */
export const BODIES_KEPT = 100;
/** How long changes of status are kept, in ms. */
export const CHANGES_KEPT_MS = 400 * 86_400_000;

/** Writes events to the log. Repeating it changes nothing: an event's number and time are its key. */
export async function writeEvents(table: Table, uuid: string, events: readonly CheckEvent[]): Promise<void> {
  await Promise.all(events.map((event) => table.put({ item: itemOf(uuid, event) })));
}

function itemOf(uuid: string, event: CheckEvent): Item & Key {
  const { type, n } = event;
  if (event.type === 'ping') {
    const { ping } = event;
    const expiration = Math.ceil((ping.at + PINGS_KEPT_MS) / 1000);
    return { ...keys.checkPing(uuid, n), v: ITEM_VERSION, type, n, ping: { ...ping }, expiration };
  }
  const { change } = event;
  const expiration = Math.ceil((change.at + CHANGES_KEPT_MS) / 1000);
  const at = new Date(change.at).toISOString();
  return { ...keys.checkChange(uuid, at, n), v: ITEM_VERSION, type, n, change: { ...change }, expiration };
}

export type NumberedPing = { readonly n: number; readonly ping: PingRecord };

/** The pings with numbers below `before` (all, when left out), newest first; the newest may wait in the check's item. */
export async function listPings(
  table: Table,
  check: { readonly uuid: string; readonly newest: readonly CheckEvent[] },
  page: { readonly limit: number; readonly before?: number | undefined },
): Promise<NumberedPing[]> {
  const { limit, before = Infinity } = page;
  const waiting = check.newest.flatMap((event) => (event.type === 'ping' ? [{ n: event.n, ping: event.ping }] : []));
  const first = keys.checkPing(check.uuid, 0);
  const last = Number.isFinite(before) ? keys.checkPing(check.uuid, before - 1).sk : `${first.sk.slice(0, 5)}~`;
  const logged: NumberedPing[] = [];
  let cursor: string | undefined;
  do {
    const page = await table.query({
      pk: first.pk,
      sk: { between: [first.sk, last] },
      descending: true,
      limit: limit - logged.length,
      consistent: true,
      ...(cursor === undefined ? {} : { cursor }),
    });
    for (const item of page.items) {
      const event = eventOf(item);
      if (event.type === 'ping') logged.push({ n: event.n, ping: event.ping });
    }
    cursor = page.cursor;
  } while (cursor !== undefined && logged.length < limit);
  const unlogged = waiting.filter(({ n }) => n < before && !logged.some((other) => other.n === n));
  return [...unlogged, ...logged].sort((a, b) => b.n - a.n).slice(0, limit);
}

/** One ping by its number. */
export async function readPing(
  table: Table,
  check: { readonly uuid: string; readonly newest: readonly CheckEvent[] },
  n: number,
): Promise<PingRecord | undefined> {
  for (const event of check.newest) if (event.type === 'ping' && event.n === n) return event.ping;
  const item = await table.get(keys.checkPing(check.uuid, n), { consistent: true });
  const event = item && eventOf(item);
  return event?.type === 'ping' ? event.ping : undefined;
}

/** The changes of status from `fromMs` on and before `untilMs`, newest first, `limit` at most. */
export async function listChanges(
  table: Table,
  check: { readonly uuid: string; readonly newest: readonly CheckEvent[] },
  span: { readonly fromMs?: number | undefined; readonly untilMs?: number | undefined; readonly limit: number },
): Promise<(CheckChange & { readonly n: number })[]> {
  const { fromMs = 0, untilMs = Infinity, limit } = span;
  const first = keys.checkChange(check.uuid, new Date(fromMs).toISOString(), 0);
  const end = Number.isFinite(untilMs) ? new Date(untilMs).toISOString() : '~';
  const logged: (CheckChange & { readonly n: number })[] = [];
  let cursor: string | undefined;
  do {
    const page = await table.query({
      pk: first.pk,
      sk: { between: [first.sk, `change#${end}`] },
      descending: true,
      limit: limit - logged.length,
      consistent: true,
      ...(cursor === undefined ? {} : { cursor }),
    });
    for (const item of page.items) {
      const event = eventOf(item);
      if (event.type === 'change') logged.push({ ...event.change, n: event.n });
    }
    cursor = page.cursor;
  } while (cursor !== undefined && logged.length < limit);
  const waiting = check.newest.flatMap((event) =>
    event.type === 'change' && event.change.at >= fromMs && event.change.at < untilMs
      ? [{ ...event.change, n: event.n }]
      : [],
  );
  const unlogged = waiting.filter(({ n }) => !logged.some((other) => other.n === n));
  return [...unlogged, ...logged].sort((a, b) => b.n - a.n).slice(0, limit);
}

/** Keeps a ping's body that is too long for the log. */
export async function putBody(table: Table, uuid: string, id: string, body: Uint8Array, atMs: number): Promise<void> {
  const expiration = Math.ceil((atMs + PINGS_KEPT_MS) / 1000);
  await table.put({ item: { ...keys.checkBody(uuid, id), v: ITEM_VERSION, body, expiration } });
}

/** Takes away what the ping with number `n` has made too old. Each ping takes its own: nothing is searched. */
export async function forgetOlder(table: Table, uuid: string, n: number): Promise<void> {
  if (n > PINGS_KEPT) await table.delete({ key: keys.checkPing(uuid, n - PINGS_KEPT) });
  if (n <= BODIES_KEPT) return;
  const older = await readPing(table, { uuid, newest: [] }, n - BODIES_KEPT);
  if (older?.bodyId !== undefined) await table.delete({ key: keys.checkBody(uuid, older.bodyId) });
}

/** The body of a ping; empty when it had none, undefined when it is gone. */
export async function readBody(table: Table, uuid: string, ping: PingRecord): Promise<Uint8Array | undefined> {
  if (ping.bodyId === undefined) return ping.body ?? new Uint8Array();
  const item = await table.get(keys.checkBody(uuid, ping.bodyId), { consistent: true });
  return item && fieldsOf(item).bytes('body');
}

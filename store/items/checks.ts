// Checks in the table: made, read, changed by one conditional write each, listed, deleted. Their log is in check-log.ts.
import { DUE_CHECKS, keys } from '../keys.ts';
import type { Table } from '../port.ts';
import { markedThen, putMark, putMarkLater } from './alert-marks.ts';
import { checkSubject, tells, uniqueKeyOf } from './check-marks.ts';
import { checkOf, itemOfCheck, type Check, type CheckEvent } from './check-record.ts';
import { writeEvents } from './check-log.ts';
import { fieldsOf, ITEM_VERSION, UnreadableItem } from './fields.ts';

/** Lost races on one check before a writer gives up: of so many who write at once, none does. */
const TRIES = 50;

/** Checks read at once, of a list. */
const AT_ONCE = 32;

/** A check changed too often while somebody tried to write it. Nothing was written; trying again may do. */
export class CheckContended extends Error {
  override readonly name = 'CheckContended';
  readonly code = 'CHECK_CONTENDED';
}

export { uniqueKeyOf };

/**
 * Makes a check, unless there is one with this UUID. What finds it comes first: there must be none that is watched and
 * that nobody sees. @returns the check as it stands then: the one that was given, if this call made it.
 */
export async function createCheck(table: Table, check: Check): Promise<Check> {
  const { uuid, service, slug } = check;
  await Promise.all([
    table.put({ item: { ...keys.checkEntry(service, uuid), v: ITEM_VERSION, service, uuid } }),
    putAlias(table, uniqueKeyOf(uuid), uuid),
    putAlias(table, check.badgeKey, uuid),
    ...(slug === '' ? [] : [putSlug(table, check)]),
  ]);
  const written = await table.put({ item: itemOfCheck(check), condition: 'attribute_not_exists(pk)' });
  return written.applied || written.item === undefined ? check : checkOf(written.item);
}

const putAlias = (table: Table, alias: string, uuid: string) =>
  table.put({ item: { ...keys.checkAlias(alias), v: ITEM_VERSION, uuid } });

const putSlug = (table: Table, { service, slug, uuid }: Check) =>
  table.put({ item: { ...keys.checkSlug(service, slug, uuid), v: ITEM_VERSION, uuid } });

export async function readCheck(table: Table, uuid: string): Promise<Check | undefined> {
  const item = await table.get(keys.check(uuid), { consistent: true });
  return item && checkOf(item);
}

/** What becomes of a check, and the events that this is made of. */
export interface Changed {
  readonly check: Check;
  readonly events: readonly CheckEvent[];
}

/**
 * Replaces a check by what `change` makes of it (undefined leaves it as it is), unless somebody else writes first: then
 * it is asked again with what they wrote. One write changes the state and says by which events: these wait in the item,
 * and go to the log before the next change, so that whoever dies between two writes loses nothing and doubles nothing.
 * `apart` waits after so many lost races, before the next one.
 * @returns the check as it stands then, or undefined if there is none.
 * @throws {CheckContended} when too many others write it at once.
 */
export async function changeCheck(
  table: Table,
  uuid: string,
  change: (current: Check) => Changed | undefined,
  apart: (lost: number) => Promise<void> = () => Promise.resolve(),
): Promise<Check | undefined> {
  let current = await readCheck(table, uuid);
  for (let tries = 0; current !== undefined && tries < TRIES; tries++) {
    const changed = change(current);
    if (!changed) return current.unmarked === true ? markedCheck(table, current) : current;
    const { check, events } = changed;
    if (events.length > 0) await writeEvents(table, uuid, current.newest);
    if (check.slug !== current.slug && check.slug !== '') await putSlug(table, check);
    const unmarked = current.unmarked === true || tells(current, check) || undefined;
    const next = { ...check, rev: current.rev + 1, newest: events.length > 0 ? events : current.newest, unmarked };
    const written = await table.put({
      item: itemOfCheck(next),
      condition: 'rev = :seen',
      values: { ':seen': current.rev },
    });
    if (written.applied) {
      if (check.slug !== current.slug && current.slug !== '') await forgetSlug(table, current);
      return unmarked ? markedCheck(table, next) : next;
    }
    await apart(tries);
    current = await readCheck(table, uuid);
  }
  if (current === undefined) return undefined;
  const name = uniqueKeyOf(uuid).slice(0, 16);
  throw new CheckContended(`the check ${name} changed ${TRIES} times while it was being written; try again`);
}

/** Marks what the last write of a check tells, and then says that this is done. */
async function markedCheck(table: Table, check: Check): Promise<Check> {
  const told: Check = { ...check, unmarked: undefined };
  const done = await markedThen(table, { subjects: [checkSubject(check)], atMs: check.since }, () =>
    table.put({ item: itemOfCheck(told), condition: 'rev = :seen', values: { ':seen': check.rev } }),
  );
  return done ? told : check;
}

const forgetSlug = (table: Table, { service, slug, uuid }: Check) =>
  table.delete({ key: keys.checkSlug(service, slug, uuid) });

const forgetClaim = (table: Table, { service, uuid }: Check, claimedAs: string) =>
  table.delete({
    key: keys.checkClaim(service, claimedAs),
    condition: '#uuid = :uuid',
    names: { '#uuid': 'uuid' },
    values: { ':uuid': uuid },
  });

/** By then a deletion has happened, or whoever began it has died. */
const DELETED_WITHIN_MS = 60_000;

/** Deletes a check and what finds it; its log goes when its time is over. @returns the check as it last was. */
export async function deleteCheck(table: Table, uuid: string, nowMs: number): Promise<Check | undefined> {
  const known = await readCheck(table, uuid);
  // What is gone has no item that says what is to be marked.
  if (known !== undefined) await putMarkLater(table, checkSubject(known), nowMs + DELETED_WITHIN_MS, nowMs);
  // First of all: whoever makes the next one, once this one is gone, gives it a UUID, and a log, of its own.
  if (known?.claimedAs !== undefined) await forgetClaim(table, known, known.claimedAs);
  const deleted = await table.delete({ key: keys.check(uuid), condition: 'attribute_exists(pk)' });
  if (!deleted.applied) return undefined;
  const check = checkOf(deleted.item);
  await Promise.all([
    table.delete({ key: keys.checkEntry(check.service, uuid) }),
    table.delete({ key: keys.checkAlias(uniqueKeyOf(uuid)) }),
    table.delete({ key: keys.checkAlias(check.badgeKey) }),
    ...(check.slug === '' ? [] : [forgetSlug(table, check)]),
    putMark(table, checkSubject(check), nowMs),
  ]);
  return check;
}

/** The checks of a service with this slug, `limit` at most. */
export async function checksBySlug(table: Table, service: string, slug: string, limit: number): Promise<Check[]> {
  const found: Check[] = [];
  let cursor: string | undefined;
  do {
    const page = await table.query({
      pk: keys.checkSlug(service, slug, '').pk,
      limit: AT_ONCE,
      consistent: true,
      ...(cursor === undefined ? {} : { cursor }),
    });
    const checks = await Promise.all(page.items.map((item) => readCheck(table, fieldsOf(item).text('uuid'))));
    // What somebody who died left here is of checks that are gone, or that have another slug by now.
    found.push(...checks.filter((check) => check !== undefined).filter((check) => check.slug === slug));
    cursor = page.cursor;
  } while (cursor !== undefined && found.length < limit);
  return found.slice(0, limit);
}

/**
 * Which UUID a check has that somebody is about to make: of several who make one for the same `what` at once, the first
 * one's word counts for all, whoever then gets to write it. `stale` is what an earlier call gave, if that is nobody's.
 */
export async function claim(
  table: Table,
  claimed: { readonly service: string; readonly what: string; readonly at: number },
  uuid: string,
  stale?: string,
): Promise<{ readonly uuid: string; readonly at: number }> {
  const { service, what, at } = claimed;
  const written = await table.put({
    item: { ...keys.checkClaim(service, what), v: ITEM_VERSION, uuid, at },
    ...(stale === undefined
      ? { condition: 'attribute_not_exists(pk)' }
      : {
          condition: 'attribute_not_exists(pk) OR #uuid = :stale',
          names: { '#uuid': 'uuid' },
          values: { ':stale': stale },
        }),
  });
  if (written.applied || written.item === undefined) return { uuid, at };
  const { text, number } = fieldsOf(written.item);
  return { uuid: text('uuid'), at: number('at') };
}

/** The check that a unique key names, as it stands. */
export async function checkByUniqueKey(table: Table, uniqueKey: string): Promise<Check | undefined> {
  const item = await table.get(keys.checkAlias(uniqueKey), { consistent: true });
  const uuid = item?.['uuid'];
  const check = typeof uuid === 'string' ? await readCheck(table, uuid) : undefined;
  return check !== undefined && uniqueKeyOf(check.uuid) === uniqueKey ? check : undefined;
}

/** The check that an alias stands for: its unique key or its badge's key. */
export async function checkByAlias(table: Table, alias: string): Promise<Check | undefined> {
  const item = await table.get(keys.checkAlias(alias));
  // The key of a service's badges is an alias too, of no check.
  const uuid = item?.['uuid'];
  return typeof uuid === 'string' ? readCheck(table, uuid) : undefined;
}

/** A page of a service's checks, in order of their UUIDs. `unreadable` counts those that a newer flyball has written. */
export async function listChecks(
  table: Table,
  service: string,
  page: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<{ readonly checks: Check[]; readonly unreadable: number; readonly cursor?: string }> {
  const { limit, cursor: from } = page;
  const { items, cursor } = await table.query({
    pk: keys.checkEntry('', '').pk,
    sk: { beginsWith: keys.checkEntry(service, '').sk },
    limit,
    ...(from === undefined ? {} : { cursor: from }),
  });
  const uuids = items.map((item) => fieldsOf(item).text('uuid'));
  const checks: Check[] = [];
  let unreadable = 0;
  for (let i = 0; i < uuids.length; i += AT_ONCE) {
    const read = await Promise.all(uuids.slice(i, i + AT_ONCE).map((uuid) => readOrCount(uuid)));
    checks.push(...read.filter((check) => check !== undefined));
  }
  return { checks, unreadable, ...(cursor === undefined ? {} : { cursor }) };

  async function readOrCount(uuid: string): Promise<Check | undefined> {
    try {
      return await readCheck(table, uuid);
    } catch (error) {
      if (!(error instanceof UnreadableItem)) throw error;
      unreadable++;
      return undefined;
    }
  }
}

/** How many checks a service has; of more than `most`, no more than so many are counted. */
export async function countChecks(table: Table, service: string, most: number): Promise<number> {
  let count = 0;
  let cursor: string | undefined;
  do {
    const page = await table.query({
      pk: keys.checkEntry('', '').pk,
      sk: { beginsWith: keys.checkEntry(service, '').sk },
      limit: most - count,
      ...(cursor === undefined ? {} : { cursor }),
    });
    count += page.items.length;
    cursor = page.cursor;
  } while (cursor !== undefined && count < most);
  return count;
}

/**
 * Checks the monitor has to look at by `nowMs`, longest due first, of one of the parts of `DUE_CHECKS`. Any service may
 * put items of its own into the index: `strangers` counts those that are not where checks are.
 */
export async function listDueChecks(
  table: Table,
  part: string,
  nowMs: number,
  page: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<{ readonly uuids: string[]; readonly strangers: number; readonly cursor?: string }> {
  const { limit, cursor: from } = page;
  const { items, cursor } = await table.query({
    pk: part,
    index: { name: 'due', dueUpTo: nowMs },
    limit,
    ...(from === undefined ? {} : { cursor: from }),
  });
  const uuids = items.flatMap(({ pk, uuid }) => (typeof uuid === 'string' && pk === keys.check(uuid).pk ? [uuid] : []));
  return { uuids, strangers: items.length - uuids.length, ...(cursor === undefined ? {} : { cursor }) };
}

export { DUE_CHECKS };

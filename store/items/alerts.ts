// Alerts: one item a condition, with its present or last episode, and lists by which episodes are found again.
import { alertKeys, DUE_ALERTS } from '../alert-keys.ts';
import type { Item, Table } from '../port.ts';
import { ALERTS_KEPT_MS, alertOf, itemOfAlert, itemOfEpisode, type Alert, type Delivery } from './alert-record.ts';
import { fieldsOf, ITEM_VERSION, UnreadableItem } from './fields.ts';

export type { Alert, AlertHold, Delivery, TrailEntry } from './alert-record.ts';

/** Lost races on one item before a writer gives up. */
const TRIES = 12;

export interface PageAsked {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

export async function readAlert(table: Table, hash: string): Promise<Alert | undefined> {
  const item = await table.get(alertKeys.alert(hash), { consistent: true });
  return item && alertOf(item);
}

/** An episode, the present one or one before. */
export async function readEpisode(table: Table, hash: string, n: number): Promise<Alert | undefined> {
  const present = await readAlert(table, hash);
  if (present?.n === n) return present;
  const item = await table.get(alertKeys.alertEpisode(hash, n), { consistent: true });
  return item && alertOf(item);
}

/** The same with as many reads whether there is one or not, for those who may not learn that. */
export async function readEpisodeEvenly(table: Table, hash: string, n: number): Promise<Alert | undefined> {
  const [present, past] = await Promise.all([
    readAlert(table, hash),
    table.get(alertKeys.alertEpisode(hash, n), { consistent: true }),
  ]);
  return present?.n === n ? present : past && alertOf(past);
}

/** What becomes of an alert, and which episode that ends for good. */
export interface AlertChange {
  readonly alert: Alert;
  readonly before?: Alert | undefined;
}

/**
 * Replaces an alert by what `change` makes of it (undefined leaves it as it is), unless somebody else writes first: then
 * it is asked again with what they wrote. `seen` is how it was seen last, if that saves reading it.
 * @throws {Error} when that happens too often in a row.
 * @returns the alert as it stands then, and whether it was changed here.
 */
export async function changeAlert(
  table: Table,
  hash: string,
  change: (current: Alert | undefined) => AlertChange | undefined,
  seen?: Alert,
): Promise<{ readonly alert: Alert | undefined; readonly changed: boolean }> {
  let current = seen ?? (await readAlert(table, hash));
  for (let tries = 0; tries < TRIES; tries++) {
    const changed = change(current);
    if (!changed) {
      if (tries > 0 || seen === undefined) return { alert: current, changed: false };
      // What was seen may be long past.
      current = await readAlert(table, hash);
      seen = undefined;
      continue;
    }
    const next = { ...changed.alert, rev: (current?.rev ?? 0) + 1 };
    if (changed.before) await table.put({ item: itemOfEpisode(changed.before) });
    // The list's entry first: an alert that somebody is told of is always listed.
    if (current?.n !== next.n) await table.put({ item: entryOf(next) });
    const written = await table.put({
      item: itemOfAlert(next),
      ...(current
        ? { condition: 'rev = :seen', values: { ':seen': current.rev } }
        : { condition: 'attribute_not_exists(pk)' }),
    });
    if (written.applied) return { alert: next, changed: true };
    current = await readAlert(table, hash);
    seen = undefined;
  }
  throw new Error(`Alert ${hash} was changed by others ${TRIES} times in a row; what was to be written is left out`);
}

/** Found in a list: an episode, or a delivery of it. An entry whose alert is not there is passed over by who reads it. */
export interface AlertEntry {
  readonly hash: string;
  readonly n: number;
  readonly id: string;
  readonly at: number;
}

const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

function entryOf({ hash, n, id, since, noticedAt }: Alert): Item & { readonly pk: string; readonly sk: string } {
  return {
    ...alertKeys.alertEntry(dayOf(since), new Date(since).toISOString(), id),
    v: ITEM_VERSION,
    ...{ hash, n, id, at: since },
    expiration: expirationOf(Math.max(since, noticedAt)),
  };
}

const expirationOf = (at: number): number => Math.ceil((at + ALERTS_KEPT_MS) / 1000);

/** The alerts that began on a day (UTC `yyyy-mm-dd`), latest first. */
export function listAlertsOfDay(table: Table, day: string, page: PageAsked): Promise<EntryPage> {
  return entriesOf(table, alertKeys.alertEntry(day, '', '').pk, page);
}

export interface EntryPage {
  readonly entries: AlertEntry[];
  readonly cursor?: string;
}

async function entriesOf(table: Table, pk: string, { limit, cursor: from }: PageAsked): Promise<EntryPage> {
  const { items, cursor } = await table.query({
    pk,
    descending: true,
    limit,
    ...(from === undefined ? {} : { cursor: from }),
  });
  const entries = items.map((item) => {
    const { text, number } = fieldsOf(item);
    return { hash: text('hash'), n: number('n'), id: text('id'), at: number('at') };
  });
  return { entries, ...(cursor === undefined ? {} : { cursor }) };
}

/** Lists what could not be delivered, before its alert says so. */
export async function listAsDead(table: Table, { hash, n }: Alert, { id, decidedAt }: Delivery): Promise<void> {
  const key = alertKeys.deadDelivery(new Date(decidedAt).toISOString(), id);
  const expiration = expirationOf(decidedAt);
  await table.put({ item: { ...key, v: ITEM_VERSION, hash, n, id, at: decidedAt, expiration } });
}

/** Deliveries that were given up, latest first, by their ids; some of them may have been tried again since. */
export function listDead(table: Table, page: PageAsked): Promise<EntryPage> {
  return entriesOf(table, alertKeys.deadDelivery('', '').pk, page);
}

/**
 * Alerts that are not settled: those that fire, and those of whose end somebody is still to be told; longest due first.
 * Any service may put items of its own into the index: `strangers` counts those that are not where alerts are, and those
 * that cannot be read.
 */
export async function listOpenAlerts(
  table: Table,
  { limit, cursor: from }: PageAsked,
): Promise<{ readonly alerts: Alert[]; readonly strangers: number; readonly cursor?: string }> {
  const { items, cursor } = await table.query({
    pk: DUE_ALERTS,
    index: { name: 'due', dueUpTo: Number.MAX_SAFE_INTEGER },
    limit,
    ...(from === undefined ? {} : { cursor: from }),
  });
  const alerts = items.flatMap((item) => readable(item) ?? []);
  return { alerts, strangers: items.length - alerts.length, ...(cursor === undefined ? {} : { cursor }) };
}

function readable(item: Item): Alert | undefined {
  const { hash, pk, sk } = item;
  if (typeof hash !== 'string' || pk !== alertKeys.alert(hash).pk || sk !== alertKeys.alert(hash).sk) return undefined;
  try {
    return alertOf(item);
  } catch (error) {
    if (!(error instanceof UnreadableItem)) throw error;
    return undefined;
  }
}

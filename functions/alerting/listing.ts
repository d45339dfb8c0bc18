// Pages of the list of alerts: those that are open by the index, those that are over by the days on which they began.
import type { Alert } from '../../store/items/alert-record.ts';
import { listAlertsOfDay, listOpenAlerts, readEpisode } from '../../store/items/alerts.ts';
import type { Table } from '../../store/port.ts';
import { routedOf } from './alert/limits.ts';
import { badRequest, inScope, pageOf, readTime, requireScope, sealCursor, type ApiRequest } from '../api/index.ts';

export const LISTED = ['firing', 'held', 'acknowledged', 'silenced', 'resolved', 'all'] as const;
export type Listed = (typeof LISTED)[number];

const DAY_MS = 86_400_000;
/** Without `from`, alerts that are over are listed of so many days. */
const DEFAULT_DAYS = 7;
/** As long as they are kept. */
const MOST_DAYS = 91;
/** Reads of the store for one page: with a filter that lets little through a page may be short, and others follow. */
const READS_A_PAGE = 12;
const AT_ONCE = 25;

export interface AlertsPage {
  readonly alerts: readonly Alert[];
  readonly cursor?: string;
}

/** @throws {Problem} 400, 403 for a service out of scope. */
export async function alertPage(table: Table, request: ApiRequest, nowMs: number): Promise<AlertsPage> {
  const service = request.query.get('service');
  if (service !== null) requireScope(request.caller, service);
  const listed = (request.query.get('status') ?? 'firing') as Listed;
  const wanted = (alert: Alert) =>
    inScope(request.caller, alert.condition.service) && fits(alert, request.query) && stands(alert, listed, nowMs);
  return listed === 'resolved' || listed === 'all'
    ? byDay(table, request, wanted, nowMs)
    : open(table, request, wanted);
}

const OPEN = 'alerts:open';

async function open(table: Table, request: ApiRequest, wanted: (alert: Alert) => boolean): Promise<AlertsPage> {
  const { limit, cursor: given } = pageOf(request, OPEN);
  const from = fromOf(request, 0);
  const alerts: Alert[] = [];
  let cursor = given;
  for (let reads = 0; reads < READS_A_PAGE && alerts.length < limit; reads++) {
    const page = await listOpenAlerts(table, { limit: limit - alerts.length, cursor });
    alerts.push(...page.alerts.filter((alert) => alert.since >= from && wanted(alert)));
    ({ cursor } = page);
    if (cursor === undefined) break;
  }
  alerts.sort((a, b) => b.since - a.since);
  return { alerts, ...(cursor === undefined ? {} : { cursor: sealCursor(OPEN, cursor) }) };
}

const DAYS = 'alerts:days';

/** Latest first. */
async function byDay(
  table: Table,
  request: ApiRequest,
  wanted: (alert: Alert) => boolean,
  nowMs: number,
): Promise<AlertsPage> {
  const { limit, cursor: given } = pageOf(request, DAYS);
  const from = Math.max(fromOf(request, nowMs - DEFAULT_DAYS * DAY_MS), nowMs - MOST_DAYS * DAY_MS);
  // What began a moment ago by another clock is listed too.
  let at = given === undefined ? { day: dayOf(nowMs + DAY_MS), cursor: undefined } : atOf(given);
  const alerts: Alert[] = [];
  for (let reads = 0; at.day >= dayOf(from); reads++) {
    if (reads >= READS_A_PAGE || alerts.length >= limit) {
      return { alerts, cursor: sealCursor(DAYS, `${at.day}#${at.cursor ?? ''}`) };
    }
    const page = await listAlertsOfDay(table, at.day, { limit: limit - alerts.length, cursor: at.cursor });
    const found = await episodesOf(table, page.entries);
    alerts.push(...found.filter((alert) => alert.since >= from && wanted(alert)));
    at = page.cursor === undefined ? { day: dayBefore(at.day), cursor: undefined } : { ...at, cursor: page.cursor };
  }
  return { alerts };
}

/** The episodes of entries, in their order; an entry without an episode is passed over: whoever wrote it died before. */
export async function episodesOf(
  table: Table,
  entries: readonly { readonly hash: string; readonly n: number }[],
): Promise<Alert[]> {
  const found: (Alert | undefined)[] = [];
  for (let first = 0; first < entries.length; first += AT_ONCE) {
    const some = entries.slice(first, first + AT_ONCE);
    found.push(...(await Promise.all(some.map(({ hash, n }) => readEpisode(table, hash, n)))));
  }
  return found.filter((alert) => alert !== undefined);
}

export const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);
const dayBefore = (day: string): string => dayOf(Date.parse(day) - DAY_MS);

function atOf(cursor: string): { readonly day: string; readonly cursor: string | undefined } {
  const [day = '', ...rest] = cursor.split('#');
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) throw badRequest('The cursor is not one that this list gave.');
  const within = rest.join('#');
  return { day, cursor: within === '' ? undefined : within };
}

function fromOf({ query }: ApiRequest, otherwise: number): number {
  const from = query.get('from');
  return (from === null ? undefined : readTime(from)) ?? otherwise;
}

function fits(alert: Alert, query: URLSearchParams): boolean {
  const routed = routedOf(alert);
  return (['service', 'owner', 'severity', 'kind'] as const).every((field) => {
    const wanted = query.get(field);
    return wanted === null || routed[field] === wanted;
  });
}

/** What fires may be held, acknowledged and silenced besides. */
function stands({ status, holds, acknowledged }: Alert, listed: Listed, nowMs: number): boolean {
  if (listed === 'all') return true;
  if (listed === 'resolved') return status === 'resolved';
  if (status !== 'firing') return false;
  if (listed === 'acknowledged') return acknowledged !== undefined && (acknowledged.until ?? Infinity) > nowMs;
  if (listed === 'silenced') return holds.some(({ kind }) => kind === 'silenced');
  return listed === 'firing' || holds.some(({ kind }) => kind !== 'acknowledged' && kind !== 'silenced');
}

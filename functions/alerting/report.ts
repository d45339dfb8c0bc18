// The week's report: alerts by rule, and what became of them. What nobody acts on is noise.
import type { Alert } from '../../store/items/alert-record.ts';
import { listAlertsOfDay } from '../../store/items/alerts.ts';
import type { Table } from '../../store/port.ts';
import { dayOf, episodesOf } from './listing.ts';
import { iso } from './views.ts';

const DAY_MS = 86_400_000;
/** More are counted of no week: the report says so. */
const MOST_COUNTED = 5_000;
const PAGE = 500;

/** What became of the alerts of one rule. */
export interface RuleReport {
  readonly kind: string;
  readonly service: string;
  readonly name: string;
  readonly fired: number;
  /** Alerts that somebody was told of. */
  readonly sent: number;
  /** Messages. */
  readonly messages: number;
  /** Alerts that nobody was told of while they burned. */
  readonly held: number;
  readonly acknowledged: number;
  /** Somebody was told, nobody acknowledged it, and it is over: nobody would have missed it. */
  readonly ignored: number;
  readonly medianToAcknowledgeMs?: number;
  readonly dead: number;
}

export async function weeklyReport(
  table: Table,
  week: string,
  { from, until }: { readonly from: number; readonly until: number },
  isShown: (service: string) => boolean,
) {
  const alerts: Alert[] = [];
  let complete = true;
  for (let at = from; at < until && complete; at += DAY_MS) {
    let cursor: string | undefined;
    do {
      if (alerts.length >= MOST_COUNTED) {
        complete = false;
        break;
      }
      const page = await listAlertsOfDay(table, dayOf(at), { limit: PAGE, cursor });
      alerts.push(...(await episodesOf(table, page.entries)));
      ({ cursor } = page);
    } while (cursor !== undefined);
  }
  const rules = reportOf(alerts.filter(({ condition }) => isShown(condition.service)));
  return { week, from: iso(from), until: iso(until), complete, rules };
}

/** Those that told people most and made them act least come first. */
export function reportOf(alerts: readonly Alert[]): RuleReport[] {
  const byRule = new Map<string, Alert[]>();
  for (const alert of alerts) {
    const { kind, service, name } = alert.condition;
    const rule = JSON.stringify([kind, service, name]);
    byRule.set(rule, [...(byRule.get(rule) ?? []), alert]);
  }
  return [...byRule.values()]
    .map(ruleReport)
    .sort((a, b) => b.ignored - a.ignored || b.messages - a.messages || b.fired - a.fired);
}

function ruleReport(alerts: readonly Alert[]): RuleReport {
  const [first] = alerts;
  const { kind = 'rule', service = '', name = '' } = first?.condition ?? {};
  const waits = alerts.flatMap((alert) => waitOf(alert) ?? []).sort((a, b) => a - b);
  const count = (fits: (alert: Alert) => boolean) => alerts.filter(fits).length;
  const median = medianOf(waits);
  return {
    ...{ kind, service, name, fired: alerts.length },
    sent: count((alert) => messagesOf(alert) > 0),
    messages: alerts.reduce((sum, alert) => sum + messagesOf(alert), 0),
    held: count((alert) => messagesOf(alert) === 0),
    acknowledged: count(({ acknowledged }) => acknowledged !== undefined),
    ignored: count((alert) => isIgnored(alert)),
    ...(median === undefined ? {} : { medianToAcknowledgeMs: median }),
    dead: alerts.reduce((sum, { deliveries }) => sum + deliveries.filter(({ state }) => state === 'dead').length, 0),
  };
}

/** That it burns, or burned; that it is over is no news to act on. */
function messagesOf({ deliveries, sentBefore }: Alert): number {
  const said = deliveries.filter(({ state, kind }) => state === 'sent' && kind !== 'resolved');
  return said.length + sentBefore;
}

function isIgnored(alert: Alert): boolean {
  return alert.status === 'resolved' && alert.acknowledged === undefined && messagesOf(alert) > 0;
}

/** From when the first were told, or from when it was noticed if it was seen before that. */
function waitOf({ acknowledged, deliveries, noticedAt }: Alert): number | undefined {
  if (!acknowledged) return undefined;
  const told = deliveries.flatMap(({ state, settledAt }) =>
    state === 'sent' && settledAt !== undefined ? [settledAt] : [],
  );
  const from = told.length === 0 ? noticedAt : Math.min(...told);
  return Math.max(acknowledged.at - (from > acknowledged.at ? noticedAt : from), 0);
}

/** Of sorted numbers. */
function medianOf(sorted: readonly number[]): number | undefined {
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return low === undefined || high === undefined ? undefined : (low + high) / 2;
}

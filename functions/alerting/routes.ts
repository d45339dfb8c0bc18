// Alerts over HTTP: which there are, what is known of one, why it was told to whom, what could not be delivered, and the week's report.
import { errorFields } from '../../middleware/kernel/logger.ts';
import type { Alert } from '../../store/items/alert-record.ts';
import { listDead, readEpisode } from '../../store/items/alerts.ts';
import { readAlertTick } from '../../store/items/alert-tick.ts';
import type { Table } from '../../store/port.ts';
import { badRequest, inScope, json, pageOf, route, sealCursor, type ApiRequest, type Route } from '../api/index.ts';
import { seenBy } from '../api/seen-by.ts';
import * as described from './described.ts';
import { alertOf } from './found.ts';
import { alertPage } from './listing.ts';
import type { AlertingParts } from './parts.ts';
import { weeklyReport } from './report.ts';
import { routingInForce, RoutingUnreadable } from './routing/stored.ts';
import { changesBefore } from './signals/changes.ts';
import { alertInFull, alertShown, deliveryShown, iso } from './views.ts';
import { weekOf, weekWith } from './weeks.ts';
import { whyOf } from './why.ts';

const ALERTS = '/v1/alerts';
/** The tick comes once a minute; one may be lost. */
const LATE_AFTER_MS = 5 * 60_000;
const DEAD = 'alerts:dead';

export function alertRoutes(parts: AlertingParts): Route[] {
  const { table, clock } = parts;
  return [
    route('GET', ALERTS, 'viewer', described.listAlerts, async (request) => {
      const nowMs = clock.now();
      const [{ alerts, cursor }, freshness] = await Promise.all([
        alertPage(table, request, nowMs),
        freshnessNow(table, nowMs),
      ]);
      return json({
        alerts: alerts.map((alert) => alertShown(seenBy(request.caller, alert), nowMs)),
        ...(cursor === undefined ? {} : { cursor }),
        ...freshness,
      });
    }),
    route('GET', `${ALERTS}/{alert}`, 'viewer', described.readAlert, async (request) => {
      const alert = await alertOf(table, request.params.alert, request.caller);
      const changes = await changesShown(parts, alert);
      return json({ ...alertInFull(seenBy(request.caller, alert), clock.now()), ...(changes ? { changes } : {}) });
    }),
    route('GET', `${ALERTS}/{alert}/why`, 'viewer', described.whyAlert, async (request) => {
      const alert = await alertOf(table, request.params.alert, request.caller);
      const inForce = await routingInForce(table);
      return json({
        ...whyOf(alert, inForce?.routing, clock.now(), request.caller),
        ...(inForce ? { routingRevision: inForce.revision } : {}),
      });
    }),
    route('GET', `${ALERTS}/deliveries`, 'viewer', described.listDeliveries, (request) => dead(table, request)),
    route('GET', `${ALERTS}/report`, 'viewer', described.report, async (request) => {
      const nowMs = clock.now();
      const week = request.query.get('week') ?? weekWith(nowMs);
      const span = weekOf(week);
      if (!span) throw badRequest(`"${week.slice(0, 16)}" is not a week; write 2026-W47.`);
      if (span.from > nowMs) throw badRequest(`${week} has not begun; ask for ${weekWith(nowMs)}, or one before it.`);
      return json(await weeklyReport(table, week, span, (service) => inScope(request.caller, service)));
    }),
  ];
}

/** Of its own service, as messages say it; without it if that cannot be read: the alert is worth more. */
async function changesShown({ table, logger }: AlertingParts, { condition: { service }, since }: Alert) {
  try {
    return (await changesBefore(table, service, since)).map(({ at, what }) => ({ at: iso(at), what }));
  } catch (error) {
    logger.warn('it could not be found what changed before an alert', { of: service, ...errorFields(error) });
    return undefined;
  }
}

/** What must not be overlooked by whoever looks at alerts: how old what they see is, and whether anybody is told. */
async function freshnessNow(table: Table, nowMs: number) {
  const [routing, tick] = await Promise.all([
    routingInForce(table).catch((error: unknown) => {
      if (error instanceof RoutingUnreadable) return error;
      throw error;
    }),
    readAlertTick(table),
  ]);
  const late = tick === undefined || nowMs - tick.at > LATE_AFTER_MS;
  const warnings = [
    ...(routing === undefined ? ['There is no routing document, and nobody is told: PUT /v1/alerts/routing.'] : []),
    ...(routing instanceof RoutingUnreadable ? [`Nobody is told: ${routing.message}.`] : []),
    ...(late ? [`Alerts have not been looked at ${tick ? `since ${iso(tick.at)}` : 'yet'}.`] : []),
  ];
  return {
    ...(tick ? { lookedAt: iso(tick.at) } : {}),
    ...(late ? { stale: true } : {}),
    ...(warnings.length > 0 ? { warnings } : {}),
  };
}

/** Entries of the list whose delivery has been tried again, or forgotten, are passed over. */
async function dead(table: Table, request: ApiRequest) {
  const { limit, cursor: given } = pageOf(request, DEAD);
  const { entries, cursor } = await listDead(table, { limit, cursor: given });
  const found = await Promise.all(
    entries.map(async ({ hash, n, id }) => {
      const alert = await readEpisode(table, hash, n);
      const delivery = alert?.deliveries.find((one) => one.id === id && one.state === 'dead');
      if (!alert || !delivery || !inScope(request.caller, alert.condition.service)) return undefined;
      const { service, summary, key } = alert.condition;
      const [shown = delivery] = seenBy(request.caller, { ...alert, deliveries: [delivery] }).deliveries;
      return { alert: alert.id, key, service, summary, ...deliveryShown(shown) };
    }),
  );
  return json({
    deliveries: found.filter((one) => one !== undefined),
    ...(cursor === undefined ? {} : { cursor: sealCursor(DEAD, cursor) }),
  });
}

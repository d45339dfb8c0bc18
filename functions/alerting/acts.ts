// What people do with alerts: acknowledge them, have them sent now, have what was given up tried again. Each leaves an audit entry.
import type { Alert } from '../../store/items/alert-record.ts';
import {
  bodyOf,
  json,
  Problem,
  readTime,
  route,
  unprocessable,
  type ApiRequest,
  type ApiResponse,
  type Route,
} from '../api/index.ts';
import { record, type Deed } from '../api/trail.ts';
import { seenBy } from '../api/seen-by.ts';
import { acknowledged, retried, sentNow, unacknowledged } from './alert/acts.ts';
import * as described from './described-acts.ts';
import { alertOf, changed, deliveryOf } from './found.ts';
import type { AlertingParts } from './parts.ts';
import { alertInFull, deliveryShown, iso } from './views.ts';

const ALERT = '/v1/alerts/{alert}';

export function actRoutes(parts: AlertingParts): Route[] {
  const { table, clock } = parts;
  return [
    route('POST', `${ALERT}/ack`, 'editor', described.acknowledge, async (request) => {
      const nowMs = clock.now();
      const { reason, until: written } = bodyOf(request, described.acknowledgeBody);
      const until = untilOf(written, nowMs);
      const seen = await alertOf(table, request.params.alert, request.caller);
      const said = { by: request.caller.name, at: nowMs, until, reason };
      const alert = await changed(table, seen, (current) => acknowledged(current, said), over);
      const detail = until === undefined ? undefined : { until: iso(until) };
      return done(parts, request, alert, { action: 'alert.acknowledge', detail, note: reason });
    }),
    route('DELETE', `${ALERT}/ack`, 'editor', described.unacknowledge, async (request) => {
      const seen = await alertOf(table, request.params.alert, request.caller);
      const said = { by: request.caller.name, at: clock.now() };
      const refused = () => new Problem(409, 'Nobody has acknowledged it.', { code: 'NOT_ACKNOWLEDGED' });
      const alert = await changed(table, seen, (current) => unacknowledged(current, said), refused);
      return done(parts, request, alert, { action: 'alert.unacknowledge' });
    }),
    route('POST', `${ALERT}/send-now`, 'editor', described.sendNow, async (request) => {
      const { reason } = bodyOf(request, described.sendNowBody);
      const seen = await alertOf(table, request.params.alert, request.caller);
      const said = { by: request.caller.name, at: clock.now(), reason };
      const alert = await changed(table, seen, (current) => sentNow(current, said), over);
      return done(parts, request, alert, { action: 'alert.send-now', note: reason });
    }),
    route('POST', '/v1/alerts/deliveries/{delivery}/retry', 'editor', described.retry, async (request) => {
      bodyOf(request, described.emptyBody);
      const { alert: seen, delivery } = await deliveryOf(table, request.params.delivery, request.caller);
      const said = { by: request.caller.name, at: clock.now() };
      const refused = () => {
        const why = delivery.state === 'dead' ? 'a later one to the same channel stands' : `it is ${delivery.state}`;
        return new Problem(409, `It is not tried again: ${why}.`, { code: 'NOT_DEAD' });
      };
      const alert = await changed(table, seen, (current) => retried(current, delivery.id, said), refused);
      const { service, key } = alert.condition;
      await record(parts, request, {
        ...{ action: 'alert.retry', service, target: `alert ${key}` },
        detail: { delivery: delivery.id, channel: delivery.channel },
      });
      const again = seenBy(request.caller, alert).deliveries.find(({ id }) => id === delivery.id) ?? delivery;
      return json({ alert: alert.id, ...deliveryShown(again) });
    }),
  ];
}

const over = () => new Problem(409, 'It is over already.', { code: 'OVER' });

/** @throws {Problem} 422 for a time that has passed. */
function untilOf(written: string | undefined, nowMs: number): number | undefined {
  const until = written === undefined ? undefined : readTime(written);
  if (until === undefined || until > nowMs) return until;
  throw unprocessable('The body is not what this route takes.', 'INVALID_BODY', [
    { path: '/until', reason: 'has passed already' },
  ]);
}

/** Answers with the alert as it stands then. */
async function done(
  { clock, ...parts }: AlertingParts,
  request: ApiRequest,
  alert: Alert,
  deed: { readonly action: string; readonly detail?: Deed['detail']; readonly note?: string | undefined },
): Promise<ApiResponse> {
  const { action, detail, note } = deed;
  const { service, key } = alert.condition;
  await record(parts, request, {
    ...{ action, service, target: `alert ${key}` },
    detail: { alert: alert.id, ...detail },
    ...(note === undefined ? {} : { note }),
  });
  return json(alertInFull(seenBy(request.caller, alert), clock.now()));
}

// Finds the alert, or the delivery, that a path names.
import type { Alert, Delivery } from '../../store/items/alert-record.ts';
import { changeAlert, readEpisode, readEpisodeEvenly } from '../../store/items/alerts.ts';
import type { Table } from '../../store/port.ts';
import { inScope, notFound, Problem, type Caller } from '../api/index.ts';

export const ALERT_ID = /^([0-9a-f]{32})-([1-9][0-9]{0,8})$/;
export const DELIVERY_ID = /^([0-9a-f]{32}-[1-9][0-9]{0,8})-([1-9][0-9]{0,8})$/;

/** @throws {Problem} 404, also for one of a service out of scope: by all that can be seen there is none. */
export async function alertOf(table: Table, id: string, caller: Caller): Promise<Alert> {
  const [, hash, n] = ALERT_ID.exec(id) ?? [];
  const read = caller.services === undefined ? readEpisode : readEpisodeEvenly;
  const alert = hash === undefined ? undefined : await read(table, hash, Number(n));
  if (alert && inScope(caller, alert.condition.service)) return alert;
  throw notFound(`There is no alert ${id.slice(0, 64)}; those that are over are kept for 90 days.`);
}

/** A delivery's alert, and which one it is. @throws {Problem} 404 */
export async function deliveryOf(table: Table, id: string, caller: Caller) {
  const [, alertId] = DELIVERY_ID.exec(id) ?? [];
  if (alertId === undefined) throw notFound(`There is no delivery ${id.slice(0, 64)}.`);
  const alert = await alertOf(table, alertId, caller);
  const delivery = alert.deliveries.find((one: Delivery) => one.id === id);
  if (!delivery) throw notFound(`Alert ${alertId} has no delivery ${id}: those that are long settled are forgotten.`);
  return { alert, delivery };
}

/**
 * Changes the episode a request is about; undefined from `change` says that it cannot be, which `refused` explains.
 * @throws {Problem} 409, also when another episode has begun.
 */
export async function changed(
  table: Table,
  seen: Alert,
  change: (alert: Alert) => Alert | undefined,
  refused: () => Problem,
): Promise<Alert> {
  const { alert, changed } = await changeAlert(
    table,
    seen.hash,
    (current) => {
      if (current?.n !== seen.n) return undefined;
      const next = change(current);
      return next && { alert: next };
    },
    seen,
  );
  if (alert?.n !== seen.n) {
    throw new Problem(409, `Alert ${seen.id} is over, and it is alert ${alert?.id ?? ''} now.`, { code: 'OVER' });
  }
  if (!changed) throw refused();
  return alert;
}

// What a routing document would keep alerts that fire now from: shown before it is put in force.
import { listOpenAlerts } from '../../../store/items/alerts.ts';
import type { Table } from '../../../store/port.ts';
import { limitedWords, underLimit } from '../alert/limits.ts';
import type { Routing } from './document.ts';

/** Open alerts that are looked at, and those that are shown. */
const MOST_COMPARED = 200;
const MOST_SHOWN = 50;

/** Nothing where the document has no limits. */
export async function limitedNow(table: Table, routing: Routing) {
  if (routing.limits.length === 0) return {};
  const { alerts } = await listOpenAlerts(table, { limit: MOST_COMPARED });
  const limited = alerts.flatMap((alert) => {
    const words = alert.status === 'firing' ? limitedWords(underLimit(alert, routing)) : undefined;
    return words === undefined ? [] : [{ alert: alert.id, key: alert.condition.key, limited: words }];
  });
  return { limited: limited.slice(0, MOST_SHOWN) };
}

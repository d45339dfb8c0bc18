// `GET /metrics`: what all services counted today, for Prometheus.
import { readMergeProgress } from '../../../store/items/merge-progress.ts';
import type { Table } from '../../../store/port.ts';
import { inScope, route, text, type Route } from '../../api/index.ts';
import { sideBySide } from '../../api/passes.ts';
import { knownServices } from '../known-services.ts';
import { behindMs, settledByTime, settledFor } from '../series/settled.ts';
import { DAY_MS } from '../series/span.ts';
import { orUnreadable, UNREADABLE } from '../../api/unreadable.ts';
import { readMetrics } from './described.ts';
import { CONTENT_TYPES, exposition, type Format } from './exposition.ts';
import { Days, type ServiceDay } from './today.ts';

const AT_ONCE = 16;

export function metricsRoutes(table: Table): Route[] {
  const remembered = new Days(table);

  return [
    route('GET', '/metrics', 'viewer', readMetrics, async ({ caller, headers, at }) => {
      const [services, progress] = await Promise.all([knownServices(table), readMergeProgress(table)]);
      const { upTo } = progress ?? settledByTime(at);
      // The last minute of a day is told of as the day's: the counters begin again with the first minute of the next.
      const dayMs = Math.floor((upTo - 1) / DAY_MS) * DAY_MS;
      const shown = services.filter((service) => inScope(caller, service));
      const days: ServiceDay[] = [];
      const unreadable: string[] = [];
      await sideBySide(AT_ONCE, shown, async (service) => {
        const day = await orUnreadable(() => remembered.read(service, dayMs, upTo));
        if (day === UNREADABLE) unreadable.push(service);
        else days.push(day);
      });
      days.sort((a, b) => (a.service < b.service ? -1 : 1));
      const format = formatOf(headers.get('accept') ?? '');
      const late = shown
        .map((service): [string, number] => [service, behindMs(settledFor(service, progress, at), at)])
        .filter(([, ms]) => ms > 0)
        .sort();
      const scrape = { behindMs: new Map(late), dayMs, completeUntil: upTo, days, unreadable: unreadable.sort() };
      return text(exposition(scrape, format), CONTENT_TYPES[format]);
    }),
  ];
}

/** As Prometheus asks for it; curl gets what it can read. */
function formatOf(accept: string): Format {
  return accept.includes('application/openmetrics-text') ? 'openmetrics' : 'prometheus';
}

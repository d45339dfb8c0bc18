// The routes of telemetry: `GET /v1/telemetry/series`.
import { readService } from '../../store/items/services.ts';
import type { Table } from '../../store/port.ts';
import { json, notFound, requireScope, route, type Problem, type Route } from '../api/index.ts';
import { seriesQueryOf } from './query.ts';
import { readSeries } from './read.ts';

export function telemetryRoutes(table: Table): Route[] {
  return [
    route('GET', '/v1/telemetry/series', 'viewer', async (request) => {
      const query = seriesQueryOf(request.query, request.at);
      requireScope(request.caller, query.service);
      const { series, read, unreadable } = await readSeries(table, query);
      if (read + unreadable === 0 && !(await readService(table, query.service))) throw unheardOf(query.service);
      return json({ ...series.shown(), ...(unreadable > 0 ? { unreadable } : {}) });
    }),
  ];
}

/** A name misspelt must not look like an outage. */
function unheardOf(service: string): Problem {
  return notFound(`The service ${service} has no rules, and nothing is recorded of it in this range.`);
}

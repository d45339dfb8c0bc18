// The routes of telemetry: `GET /v1/telemetry/series`.
import type { Table } from '../../store/port.ts';
import { json, requireScope, route, type Route } from '../api/index.ts';
import { seriesQueryOf } from './query.ts';
import { readSeries } from './read.ts';

export function telemetryRoutes(table: Table): Route[] {
  return [
    route('GET', '/v1/telemetry/series', 'viewer', async (request) => {
      const query = seriesQueryOf(request.query, request.at);
      requireScope(request.caller, query.service);
      const { series, unreadable } = await readSeries(table, query);
      return json({ ...series.shown(), ...(unreadable > 0 ? { unreadable } : {}) });
    }),
  ];
}

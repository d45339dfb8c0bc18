// The routes of telemetry: each area has its own.
import type { Table } from '../../store/port.ts';
import type { Route } from '../api/index.ts';
import { metricsRoutes } from './metrics/routes.ts';
import { samplesRoutes } from './samples/routes.ts';
import { seriesRoutes } from './series/routes.ts';
import { topologyRoutes } from './topology/routes.ts';
import { tracesRoutes } from './traces/routes.ts';
import { traceSource } from './traces/source.ts';

export function telemetryRoutes(table: Table): Route[] {
  return [
    ...seriesRoutes(table),
    ...metricsRoutes(table),
    ...samplesRoutes(table),
    ...topologyRoutes(table),
    ...tracesRoutes(traceSource(process.env)),
  ];
}

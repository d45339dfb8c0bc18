// The routes of telemetry: each area has its own.
import type { Table } from '../../store/port.ts';
import type { Route } from '../api/index.ts';
import { coverageRoutes } from './coverage/routes.ts';
import { deployedFunctions } from './coverage/deployed.ts';
import { metricsRoutes } from './metrics/routes.ts';
import { samplesRoutes } from './samples/routes.ts';
import { awsPlatform, defaultClients } from './saturation/platform.ts';
import { saturationRoutes } from './saturation/routes.ts';
import { seriesRoutes } from './series/routes.ts';
import { sloRoutes } from './slo/routes.ts';
import { topologyRoutes } from './topology/routes.ts';
import { tracesRoutes } from './traces/routes.ts';
import { traceSource } from './traces/source.ts';

export function telemetryRoutes(table: Table): Route[] {
  const aws = defaultClients();
  const deployed = deployedFunctions(aws.lambda);
  return [
    ...seriesRoutes(table),
    ...metricsRoutes(table),
    ...samplesRoutes(table),
    ...sloRoutes(table),
    ...topologyRoutes(table),
    ...tracesRoutes(traceSource(process.env)),
    ...saturationRoutes(table, awsPlatform(aws)),
    ...coverageRoutes({ table, deployed, prefix: process.env['FLYBALL_FUNCTION_PREFIX'] ?? '' }),
  ];
}

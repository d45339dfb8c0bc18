// The routes of telemetry, as they are deployed.
import type { Table } from '../../store/port.ts';
import type { Route } from '../api/index.ts';
import { telemetryAreas } from './areas.ts';
import { deployedFunctions } from './coverage/deployed.ts';
import { awsPlatform, defaultClients } from './saturation/platform.ts';
import { traceSource } from './traces/source.ts';

export function telemetryRoutes(table: Table): Route[] {
  const aws = defaultClients();
  return telemetryAreas({
    table,
    traces: traceSource(process.env),
    platform: awsPlatform(aws),
    deployed: deployedFunctions(aws.lambda),
    prefix: process.env['FLYBALL_FUNCTION_PREFIX'] ?? '',
  });
}

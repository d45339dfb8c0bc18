// The routes of telemetry's areas, made of what they ask outside of the table.
import type { Table } from '../../store/port.ts';
import type { Route } from '../api/index.ts';
import type { AskDeployed } from './coverage/deployed.ts';
import { coverageRoutes } from './coverage/routes.ts';
import { metricsRoutes } from './metrics/routes.ts';
import { samplesRoutes } from './samples/routes.ts';
import type { Platform } from './saturation/platform.ts';
import { saturationRoutes } from './saturation/routes.ts';
import { seriesRoutes } from './series/routes.ts';
import { sloRoutes } from './slo/routes.ts';
import { topologyRoutes } from './topology/routes.ts';
import { tracesRoutes } from './traces/routes.ts';
import type { TraceSource } from './traces/source.ts';

export interface TelemetryParts {
  readonly table: Table;
  readonly traces: TraceSource;
  readonly platform: Platform;
  readonly deployed: AskDeployed;
  /** With which the names of this stack's functions begin. */
  readonly prefix: string;
}

export function telemetryAreas({ table, traces, platform, deployed, prefix }: TelemetryParts): Route[] {
  return [
    ...seriesRoutes(table),
    ...metricsRoutes(table),
    ...samplesRoutes(table),
    ...sloRoutes(table),
    ...topologyRoutes(table),
    ...tracesRoutes(traces),
    ...saturationRoutes(table, platform),
    ...coverageRoutes({ table, deployed, prefix }),
  ];
}

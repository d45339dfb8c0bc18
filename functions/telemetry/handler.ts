// The deployed function: telemetry over HTTP, governed by flyball itself.
import { Logger } from '@aws-lambda-powertools/logger';
import { governed } from '../../middleware/index.ts';
import { systemClock } from '../../middleware/kernel/clock.ts';
import { controlPlaneTable, createApi } from '../api/index.ts';
import { telemetryRoutes } from './routes.ts';

const clock = systemClock;
const logger = new Logger({ serviceName: 'telemetry' });
const table = controlPlaneTable();

export const handler = governed(
  { service: 'telemetry', logger },
  createApi({ routes: telemetryRoutes(table), table, clock, logger }),
);

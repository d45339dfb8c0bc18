// The deployed functions: a tick every minute, and the jobs over HTTP, both governed by flyball itself.
import { Logger } from '@aws-lambda-powertools/logger';
import { governed } from '../../middleware/index.ts';
import { systemClock } from '../../middleware/kernel/clock.ts';
import { controlPlaneTable, createApi } from '../api/index.ts';
import { jobRoutes } from './routes.ts';
import { tick as runTick } from './tick.ts';

const clock = systemClock;
const logger = new Logger({ serviceName: 'batch-monitor' });
const table = controlPlaneTable();
const options = { service: 'batch-monitor', logger };

export const http = governed(options, createApi({ routes: jobRoutes({ table, clock }), table, clock, logger }));

export const tick = governed(options, (_event: unknown, { flyball }) =>
  runTick({ table, clock, logger, remainingMs: () => flyball.remainingMs() }),
);

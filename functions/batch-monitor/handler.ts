// The deployed functions: a tick every minute, and jobs and checks over HTTP, both governed by flyball itself.
import { randomUUID } from 'node:crypto';
import { governed } from '../../middleware/index.ts';
import { systemClock } from '../../middleware/kernel/clock.ts';
import { controlPlaneTable, createApi } from '../api/index.ts';
import { logged, loggerOf } from '../api/logging.ts';
import { batchMonitorRoutes } from './api.ts';
import { tick as runTick } from './tick.ts';

const clock = systemClock;
const logger = loggerOf('batch-monitor');
const table = controlPlaneTable();
const options = { service: 'batch-monitor', logger };

export const http = logged(
  logger,
  governed(
    options,
    createApi({
      routes: batchMonitorRoutes({ table, clock, logger, newId: randomUUID, service: options.service }),
      table,
      clock,
      logger,
      service: 'batch-monitor',
      issuers: process.env['FLYBALL_ISSUERS'],
    }),
  ),
);

export const tick = logged(
  logger,
  governed(options, (_event: unknown, { flyball }) =>
    runTick({ table, clock, logger, remainingMs: () => flyball.remainingMs() }),
  ),
);

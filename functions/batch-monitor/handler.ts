// The deployed function for HTTP: jobs and checks, governed by flyball itself.
import { randomUUID } from 'node:crypto';
import { governed } from '../../middleware/index.ts';
import { systemClock } from '../../middleware/kernel/clock.ts';
import { controlPlaneTable, createApi } from '../api/index.ts';
import { logged, loggerOf } from '../api/logging.ts';
import { batchMonitorRoutes } from './api.ts';

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

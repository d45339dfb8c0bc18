// The deployed function for HTTP: jobs and checks, governed by flyball itself.
import { randomUUID } from 'node:crypto';
import { governed } from '../../middleware/index.ts';
import { systemClock } from '../../middleware/kernel/clock.ts';
import { createApi } from '../api/index.ts';
import { logged, loggerOf } from '../api/logging.ts';
import { signedControlPlaneTable } from '../api/signed-table.ts';
import { batchMonitorRoutes } from './api.ts';
import { lambdaInvoker } from './invoker.ts';

const clock = systemClock;
const logger = loggerOf('batch-monitor');
const table = signedControlPlaneTable();
const options = { service: 'batch-monitor', logger };
const { FLYBALL_CELL = '', FLYBALL_FUNCTION_PREFIX = '', FLYBALL_STARTABLE_FUNCTIONS = '' } = process.env;
const starter = {
  cell: FLYBALL_CELL,
  prefix: FLYBALL_FUNCTION_PREFIX,
  names: FLYBALL_STARTABLE_FUNCTIONS.split(',').filter((name) => name !== ''),
  invoke: lambdaInvoker(),
};
const parts = { table, clock, logger, newId: randomUUID, service: options.service, starter };

export const http = logged(
  logger,
  governed(
    options,
    createApi({
      routes: batchMonitorRoutes(parts),
      table,
      clock,
      logger,
      service: 'batch-monitor',
      issuers: process.env['FLYBALL_ISSUERS'],
    }),
  ),
);

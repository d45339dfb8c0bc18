// The deployed function: telemetry over HTTP, governed by flyball itself.
import { governed } from '../../middleware/index.ts';
import { systemClock } from '../../middleware/kernel/clock.ts';
import { createApi } from '../api/index.ts';
import { logged, loggerOf } from '../api/logging.ts';
import { signedControlPlaneTable } from '../api/signed-table.ts';
import { telemetryRoutes } from './routes.ts';

const clock = systemClock;
const logger = loggerOf('telemetry');
const table = signedControlPlaneTable();

export const handler = logged(
  logger,
  governed(
    { service: 'telemetry', logger },
    createApi({
      routes: telemetryRoutes(table),
      table,
      clock,
      logger,
      service: 'telemetry',
      issuers: process.env['FLYBALL_ISSUERS'],
    }),
  ),
);

// The deployed function for HTTP: alerts, silences and their routing, governed by flyball itself.
import { randomUUID } from 'node:crypto';
import { governed } from '../../middleware/index.ts';
import { systemClock } from '../../middleware/kernel/clock.ts';
import { controlPlaneTable, createApi } from '../api/index.ts';
import { logged, loggerOf } from '../api/logging.ts';
import { alertingRoutes } from './api.ts';
import { createChannels, hostsNamed } from './channels/index.ts';

const clock = systemClock;
const logger = loggerOf('alerting');
const table = controlPlaneTable();
const channels = createChannels({ clock, privateHosts: hostsNamed(process.env['FLYBALL_ALERT_PRIVATE_HOSTS']) });
const cell = process.env['FLYBALL_CELL'] ?? 'local';

export const http = logged(
  logger,
  governed(
    { service: 'alerting', logger },
    createApi({
      routes: alertingRoutes({ table, clock, logger, newId: randomUUID, channels, cell }),
      table,
      clock,
      logger,
      service: 'alerting',
      issuers: process.env['FLYBALL_ISSUERS'],
    }),
  ),
);

// The deployed function: the config center's routes over HTTP, governed by flyball itself.
import { randomUUID } from 'node:crypto';
import { governed } from '../../middleware/index.ts';
import { systemClock } from '../../middleware/kernel/clock.ts';
import { controlPlaneTable, createApi } from '../api/index.ts';
import { logged, loggerOf } from '../api/logging.ts';
import { createConfigCenter } from './config-center.ts';
import { longestKeyOf } from './keys/expiry.ts';

const clock = systemClock;
const logger = loggerOf('config-center');
const table = controlPlaneTable();

const {
  FLYBALL_ISSUERS,
  FLYBALL_PUBLISH_APPROVALS = '',
  FLYBALL_LONGEST_KEY = '',
  FLYBALL_CONFIG_HOLD = '0',
  FLYBALL_CELL = '',
  FLYBALL_STAGE = '',
} = process.env;

if (!/^\d?$/.test(FLYBALL_PUBLISH_APPROVALS)) {
  throw new Error(
    `FLYBALL_PUBLISH_APPROVALS: "${FLYBALL_PUBLISH_APPROVALS}" means nothing; write 0 to 9, or leave it out`,
  );
}

if (!/^\d{1,4}$/.test(FLYBALL_CONFIG_HOLD) || Number(FLYBALL_CONFIG_HOLD) > 5_000) {
  throw new Error(
    `FLYBALL_CONFIG_HOLD: "${FLYBALL_CONFIG_HOLD}" means nothing; write ms from 0 to 5000, or leave it out`,
  );
}

const routes = createConfigCenter({
  table,
  clock,
  logger,
  newId: randomUUID,
  healthUrls: (process.env['FLYBALL_HEALTH_URLS'] ?? '').split(',').filter((url) => url !== ''),
  approvals: Number(FLYBALL_PUBLISH_APPROVALS),
  holdMs: Number(FLYBALL_CONFIG_HOLD),
  longestKeyMs: longestKeyOf(FLYBALL_LONGEST_KEY),
  cell: FLYBALL_CELL,
  stage: FLYBALL_STAGE,
  // Any answer will do: an emulator answers a bare GET with an error.
  probe: async (url, timeoutMs) => {
    const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
    await response.body?.cancel();
  },
});

export const handler = logged(
  logger,
  governed(
    { service: 'config-center', logger },
    createApi({ routes, table, clock, logger, service: 'config-center', issuers: FLYBALL_ISSUERS }),
  ),
);

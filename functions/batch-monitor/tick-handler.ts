// The deployed tick: once a minute, governed by flyball itself.
import { governed } from '../../middleware/index.ts';
import { systemClock } from '../../middleware/kernel/clock.ts';
import { logged, loggerOf } from '../api/logging.ts';
import { signedControlPlaneTable } from '../api/signed-table.ts';
import { tick as runTick } from './tick.ts';

const clock = systemClock;
const logger = loggerOf('batch-monitor');
const table = signedControlPlaneTable();

export const tick = logged(
  logger,
  governed({ service: 'batch-monitor', logger }, (_event: unknown, { flyball }) =>
    runTick({ table, clock, logger, remainingMs: () => flyball.remainingMs() }),
  ),
);

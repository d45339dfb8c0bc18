// The deployed tick: once a minute, governed by flyball itself.
import { governed } from '../../middleware/index.ts';
import { systemClock } from '../../middleware/kernel/clock.ts';
import { signedTable } from '../../store/adapters/signed.ts';
import { logged, loggerOf } from '../api/logging.ts';
import { controlPlaneTableName } from '../api/table-name.ts';
import { tick as runTick } from './tick.ts';

const clock = systemClock;
const logger = loggerOf('batch-monitor');
// Not the SDK's client: it takes twice the time and the memory where a thousand jobs are due.
const table = signedTable({
  tableName: controlPlaneTableName(),
  clock,
  defaultTimeoutMs: 1_000,
  firstTimeoutMs: 2_000,
});

export const tick = logged(
  logger,
  governed({ service: 'batch-monitor', logger }, (_event: unknown, { flyball }) =>
    runTick({ table, clock, logger, remainingMs: () => flyball.remainingMs() }),
  ),
);

// The deployed function: judges gray publications every minute, governed by flyball itself.
import { governed } from '../../../middleware/index.ts';
import { systemClock } from '../../../middleware/kernel/clock.ts';
import { controlPlaneTable } from '../../api/index.ts';
import { logged, loggerOf } from '../../api/logging.ts';
import { judgeTick } from './tick.ts';

const clock = systemClock;
const logger = loggerOf('gray-judge');
const table = controlPlaneTable();

/** Some publications could not be judged: they stay as they are, and the next tick tries again. */
class JudgingFailed extends Error {
  override readonly name = 'JudgingFailed';
  readonly code = 'JUDGING_FAILED';
  constructor(failed: number, grays: number) {
    super(
      `${failed} of ${grays} gray publications could not be judged; the lines before this one name them and say why`,
    );
  }
}

export const handler = logged(
  logger,
  governed({ service: 'config-center', logger }, async (_event: unknown, { flyball }) => {
    const report = await judgeTick({ table, clock, logger, remainingMs: () => flyball.remainingMs() });
    if (report.failed > 0) throw new JudgingFailed(report.failed, report.grays);
    return report;
  }),
);

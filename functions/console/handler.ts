// The deployed function: the console's page and its parts, governed by flyball itself.
import { resolve } from 'node:path';
import { governed } from '../../middleware/index.ts';
import { systemClock } from '../../middleware/kernel/clock.ts';
import { createApi } from '../api/index.ts';
import { logged, loggerOf } from '../api/logging.ts';
import { consoleIn } from './files.ts';
import { consoleRoutes } from './routes.ts';
import { signInOf } from './sign-in.ts';

const clock = systemClock;
const logger = loggerOf('console');
const {
  FLYBALL_CONSOLE = '.flyball/console',
  FLYBALL_ISSUERS,
  FLYBALL_STAGE = 'local',
  LAMBDA_TASK_ROOT = '',
} = process.env;

const routes = consoleRoutes({
  // Where its package has it.
  files: consoleIn(resolve(LAMBDA_TASK_ROOT, FLYBALL_CONSOLE)),
  signIn: signInOf(FLYBALL_ISSUERS, logger),
  stage: FLYBALL_STAGE,
});

export const handler = logged(logger, governed({ service: 'console', logger }, createApi({ routes, clock, logger })));

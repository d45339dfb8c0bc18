// The deployed function: makes AWS's own limits of concurrency follow the rules, every minute, governed by flyball itself.
import { randomUUID } from 'node:crypto';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import { governed } from '../../middleware/index.ts';
import { systemClock } from '../../middleware/kernel/clock.ts';
import { controlPlaneTable } from '../api/index.ts';
import { logged, loggerOf } from '../api/logging.ts';
import { lambdaLimits } from './lambda-limits.ts';
import { settled } from './settled.ts';
import { tick, type TickParts } from './tick.ts';

const logger = loggerOf('concurrency-actuator');
const { FLYBALL_STAGE, FLYBALL_FUNCTION_PREFIX = '', FLYBALL_CELL = '' } = process.env;

let client: Promise<LambdaClient> | undefined;
/** Loaded when a rule first asks for it: most stages have none. */
const lambda = () =>
  (client ??= import('@aws-sdk/client-lambda').then(({ LambdaClient }) => new LambdaClient({ maxAttempts: 2 })));

const parts: Omit<TickParts, 'remainingMs'> = {
  table: controlPlaneTable(),
  clock: systemClock,
  logger,
  newId: randomUUID,
  prefix: FLYBALL_FUNCTION_PREFIX,
  cell: FLYBALL_CELL,
  // The local world's stand-in for Lambda knows none of these calls.
  limits: FLYBALL_STAGE === 'local' ? undefined : lambdaLimits(lambda),
  memory: new Map(),
};

/** Part of the config center as far as rules are concerned: it carries out what that publishes. */
export const handler = logged(
  logger,
  governed({ service: 'config-center', logger }, async (_event: unknown, { flyball }) =>
    settled(await tick({ ...parts, remainingMs: () => flyball.remainingMs() })),
  ),
);

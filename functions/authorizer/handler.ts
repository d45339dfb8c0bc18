// The deployed function: a Lambda authorizer for API Gateway, set up by its environment.
import { jsonLogger } from '../../middleware/kernel/logger.ts';
import { systemClock } from '../../middleware/kernel/clock.ts';
import { createAuthorizer } from './authorizer.ts';
import { servicesOf } from './routes.ts';

const { FLYBALL_ACCESS, FLYBALL_ROUTES, FLYBALL_SERVICE } = process.env;

if (FLYBALL_ACCESS !== undefined && FLYBALL_ACCESS !== '' && FLYBALL_ACCESS !== 'required') {
  throw new Error(`FLYBALL_ACCESS: "${FLYBALL_ACCESS}" means nothing; write required, or leave it out`);
}

export const handler = createAuthorizer({
  services: servicesOf({ FLYBALL_ROUTES, FLYBALL_SERVICE }),
  governing: (service) => ({ service }),
  accessRequired: FLYBALL_ACCESS === 'required',
  logger: jsonLogger(systemClock, (line) => process.stdout.write(line)),
});

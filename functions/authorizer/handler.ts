// The deployed function: a Lambda authorizer for API Gateway, set up by its environment.
import { logged, loggerOf } from '../api/logging.ts';
import { createAuthorizer } from './authorizer.ts';
import { servicesOf } from './routes.ts';

const { FLYBALL_ACCESS, FLYBALL_ROUTES, FLYBALL_SERVICE } = process.env;

if (FLYBALL_ACCESS !== undefined && FLYBALL_ACCESS !== '' && FLYBALL_ACCESS !== 'required') {
  throw new Error(`FLYBALL_ACCESS: "${FLYBALL_ACCESS}" means nothing; write required, or leave it out`);
}

const logger = loggerOf('authorizer');

const authorize = createAuthorizer({
  services: servicesOf({ FLYBALL_ROUTES, FLYBALL_SERVICE }),
  governing: (service) => ({ service }),
  accessRequired: FLYBALL_ACCESS === 'required',
  logger,
});

export const handler = logged(logger, authorize);

// The deployed function: a tick every minute, and the jobs over HTTP, governed by flyball itself.
import { Logger } from '@aws-lambda-powertools/logger';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { governed, type GovernedContext } from '../../middleware/index.ts';
import { systemClock } from '../../middleware/kernel/clock.ts';
import { controlPlaneTable, createApi } from '../api/index.ts';
import { jobRoutes } from './routes.ts';
import { tick, type TickReport } from './tick.ts';

const clock = systemClock;
const logger = new Logger({ serviceName: 'batch-monitor' });
const table = controlPlaneTable();
const api = createApi({ routes: jobRoutes({ table, clock }), table, clock, logger });

/** The schedule's event carries no request. */
type Event = APIGatewayProxyEventV2 | { readonly requestContext?: undefined };

export const handler = governed(
  { service: 'batch-monitor', logger },
  (event: Event, context: GovernedContext): Promise<APIGatewayProxyStructuredResultV2 | TickReport> =>
    event.requestContext ? api(event, context) : tick({ table, clock, logger }),
);

// All routes of alerting: alerts, silences, the routing document, and tests of its channels.
import type { Route } from '../api/index.ts';
import { actRoutes } from './acts.ts';
import { channelRoutes } from './channel-test.ts';
import type { AlertingParts } from './parts.ts';
import { routingRoutes } from './routing/routes.ts';
import { alertRoutes } from './routes.ts';
import { silenceRoutes } from './silencing.ts';

export function alertingRoutes(parts: AlertingParts): Route[] {
  return [
    ...alertRoutes(parts),
    ...actRoutes(parts),
    ...silenceRoutes(parts),
    ...routingRoutes(parts),
    ...channelRoutes(parts),
  ];
}

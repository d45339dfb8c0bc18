// The config center: its routes, made from its parts.
import type { Route } from '../api/index.ts';
import { accessKeyRoutes } from './apollo/access-keys.ts';
import { apolloRoutes } from './apollo/routes.ts';
import { applyRoutes } from './apply.ts';
import { approvalRoutes } from './approvals.ts';
import { auditRoutes } from './audit-log.ts';
import { baselineRoutes } from './baseline/routes.ts';
import { breakerRoutes } from './breakers.ts';
import { clientRoutes } from './clients/routes.ts';
import { configRoutes } from './config/routes.ts';
import { comparingRoutes } from './comparing.ts';
import { concurrencyRoutes } from './concurrency.ts';
import { draftRoutes } from './drafts.ts';
import { faultRoutes } from './faults.ts';
import { fleetRoutes } from './fleet/routes.ts';
import { grayRoutes } from './gray/routes.ts';
import { healthRoutes } from './health.ts';
import { keyRoutes } from './keys/routes.ts';
import { meRoutes } from './me.ts';
import { openApiRoutes } from './openapi.ts';
import type { Parts } from './parts.ts';
import { publishingRoutes } from './publishing.ts';
import { removingRoutes } from './removing.ts';
import { revisionRoutes } from './revisions.ts';
import { schemaRoutes } from './schema.ts';
import { serviceRoutes } from './services.ts';
import { shedRoutes } from './shed.ts';
import { simulateRoutes } from './simulate/routes.ts';
import { throttleRoutes } from './throttles.ts';
import { usageRoutes } from './usage/routes.ts';

export type { Parts } from './parts.ts';

export function createConfigCenter(parts: Parts): Route[] {
  const routes: Route[] = [
    ...serviceRoutes(parts),
    ...draftRoutes(parts),
    ...simulateRoutes(parts),
    ...approvalRoutes(parts),
    ...publishingRoutes(parts),
    ...removingRoutes(parts),
    ...grayRoutes(parts),
    ...fleetRoutes(parts),
    ...revisionRoutes(parts),
    ...comparingRoutes(parts),
    ...configRoutes(parts),
    ...accessKeyRoutes(parts),
    ...apolloRoutes(parts),
    ...baselineRoutes(parts),
    ...applyRoutes(parts),
    ...breakerRoutes(parts),
    ...throttleRoutes(parts),
    ...concurrencyRoutes(parts),
    ...usageRoutes(parts),
    ...shedRoutes(parts),
    ...faultRoutes(parts),
    ...keyRoutes(parts),
    ...meRoutes(parts),
    ...clientRoutes(parts),
    ...auditRoutes(parts),
    ...healthRoutes(parts),
    ...schemaRoutes(),
    ...openApiRoutes(parts, () => routes),
  ];
  return routes;
}

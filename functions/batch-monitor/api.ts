// All routes of the batch monitor: jobs, and checks with their pings, their management and their badges.
import type { Clock } from '../../middleware/kernel/clock.ts';
import type { Logger } from '../../middleware/kernel/logger.ts';
import type { Table } from '../../store/port.ts';
import type { Route } from '../api/index.ts';
import { badgeRoutes } from './checks/badges.ts';
import { checkRoutes } from './checks/manage.ts';
import { pingKeys } from './checks/ping-keys.ts';
import { pingRoutes } from './checks/pings.ts';
import { actRoutes } from './acts.ts';
import { jobRoutes } from './routes.ts';
import { startRoutes, type Starter } from './start.ts';

export interface BatchMonitorParts {
  readonly table: Table;
  readonly clock: Clock;
  readonly logger: Logger;
  /** A new random UUID. */
  readonly newId: () => string;
  /** Whose instances count guesses at ping keys together; when left out each counts alone. */
  readonly service?: string;
  /** Checks of a service, made by their API; 1,000 when left out. */
  readonly mostChecks?: number;
  /** When left out, jobs are started by nobody. */
  readonly starter?: Starter;
}

const NOBODY: Starter = {
  ...{ cell: '', names: [], prefix: '' },
  invoke: () => Promise.reject(new Error('nothing is started here')),
};

export function batchMonitorRoutes(parts: BatchMonitorParts): Route[] {
  const serviceOf = pingKeys(parts.table, parts.service);
  return [
    ...jobRoutes(parts),
    ...actRoutes(parts),
    ...startRoutes({ ...parts, starter: parts.starter ?? NOBODY }),
    ...pingRoutes({ ...parts, serviceOf }),
    ...checkRoutes(parts),
    ...badgeRoutes(parts),
  ];
}

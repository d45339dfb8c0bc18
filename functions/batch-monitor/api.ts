// All routes of the batch monitor: jobs, and checks with their pings, their management and their badges.
import type { Clock } from '../../middleware/kernel/clock.ts';
import { findApiKey } from '../../store/items/api-keys.ts';
import type { Table } from '../../store/port.ts';
import type { Route } from '../api/index.ts';
import { badgeRoutes } from './checks/badges.ts';
import { checkRoutes } from './checks/manage.ts';
import { pingRoutes } from './checks/pings.ts';
import { DEFAULT_PROJECT } from './checks/project.ts';
import { jobRoutes } from './routes.ts';

export interface BatchMonitorParts {
  readonly table: Table;
  readonly clock: Clock;
  /** A new random UUID. */
  readonly newId: () => string;
}

export function batchMonitorRoutes(parts: BatchMonitorParts): Route[] {
  const serviceOf = (pingKey: string, nowMs: number) => serviceOfPingKey(parts.table, pingKey, nowMs);
  return [...jobRoutes(parts), ...pingRoutes({ ...parts, serviceOf }), ...checkRoutes(parts), ...badgeRoutes(parts)];
}

/**
 * A ping key is an API key of the role `pinger` for one service. One that may do more is none: addresses stand in logs,
 * crontabs and histories of shells.
 */
async function serviceOfPingKey(table: Table, pingKey: string, nowMs: number): Promise<string | undefined> {
  const key = await findApiKey(table, pingKey, nowMs);
  if (key?.role !== 'pinger') return undefined;
  const { services = [DEFAULT_PROJECT] } = key;
  return services.length === 1 ? services[0] : undefined;
}

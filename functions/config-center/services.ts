// The services that have rules.
import { listServices, readService, type ServiceEntry } from '../../store/items/rules.ts';
import type { Table } from '../../store/port.ts';
import { json, pageOf, route, sealCursor, type OpenRequest, type Route } from '../api/index.ts';
import type { Parts } from './parts.ts';

interface ServicePage {
  readonly services: readonly ServiceEntry[];
  /** Sealed. */
  readonly cursor?: string | undefined;
}

export function serviceRoutes({ table }: Parts): Route[] {
  return [
    route('GET', '/v1/services', 'viewer', async (request) => {
      const { services: scope } = request.caller;
      const { services, cursor } = await (scope ? pageOfScope(table, request, scope) : pageOfAll(table, request));
      return json({
        services: services.map(({ service, since }) => ({ service, since: new Date(since).toISOString() })),
        ...(cursor === undefined ? {} : { cursor }),
      });
    }),
  ];
}

async function pageOfAll(table: Table, request: OpenRequest): Promise<ServicePage> {
  const list = 'services';
  const { services, cursor } = await listServices(table, pageOf(request, list));
  return { services, cursor: cursor === undefined ? undefined : sealCursor(list, cursor) };
}

/** A key for some services learns of no others, not even by a cursor: only its own are read, and their names count. */
async function pageOfScope(table: Table, request: OpenRequest, scope: readonly string[]): Promise<ServicePage> {
  const list = 'services:own';
  const { limit, cursor: after = '' } = pageOf(request, list);
  const rest = [...new Set(scope)].filter((service) => service > after).sort();
  const names = rest.slice(0, limit);
  const read = await Promise.all(names.map((service) => readService(table, service)));
  const last = names.at(-1);
  return {
    services: read.filter((entry) => entry !== undefined),
    cursor: last !== undefined && rest.length > names.length ? sealCursor(list, last) : undefined,
  };
}

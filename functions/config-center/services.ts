// The services that have rules.
import { listServices } from '../../store/items/rules.ts';
import { inScope, json, pageOf, route, sealCursor, type Route } from '../api/index.ts';
import type { Parts } from './parts.ts';

const LIST = 'services';

export function serviceRoutes({ table }: Parts): Route[] {
  return [
    route('GET', '/v1/services', 'viewer', async (request) => {
      const { services, cursor } = await listServices(table, pageOf(request, LIST));
      return json({
        // A key for some services learns of no others; its pages may be short.
        services: services
          .filter(({ service }) => inScope(request.caller, service))
          .map(({ service, since }) => ({ service, since: new Date(since).toISOString() })),
        ...(cursor ? { cursor: sealCursor(LIST, cursor) } : {}),
      });
    }),
  ];
}

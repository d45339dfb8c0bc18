// Who a caller is: what a page must know of the key or the token that it is given.
import { json, route, type Route } from '../api/index.ts';
import { readMe } from './described/me.ts';
import type { Parts } from './parts.ts';

export function meRoutes({ cell = '', stage = '' }: Parts): Route[] {
  return [
    route('GET', '/v1/me', 'pinger', readMe, async ({ caller }) => {
      const { name, identity, role, services, until } = caller;
      return json({
        ...{ name, identity, role },
        ...(services === undefined ? {} : { services }),
        ...(until === undefined ? {} : { until: new Date(until).toISOString() }),
        ...{ cell, stage },
      });
    }),
  ];
}

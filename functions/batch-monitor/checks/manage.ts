// `/api/v1…v3/…`: the management API of healthchecks.io, in its dialect, for any page that has a key.
import { openRoute, type Method, type Route } from '../../api/index.ts';
import type { GuardedRoute } from '../../api/route.ts';
import { changingRoutes, type ManageParts } from './changing.ts';
import * as described from './described-checks.ts';
import { dialectOf, headersFor } from './dialect.ts';
import { readingRoutes } from './reading.ts';

export function checkRoutes(parts: ManageParts): Route[] {
  const routes = [...readingRoutes(parts), ...changingRoutes(parts)];
  const methods = new Map<string, Method[]>();
  for (const { path, method } of routes) methods.set(path, [...(methods.get(path) ?? []), method]);
  const guarded = routes.map((each): GuardedRoute => ({ ...each, dialect: dialectOf(methods.get(each.path) ?? []) }));
  const preflights = [...methods].map(([path, of]) =>
    openRoute('OPTIONS', path, described.preflight, () => Promise.resolve({ status: 204, headers: headersFor(of) })),
  );
  return [...guarded, ...preflights];
}

// The one way in for HTTP events: finds the route, knows the caller, runs it, and answers whatever happens as HTTP.
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { FlyballError } from '../../middleware/kernel/errors.ts';
import { errorFields } from '../../middleware/kernel/logger.ts';
import { NewerItem } from '../../store/items/newer.ts';
import { StoreRejected, StoreUnavailable } from '../../store/port.ts';
import { requireRole, requireScope } from './auth.ts';
import { createAuthenticator, type AuthParts } from './auth-caller.ts';
import { conditional } from './conditional.ts';
import type { Dialect } from './dialect.ts';
import { loggedPath } from './logged-path.ts';
import { isName } from './names.ts';
import { badRequest, notFound, Problem, problemBody } from './problem.ts';
import { requireQuery } from './query.ts';
import { requestOf, type OpenRequest } from './request.ts';
import type { ApiResponse } from './response.ts';
import type { OpenRoute, Route } from './route.ts';
import { createRouter } from './router.ts';

/** Routes for anyone need no table: nobody's credentials are looked up. */
export type ApiOptions =
  | (AuthParts & { readonly routes: readonly Route[] })
  | (Pick<AuthParts, 'clock' | 'logger'> & { readonly routes: readonly OpenRoute[]; readonly table?: undefined });

export type ApiHandler = (
  event: APIGatewayProxyEventV2,
  context: { readonly awsRequestId: string },
) => Promise<APIGatewayProxyStructuredResultV2>;

/** Sent with every answer. There are no CORS headers: no other site's page may call the control plane. */
const ALWAYS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };

/** A handler for HTTP API events (payload format 2.0). Only flyball's own errors leave it: `governed()` answers those. */
export function createApi(options: ApiOptions): ApiHandler {
  const { clock, logger, routes } = options;
  const find = createRouter(routes);
  const authenticate = options.table === undefined ? undefined : createAuthenticator(options);

  async function answer(request: OpenRequest): Promise<ApiResponse> {
    const found = find(request.method, request.path);
    if (found.kind === 'none') throw notFound(`There is nothing at ${request.path.slice(0, 256)}.`);
    if (found.kind === 'other-method') throw otherMethod(request.method, found.allow);
    const { route, params } = found;
    return route.role !== undefined && route.dialect
      ? inDialect(route.dialect, { ...request, params }, route)
      : take(route, { ...request, params });
  }

  async function take(route: Route, request: OpenRequest): Promise<ApiResponse> {
    const { params } = request;
    if (route.role === undefined) {
      return route.handle({ ...request, query: requireQuery(request.query, route.description) });
    }

    if (authenticate === undefined) throw new Error(`${route.path} is not for anyone, and there is no table of keys`);
    const caller = await authenticate(request, route.knows);
    requireRole(caller, route.role);
    const service = params['service'];
    if (service !== undefined) {
      requireScope(caller, service);
      if (!isName(service)) throw notFound('A service has a name of 1 to 64 lower-case letters, digits and hyphens.');
    }
    return route.handle({ ...request, caller, query: requireQuery(request.query, route.description) });
  }

  async function inDialect(dialect: Dialect, request: OpenRequest, route: Route): Promise<ApiResponse> {
    try {
      const answered = await take(route, dialect.credentials(request));
      return { ...answered, headers: { ...dialect.headers, ...answered.headers } };
    } catch (error) {
      if (error instanceof FlyballError) throw error;
      const refused = dialect.refuse(told(error, request), request);
      return { ...refused, headers: { ...dialect.headers, ...refused.headers } };
    }
  }

  /** The problem of an error; what is our own fault stands in the log. */
  function told(error: unknown, request: OpenRequest): Problem {
    const problem = problemOf(error, request);
    if (problem.status >= 500) {
      const { id: requestId, method, path } = request;
      logger.error('a request failed', { requestId, method, path: loggedPath(path), ...errorFields(error) });
    }
    return problem;
  }

  return async (event, context) => {
    const request = requestOf(event, context.awsRequestId, clock.now());
    try {
      return toResult(conditional(request, await answer(request)), request.id);
    } catch (error) {
      if (error instanceof FlyballError) throw error;
      const problem = told(error, request);
      const headers = { 'content-type': 'application/problem+json', ...problem.headers };
      return toResult({ status: problem.status, headers, body: problemBody(problem, request.id) }, request.id);
    }
  };
}

function otherMethod(method: string, allow: readonly string[]): Problem {
  return new Problem(405, `${method} is not possible here; ${allow.join(', ')} ${allow.length > 1 ? 'are' : 'is'}.`, {
    code: 'METHOD_NOT_ALLOWED',
    headers: { allow: allow.join(', ') },
  });
}

/** What the caller is told: of an unexpected error nothing but where to look for it. */
function problemOf(error: unknown, request: OpenRequest): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof StoreUnavailable) {
    return new Problem(503, 'The table does not answer; try again shortly.', {
      code: 'STORE_UNAVAILABLE',
      headers: { 'retry-after': '1' },
    });
  }
  if (error instanceof NewerItem) {
    const detail = 'A newer version of flyball has written what this would read; try again when all of it is deployed.';
    return new Problem(503, detail, { code: 'NEWER_ITEM', headers: { 'retry-after': '60' } }, { cause: error });
  }
  // A cursor that was tampered with passes our seal and fails at the store.
  if (error instanceof StoreRejected && request.query.has('cursor') && BAD_CURSOR.has(error.type)) {
    return badRequest('The cursor is not one that this list gave; start again without it.');
  }
  return new Problem(500, `Something failed here; the log has it under request ${request.id}.`, { code: 'INTERNAL' });
}

const BAD_CURSOR = new Set(['InvalidCursor', 'ValidationException']);

function toResult(response: ApiResponse, requestId: string): APIGatewayProxyStructuredResultV2 {
  return {
    statusCode: response.status,
    headers: { ...ALWAYS, 'x-request-id': requestId, ...response.headers },
    ...(response.body === undefined ? {} : { body: response.body }),
    ...(response.base64 ? { isBase64Encoded: true } : {}),
  };
}

// A route: method, path, the role it asks for, and what it does.
import type { Role } from './auth.ts';
import type { ApiRequest, OpenRequest } from './request.ts';
import type { ApiResponse } from './response.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** A route that answers anyone: no credentials are looked at. */
export interface OpenRoute {
  readonly method: Method;
  readonly path: string;
  readonly role?: undefined;
  handle(request: OpenRequest): Promise<ApiResponse>;
}

/** A route for callers of at least this role, in scope of the path's `{service}` if it has one. */
export interface GuardedRoute {
  readonly method: Method;
  /** `/v1/services/{service}/draft`: a name in braces stands for one whole segment. */
  readonly path: string;
  readonly role: Role;
  handle(request: ApiRequest): Promise<ApiResponse>;
}

export type Route = OpenRoute | GuardedRoute;

/** The names in braces of a path. */
type NamesOf<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}` ? Name | NamesOf<Rest> : never;

/** A route whose `request.params` are typed by its path. */
export function route<Path extends string>(
  method: Method,
  path: Path,
  role: Role,
  handle: (request: ApiRequest<NamesOf<Path>>) => Promise<ApiResponse>,
): Route {
  return { method, path, role, handle };
}

export function openRoute<Path extends string>(
  method: Method,
  path: Path,
  handle: (request: OpenRequest<NamesOf<Path>>) => Promise<ApiResponse>,
): Route {
  return { method, path, handle };
}

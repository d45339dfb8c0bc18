// A route: method, path, the role it asks for, what it says of itself, and what it does.
import type { Caller, Role } from './auth.ts';
import type { Description } from './description.ts';
import type { Dialect } from './dialect.ts';
import type { ApiRequest, OpenRequest } from './request.ts';
import type { ApiResponse } from './response.ts';

export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';

/** A route that answers anyone: no credentials are looked at. */
export interface OpenRoute {
  readonly method: Method;
  readonly path: string;
  readonly role?: undefined;
  readonly description: Description;
  handle(request: OpenRequest): Promise<ApiResponse>;
}

/** A route for callers of at least this role, in scope of the path's `{service}` if it has one. */
export interface GuardedRoute {
  readonly method: Method;
  /** `/v1/services/{service}/draft`: a name in braces stands for one whole segment, `{rest+}` at the end for all that is left. */
  readonly path: string;
  readonly role: Role;
  readonly description: Description;
  /** Knows callers by what no other route takes; undefined for who presents what all of them do. Rejects with a `Problem`. */
  readonly knows?: (request: OpenRequest) => Promise<Caller | undefined>;
  /** Of an API that is somebody else's: how its clients give credentials and want to be refused. */
  readonly dialect?: Dialect;
  handle(request: ApiRequest): Promise<ApiResponse>;
}

export type Route = OpenRoute | GuardedRoute;

/** The names in braces of a path. */
type NamesOf<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? (Name extends `${infer Own}+` ? Own : Name) | NamesOf<Rest>
  : never;

type GuardedHandle<Path extends string> = (request: ApiRequest<NamesOf<Path>>) => Promise<ApiResponse>;
type OpenHandle<Path extends string> = (request: OpenRequest<NamesOf<Path>>) => Promise<ApiResponse>;

/** A route whose `request.params` are typed by its path, and whose query is checked by its description. */
export function route<Path extends string>(
  method: Method,
  path: Path,
  role: Role,
  description: Description,
  handle: GuardedHandle<Path>,
): GuardedRoute {
  return { method, path, role, description, handle };
}

/** As `route`, for anyone. */
export function openRoute<Path extends string>(
  method: Method,
  path: Path,
  description: Description,
  handle: OpenHandle<Path>,
): OpenRoute {
  return { method, path, description, handle };
}

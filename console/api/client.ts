// One request to the control plane: credentials in a header, never in an address; every failure an ApiError.
import { session } from '../session/session.ts';
import { ownProblem } from './problem-texts.ts';
import { problemOf } from './problem.ts';

const PATIENCE_MS = 20_000;

export interface Answer<T> {
  readonly status: number;
  /** Undefined of 204 and 304. */
  readonly body: T | undefined;
  readonly etag: string | undefined;
  readonly headers: Headers;
}

export interface Asked {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly body?: unknown;
  /** Sent as they are: `if-match`, `idempotency-key`. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** For a read: the ETag of what is at hand; 304 when it still stands. */
  readonly etag?: string | undefined;
}

/** Rejects with an ApiError: with what the API said, or of status 0 when nothing did. A 401 ends the session. */
export async function ask<T>(path: string, asked: Asked = {}): Promise<Answer<T>> {
  const { method = 'GET', body, headers = {}, signal, etag } = asked;
  const limit = AbortSignal.timeout(PATIENCE_MS);
  const token = session.token();
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'error',
      referrerPolicy: 'no-referrer',
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
      headers: {
        accept: 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(etag === undefined ? {} : { 'if-none-match': etag }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw ownProblem(0, limit.aborted ? 'NO_ANSWER' : 'UNREACHABLE');
  }
  const answer = {
    status: response.status,
    etag: response.headers.get('etag') ?? undefined,
    headers: response.headers,
  };
  if (response.status === 304 || response.status === 204) return { ...answer, body: undefined };
  if (!response.ok) {
    const problem = await problemOf(response);
    if (problem.status === 401 && token !== undefined && token === session.token()) session.end('refused');
    throw problem;
  }
  const type = response.headers.get('content-type') ?? '';
  try {
    return { ...answer, body: (type.includes('json') ? await response.json() : await response.text()) as T };
  } catch (error) {
    if (signal?.aborted) throw error;
    throw ownProblem(0, 'BROKEN_ANSWER');
  }
}

/** The body of a read. */
export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  const { body } = await ask<T>(path, signal ? { signal } : {});
  return body as T;
}

/** Changes something. `headers` hold the `if-match` or `idempotency-key` that the route wants. */
export async function send<T>(
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  body?: unknown,
  headers?: Readonly<Record<string, string>>,
): Promise<T> {
  const answer = await ask<T>(path, { method, body, ...(headers ? { headers } : {}) });
  return answer.body as T;
}

/** For a write that is not made twice when it is sent twice. */
export const idempotencyKey = (): string => crypto.randomUUID();

/** A path with encoded segments: `` path`/v1/services/${name}/draft` ``. */
export function path(parts: TemplateStringsArray, ...names: readonly string[]): string {
  return parts.reduce((made, part, i) => made + encodeURIComponent(names[i - 1] ?? '') + part);
}

/** `?a=1&b=2` of what is defined and not empty; '' of nothing. */
export function queryOf(given: Readonly<Record<string, string | number | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(given)) {
    if (value !== undefined && value !== '') query.set(name, String(value));
  }
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}

// How healthchecks.io answers: errors as `{ error }`, 401 where we say 403, any page may ask, a key may be in the body.
import { json, Problem, type ApiResponse, type OpenRequest } from '../../api/index.ts';
import type { Dialect } from '../../api/dialect.ts';
import { readJson } from '../../api/json-text.ts';
import { MAX_DEPTH, unsafeParts } from '../../api/plain.ts';

const ANY_PAGE = { 'access-control-allow-origin': '*', 'access-control-allow-headers': 'X-Api-Key' };

const TOO_LOW = { 'www-authenticate': 'Bearer realm="flyball", error="insufficient_scope"' };

/** Headers of every answer. Any page may ask: a browser sends no key of its own accord. */
export function headersFor(methods: readonly string[]): Readonly<Record<string, string>> {
  return {
    ...ANY_PAGE,
    'access-control-allow-methods': [...methods, 'OPTIONS'].join(', '),
    'access-control-max-age': '600',
  };
}

export function dialectOf(methods: readonly string[]): Dialect {
  return { headers: headersFor(methods), credentials: withKeyOfBody, refuse: refused };
}

/** @throws {Problem} 400 as healthchecks.io says it, for a body that is no JSON object. */
export function objectOf({ method, body }: OpenRequest): Readonly<Record<string, unknown>> {
  const bytes = Buffer.from(body.text, body.base64 ? 'base64' : 'utf8');
  if (method !== 'POST' || bytes.length === 0) return {};
  if (bytes.length > MOST_BODY_BYTES) throw new Problem(413, 'the body is too large', { code: 'BODY_TOO_LARGE' });
  const read = readJson(bytes.toString('utf8'), MAX_DEPTH);
  if (!read.ok) throw bad('could not parse request body');
  const { value } = read;
  const [unsafe] = unsafeParts(value);
  if (unsafe !== undefined) throw bad(`json validation error: ${unsafe.path} ${unsafe.reason}`);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw bad('json validation error: value is not an object');
  }
  return value as Readonly<Record<string, unknown>>;
}

const MOST_BODY_BYTES = 64 * 1024;

export const bad = (reason: string) => new Problem(400, reason, { code: 'BAD_REQUEST' });

/** As many clients send it: `{"api_key": "…"}`. What is in a header comes first. */
function withKeyOfBody(request: OpenRequest): OpenRequest {
  const sent = objectOf(request)['api_key'];
  if (request.headers.has('x-api-key') || request.headers.has('authorization')) return request;
  if (typeof sent !== 'string') return request;
  return { ...request, headers: new Map([...request.headers, ['x-api-key', sent.slice(0, 257)]]) };
}

function refused({ status, code, message, headers }: Problem, request: OpenRequest): ApiResponse {
  // As it says that an account has as many checks as it may have.
  if (code === 'OUT_OF_SCOPE' || code === 'TOO_MANY_CHECKS') return { status: 403, headers };
  if (status === 401) {
    // Who is asked for a key has sent a body that can be read.
    const { headers: sent } = withKeyOfBody(request);
    const presented = sent.has('x-api-key') || sent.has('authorization');
    return json({ error: presented ? 'wrong api key' : 'missing api key' }, { status, headers });
  }
  // To healthchecks.io a key that may only read is no key here.
  if (code === 'ROLE_TOO_LOW') return json({ error: 'wrong api key' }, { status: 401, headers: TOO_LOW });
  return json({ error: message }, { status, headers });
}

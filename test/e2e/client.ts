// What an end-to-end test needs of the started world: its addresses, requests with and without the token, patience.
import { inject } from 'vitest';
import { SOON } from '../support/patience.ts';

/** `.flyball/local.json`, as `npm start` writes it. */
const provided = inject('world');
if (provided.dynamodbPid === null) throw new Error('the world has started without its DynamoDB process');
export const world = { ...provided, dynamodbPid: provided.dynamodbPid };

export interface Response {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
  readonly ms: number;
}

/** A request to the world's HTTP API; a body that is no string is sent as JSON. */
export async function request(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  const startedAt = performance.now();
  const response = await fetch(`${world.http}${path}`, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const ms = performance.now() - startedAt;
  return { status: response.status, headers: response.headers, body: parsed(text), ms };
}

function parsed(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return { text };
  }
}

/** The same as the admin. */
export const admin = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
  request(method, path, body, { authorization: `Bearer ${world.adminToken}`, ...headers });

/** Publishes a service's rules. */
export async function publish(service: string, document: object): Promise<void> {
  const draft = await admin('PUT', `/v1/services/${service}/draft`, document);
  if (draft.status >= 300) throw new Error(`the draft was refused: ${JSON.stringify(draft.body)}`);
  const published = await admin('POST', `/v1/services/${service}/publish`, { note: 'by a test' });
  if (published.status >= 300) throw new Error(`publishing was refused: ${JSON.stringify(published.body)}`);
}

/** The rules a service is under now. */
export async function rulesOf(service: string): Promise<Record<string, unknown>> {
  return (await admin('GET', `/v1/services/${service}/rules`)).body;
}

export const order = (headers: Record<string, string> = {}) =>
  request('POST', '/orders', { sku: 'apple', quantity: 2 }, headers);

/** Longer than any instance goes without asking for its rules: by then a call meets none that does not know what was published. */
export const KNOWN_EVERYWHERE_MS = 6_000;

/** Starts of many instances, retries after a minute, what is summed up once a minute: on a busy machine all of it takes long. */
const EVENTUALLY_MS = 10 * SOON.timeout;

/** Asks again until `look` gives something. @throws {Error} saying what never came. */
export async function eventually<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const until = performance.now() + EVENTUALLY_MS;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > until) throw new Error(`${what} did not come within ${EVENTUALLY_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

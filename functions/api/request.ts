// A request as routes see it, made from an HTTP API event (payload format 2.0).
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { Caller } from './auth.ts';

/** A request to a route that asks for no credentials. */
export interface OpenRequest<Name extends string = string> {
  /** Names this request in answers and logs. */
  readonly id: string;
  readonly method: string;
  /** As sent, without the query. */
  readonly path: string;
  /** The values of the names in braces of the route's path, decoded. */
  readonly params: Readonly<Record<Name, string>>;
  readonly query: URLSearchParams;
  /** As sent, without the question mark: what was signed, perhaps. */
  readonly rawQuery: string;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: RawBody;
  /** The address the gateway saw, never one that a header claims; empty if it gave none. */
  readonly address: string;
  /** When it came, in ms since the epoch: everything one request writes carries the same time. */
  readonly at: number;
}

/** A request whose caller is known and may do what the route does. */
export interface ApiRequest<Name extends string = string> extends OpenRequest<Name> {
  readonly caller: Caller;
}

export interface RawBody {
  readonly text: string;
  readonly base64: boolean;
  /** `content-type` as sent; empty if there was none. */
  readonly contentType: string;
}

/** The request of an event, its route's parameters still to come. */
export function requestOf(event: APIGatewayProxyEventV2, id: string, at: number): OpenRequest {
  const headers = new Map<string, string>();
  for (const [name, value] of Object.entries(event.headers ?? {})) {
    const known = headers.get(name.toLowerCase());
    // As gateways join what is sent twice: of two that differ in case alone neither takes the other's place.
    if (value !== undefined) headers.set(name.toLowerCase(), known === undefined ? value : `${known},${value}`);
  }
  return {
    id,
    method: event.requestContext.http.method.toUpperCase(),
    path: withoutStage(event),
    params: {},
    query: new URLSearchParams(event.rawQueryString ?? ''),
    rawQuery: event.rawQueryString ?? '',
    headers,
    body: {
      text: textOf(event.body),
      base64: event.isBase64Encoded ?? false,
      contentType: headers.get('content-type') ?? '',
    },
    address: event.requestContext.http.sourceIp,
    at,
  };
}

/**
 * A laptop's gateway reads JSON that is a number, a truth value or null, where AWS passes its text on. `null` is no body
 * there, and so it is none anywhere.
 */
function textOf(body: unknown): string {
  if (body === undefined || body === null || body === 'null') return '';
  return typeof body === 'string' ? body : JSON.stringify(body);
}

/** A named stage stands in front of the path; routes are written without it. */
function withoutStage({ rawPath, requestContext: { stage } }: APIGatewayProxyEventV2): string {
  const named = stage !== undefined && stage !== '' && stage !== '$default';
  return named && rawPath.startsWith(`/${stage}/`) ? rawPath.slice(stage.length + 1) : rawPath;
}

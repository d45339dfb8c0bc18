// By what kept answers are known, so that nobody is given another's; and how a web request is asked of a dependency.
import { FALLBACK_HEADER } from '../kernel/in-place.ts';
import type { Invocation } from '../kernel/invocation.ts';
import { hash } from '../kernel/key.ts';
import type { Asked, Call } from '../kernel/outbound.ts';
import type { FallbackStep } from '../kernel/rules/document.ts';
import { headerOf, isObject } from '../kernel/trigger.ts';
import { isPlain } from './kept.ts';
import { askerOf, senderOf } from './who.ts';

export type LastGood = NonNullable<FallbackStep['lastGood']>;

/**
 * By what an answer to a call is known: all that was asked, and, unless the rule says that it does not matter, who the
 * caller is. Undefined for what may have effects, or cannot be told from another request.
 */
export function keyOfCall(call: Call, { shared }: LastGood): string | undefined {
  const { asked, lastGoodKey, dependency, operation, idempotency, invocation } = call;
  if (idempotency !== 'safe' || (!asked && lastGoodKey === undefined && !shared)) return undefined;
  const { method, path, body, headers, as } = asked ?? {};
  if (!isPlain(body) || body instanceof Map || body instanceof Set) return undefined;
  const request = [lastGoodKey, method, path, given(headers), textOf(body), as];
  const who = shared ? undefined : askerOf(invocation);
  return hash(JSON.stringify(['call', dependency, operation, who, request]));
}

/** A fallback asks the same as others do. */
const given = (headers: Readonly<Record<string, string>> = {}) =>
  Object.entries(headers)
    .filter(([name]) => name !== FALLBACK_HEADER)
    .sort();

/** Maps and sets within would all look alike. */
function textOf(body: unknown): unknown {
  return body instanceof Uint8Array ? Buffer.from(body).toString('base64') : JSON.stringify(body, tellingApart);
}

function tellingApart(_name: string, value: unknown): unknown {
  return value instanceof Map || value instanceof Set ? [value.constructor.name, ...value] : value;
}

/** What a web answer may depend on besides its resource, method, path, query and body, whoever asks. */
const CONTENT = ['accept', 'accept-language', 'accept-encoding', 'host', 'origin', 'range'];

/** By what an answer of a resource is known; undefined for what may have effects. */
export function keyOfRequest(invocation: Invocation, { shared }: LastGood): string | undefined {
  const { trigger, resource, event } = invocation;
  if (trigger.method !== 'GET' && trigger.method !== 'HEAD') return undefined;
  const { rawQueryString, queryStringParameters, multiValueQueryStringParameters, body, requestContext } =
    event as Record<string, unknown>;
  const query = [rawQueryString, queryStringParameters, multiValueQueryStringParameters];
  const { apiId, stage } = isObject(requestContext) ? requestContext : {};
  const content = CONTENT.map((name) => headerOf(event, name));
  const request = [trigger.face, apiId, stage, trigger.method, trigger.path, query, content, body];
  const who = shared ? undefined : senderOf(invocation);
  return hash(JSON.stringify(['answer', resource.name, who, request]));
}

/** An answer that was meant: no redirect to somewhere else, and neither a fallback nor a drill further down had a part in it. */
export function isGood(status: unknown, header: (name: string) => unknown): boolean {
  if (typeof status !== 'number' || status < 200 || status > 299) return false;
  return header(FALLBACK_HEADER) === undefined && header('x-flyball-fault') === undefined;
}

/** An answer that is the same for whoever asks the same: nothing is set at the caller, and it may be stored. */
export function isKeepable(response: unknown, { shared }: LastGood): response is object {
  if (typeof response !== 'object' || response === null || !('statusCode' in response)) return false;
  if (!isGood(response.statusCode, (name) => headerOf(response, name)) || 'cookies' in response) return false;
  if (headerOf(response, 'set-cookie') !== undefined) return false;
  const control = headerOf(response, 'cache-control')?.toLowerCase() ?? '';
  return !control.includes('no-store') && !(shared && control.includes('private'));
}

/** What a step calls a function that it names: no rule's dependency has a colon in its name. */
export function otherOf({ function: name, dependency }: FallbackStep): string | undefined {
  return name === undefined ? dependency : `function:${name}`;
}

/** A web request as a dependency is asked. */
export function askedOf({ trigger, event }: Invocation): Asked {
  const { body, isBase64Encoded } = event as Record<string, unknown>;
  const text = typeof body === 'string' && isBase64Encoded === true ? Buffer.from(body, 'base64').toString() : body;
  const query = queryOf(event as Record<string, unknown>);
  const type = headerOf(event, 'content-type');
  return {
    method: trigger.method,
    path: query === '' ? trigger.path : `${trigger.path}?${query}`,
    ...(typeof text === 'string' && text !== '' ? { body: type?.includes('json') ? parsed(text) : text } : {}),
    ...(type === undefined ? {} : { headers: { 'content-type': type } }),
  };
}

function queryOf({ rawQueryString, queryStringParameters: single }: Record<string, unknown>): string {
  if (typeof rawQueryString === 'string') return rawQueryString;
  if (typeof single !== 'object' || single === null) return '';
  return new URLSearchParams(
    Object.entries(single).map(([name, value]): [string, string] => [name, String(value)]),
  ).toString();
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

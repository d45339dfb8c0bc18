// HTTP answers of the fallback: the shape of the gateway in front, and the header that marks what is not the real thing.
import type { FallbackStep } from '../kernel/rules/document.ts';
import type { Face } from '../kernel/trigger.ts';

export const FALLBACK_HEADER = 'x-flyball-fallback';

/** A rule's `respond` as the answer that a gateway understands; objects become JSON. */
export function answerOf(
  { status, body, headers }: FallbackStep['respond'],
  face: Face,
  event: unknown,
  more: Readonly<Record<string, string>>,
): unknown {
  const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
  const type = body === undefined || typeof body === 'string' ? {} : { 'content-type': 'application/json' };
  const all: Record<string, string> = { ...more, ...type, ...headers };
  const answer = { statusCode: status, body: text };
  if (face !== 'alb') return { ...answer, headers: all };
  const balanced = { ...answer, statusDescription: String(status), isBase64Encoded: false };
  return takesMultiValues(event) ? { ...balanced, multiValueHeaders: multiple(all) } : { ...balanced, headers: all };
}

/** Adds a header to an HTTP answer, in place of what it may hold under that name; anything else stays as it is. */
export function withHeader(response: unknown, face: Face, event: unknown, name: string, value: string): unknown {
  if (typeof response !== 'object' || response === null) return response;
  if (!('statusCode' in response)) return response;
  if (face === 'alb' && takesMultiValues(event)) {
    const headers = 'multiValueHeaders' in response ? response.multiValueHeaders : undefined;
    return { ...response, multiValueHeaders: { ...(headers ?? {}), [name]: [value] } };
  }
  const headers = 'headers' in response ? response.headers : undefined;
  return { ...response, headers: { ...(headers ?? {}), [name]: value } };
}

const takesMultiValues = (event: unknown) =>
  typeof event === 'object' && event !== null && 'multiValueHeaders' in event;

function multiple(headers: Record<string, string>): Record<string, string[]> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
}

// HTTP answers of the fallback, in the shape of the gateway in front.
import { takesMultiValues } from '../kernel/answer-header.ts';
import type { Face } from '../kernel/trigger.ts';
import type { Respond } from './steps.ts';

/** A rule's `respond` as the answer that a gateway understands; objects become JSON. */
export function answerOf(
  { status, body, headers }: Respond,
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

function multiple(headers: Record<string, string>): Record<string, string[]> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
}

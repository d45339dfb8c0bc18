// Marks an answer that has been made already: a header in the shape of the gateway in front.
import type { Face } from './trigger.ts';

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

/** A load balancer that is set to it takes a list of values for each header, and nothing else. */
export const takesMultiValues = (event: unknown): boolean =>
  typeof event === 'object' && event !== null && 'multiValueHeaders' in event;

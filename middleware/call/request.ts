// One request to a target, before it knows whether it travels as HTTP or as an invoke; and the headers flyball adds.
import { Misused } from '../kernel/errors.ts';
import { FALLBACK_HEADER, isInPlace } from '../kernel/in-place.ts';
import type { Call, Reply } from '../kernel/outbound.ts';
import type { As } from './body.ts';

export interface OutgoingRequest {
  readonly operation: string | undefined;
  /** Upper case. */
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
  readonly idempotencyKey: string | undefined;
  readonly as?: As | undefined;
  /** Of an answer, in bytes; the target's own limit unless given. */
  readonly maxAnswerBytes?: number | undefined;
  /** Status and headers are wanted too: a redirect is an answer like others. */
  readonly whole?: boolean;
  /** How long an answer that is a stream may be read. */
  readonly lasting?: AbortSignal | undefined;
}

/** Sends one attempt. Ends at once when the call's signal aborts; never rejects. */
export type Target = (request: OutgoingRequest, call: Call) => Promise<Reply>;

/**
 * What every attempt carries: trace context, the deadline (epoch ms), which attempt it is. An attempt within somebody's
 * repeated request is itself a repetition, so that nobody further down repeats it again.
 */
export function headersOf(request: OutgoingRequest, call: Call): Record<string, string> {
  const { invocation } = call;
  const attempt = call.attempt + invocation.attempt - 1;
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) headers[name.toLowerCase()] = value;
  for (const [name, value] of Object.entries({ ...invocation.carried, ...call.carried })) {
    headers[name.toLowerCase()] = value;
  }
  if (request.idempotencyKey !== undefined) headers['idempotency-key'] = request.idempotencyKey;
  if (isInPlace(invocation)) headers[FALLBACK_HEADER] = '1';
  headers['x-flyball-deadline'] = String(Math.floor(call.deadlineAt));
  headers['x-flyball-attempt'] = String(attempt);
  if (invocation.noRetry || attempt > 1) headers['x-flyball-retry'] = 'never';
  return headers;
}

/** For a request that can never be sent as it is: nothing the dependency did. */
export function misusedReply(message: string): Reply {
  return { outcome: 'refused', error: new Misused(message), sent: false, never: true };
}

/** `Retry-After` in ms from now, given in seconds or as an HTTP date; undefined when it says nothing. */
export function retryAfterMs(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined) return undefined;
  const text = value.trim();
  if (/^[0-9]{1,9}$/.test(text)) return Number(text) * 1000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}

export const saysNever = (value: string | undefined) => value?.trim().toLowerCase() === 'never';

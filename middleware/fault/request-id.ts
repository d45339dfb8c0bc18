// By which name a request is the same request, whoever serves it and however often it comes. Pure.
import type { Invocation } from '../kernel/invocation.ts';
import { headerOf } from '../kernel/trigger.ts';

/**
 * The idempotency key where there is one, which all attempts carry; else Lambda's own, which an asynchronous invoke keeps
 * when it is repeated. A key that a client makes up decides about its own request alone.
 */
export function requestIdOf({ event, trigger, requestId }: Invocation): string {
  const { kind } = trigger;
  const key = kind === 'http' || kind === 'direct' ? headerOf(event, 'idempotency-key') : undefined;
  return key ?? requestId;
}

// By which name a request is the same request, whoever serves it and however often it comes. Pure.
import type { Invocation } from '../kernel/invocation.ts';
import { headerOf } from '../kernel/trigger.ts';

/**
 * The idempotency key of a direct invoke, which all attempts of a call carry; else Lambda's own, which an asynchronous
 * invoke keeps when it is repeated. Over HTTP anybody may send a key: whoever found one that is met could meet everybody
 * with it, and open breakers that others share.
 */
export function requestIdOf({ event, trigger, requestId }: Invocation): string {
  return (trigger.kind === 'direct' ? headerOf(event, 'idempotency-key') : undefined) ?? requestId;
}

// By which name a request is the same request, whoever serves it and however often it comes. Pure.
import type { Invocation } from '../kernel/invocation.ts';
import { headerOf } from '../kernel/trigger.ts';

/**
 * The idempotency key of a direct invoke or a signed call, which all attempts of a call carry; else Lambda's own, which an asynchronous
 * invoke keeps when it is repeated. Over HTTP or a WebSocket anybody may send a key: whoever found one that is met could
 * meet everybody with it, and open breakers that others share.
 */
export function requestIdOf({ event, trigger, requestId, signedBy }: Invocation): string {
  const believed = signedBy !== undefined || (trigger.kind === 'direct' && !trigger.byOutsider);
  return (believed ? headerOf(event, 'idempotency-key') : undefined) ?? requestId;
}

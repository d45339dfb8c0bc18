// How who is asked in somebody's place, and all whom it calls in turn, are told so: fallbacks must not go round in a circle.
import type { Invocation } from './invocation.ts';
import { headerOf } from './trigger.ts';

/** Of an answer it says which fallbacks had a part in it; of a request, that it is a fallback's. */
export const FALLBACK_HEADER = 'x-flyball-fallback';

/** Believed from direct invokes alone: over HTTP anybody may send it, and would be given worse answers. */
export function isInPlace({ trigger, event }: Invocation): boolean {
  return trigger.kind === 'direct' && !trigger.byOutsider && headerOf(event, FALLBACK_HEADER) !== undefined;
}

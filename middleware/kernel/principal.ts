// Who a caller is, once somebody has vouched for it: what throttles count by and what handlers are told.
import type { Invocation } from './invocation.ts';
import { claimOf, clientIpOf } from './request.ts';
import { textOf } from './trigger.ts';

/** A caller that somebody vouches for. */
export interface Principal {
  /** The subject of its token. */
  readonly id: string;
  /** Who has verified the token: `access` by its keys, or the gateway in front. */
  readonly by: 'jwt' | 'gateway';
  readonly claims: Readonly<Record<string, unknown>>;
}

/** The verified caller, else the address the gateway saw; never what a header says. */
export function clientOf({ principal, trigger, event }: Invocation): string | undefined {
  // Marked, so that nobody's subject is another's address.
  return principal ? `sub:${principal.id}` : clientIpOf(trigger, event);
}

/** A claim of the verified caller's token, else of one the gateway itself verified, as text. */
export function callersClaim({ principal, event }: Invocation, name: string): string | undefined {
  const own = principal && Object.hasOwn(principal.claims, name) ? textOf(principal.claims[name]) : undefined;
  return own ?? claimOf(event, name);
}

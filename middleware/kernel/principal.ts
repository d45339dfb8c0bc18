// Who a caller is, once somebody has vouched for it: what throttles count by and what handlers are told.
import type { Invocation } from './invocation.ts';
import { claimOf, clientIpOf } from './request.ts';
import { textOf } from './trigger.ts';

/** A caller that somebody vouches for. */
export interface Principal {
  /** The subject of its token, the client of its API key, or the service that signed the call. */
  readonly id: string;
  /** How it is known: by a token that `access` or the gateway in front has verified, an API key, or a signature. */
  readonly by: 'jwt' | 'gateway' | 'api-key' | 'signed';
  /** What its token says; of an API key its attributes. */
  readonly claims: Readonly<Record<string, unknown>>;
  readonly roles?: readonly string[];
  /** Marks the name where names of different kinds meet; `sub` of a token's subject. */
  readonly mark?: 'key' | 'service';
}

/** The verified caller, else the address the gateway saw; never what a header says. */
export function clientOf({ principal, trigger, event }: Invocation): string | undefined {
  // Marked, so that nobody's subject is another's address, or the name of another's key.
  return principal ? `${principal.mark ?? 'sub'}:${principal.id}` : clientIpOf(trigger, event);
}

/** A claim of the verified caller's token, else of one the gateway itself verified, as text. */
export function callersClaim({ principal, event }: Invocation, name: string): string | undefined {
  const own = principal && Object.hasOwn(principal.claims, name) ? textOf(principal.claims[name]) : undefined;
  return own ?? claimOf(event, name);
}

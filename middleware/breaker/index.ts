// Breakers shared by the fleet, for calls to dependencies.
import type { Policy } from '../kernel/policy.ts';

export { lookAgain } from './kept.ts';
export { loadChanged } from './later.ts';
export { loadFor, type LoadKeys } from './needs.ts';
export { breakerOutbound } from './stage.ts';

/** Breakers of what a service is asked for: loaded when rules have one. */
export async function loadInboundBreaker(): Promise<Policy> {
  return (await import('./inbound.ts')).breakerPolicy;
}

// Shedding by priority, for incoming requests; the caller's half is outbound.ts.
export { shedPolicy } from './policy.ts';

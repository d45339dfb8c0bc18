// Throttling: at most so many in so much time, for an instance or for the whole fleet.
import type { Invocation } from '../kernel/invocation.ts';
import type { Peeked } from './peek.ts';

// For breakers with keys: in a file of its own it would be one more for every function under a throttle.
export { partOf, rawKeyOf, storedKey } from '../kernel/key.ts';
export { loadAll, loadFor } from './needs.ts';
export { quotaPolicy, throttlePolicy } from './policy.ts';

/** Loaded when somebody looks. */
export async function peek(invocation: Invocation, name: string): Promise<Peeked | undefined> {
  return (await import('./peek.ts')).peek(invocation, name);
}

// Throttling: at most so many in so much time, for an instance or for the whole fleet.
export { peek, type Peeked } from './peek.ts';
export { quotaPolicy, throttlePolicy } from './policy.ts';

// Concurrency: at most so many at once, for an instance or for the whole fleet.
export { concurrencyPolicy } from './policy.ts';

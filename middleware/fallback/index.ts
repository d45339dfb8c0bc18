// Answers for what could not be done: a dependency's, or a resource's own.
export { provideAskOther } from './other.ts';
export { fallbackOutbound } from './outbound.ts';
export { fallbackPolicy } from './policy.ts';

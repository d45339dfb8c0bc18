// Deadlines: of an invocation, of a call, and of one attempt.
export { attemptTimeoutOutbound, deadlineOutbound } from './outbound.ts';
export { deadlinePolicy } from './policy.ts';

// Tracing: the context carried on; invocations, calls and attempts recorded when they are sampled.
export { traceAttemptOutbound, traceCallOutbound, tracePolicy } from './policy.ts';

// Tracing: the context carried on; invocations, calls and attempts recorded when they are sampled.
export { loadTracePolicy, traceAttemptOutbound, traceCallOutbound } from './policy.ts';

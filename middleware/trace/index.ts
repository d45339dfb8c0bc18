// Tracing: the context carried on, invocations and attempts recorded when Lambda's tracing is on.
export { traceOutbound, tracePolicy } from './policy.ts';

// The id of the trace that an invocation is in, by what it carries on to those it calls.
import type { Invocation } from '../kernel/invocation.ts';

const XRAY_ROOT = /(?:^|;)Root=(1-[0-9a-f]{8}-[0-9a-f]{24})(?:;|$)/;
const W3C_TRACE = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** As X-Ray writes it, else as W3C does; undefined when the invocation is in no trace, or nobody has asked for it. */
export function traceIdOf({ carried }: Invocation): string | undefined {
  const root = XRAY_ROOT.exec(carried['x-amzn-trace-id'] ?? '')?.[1];
  return root ?? W3C_TRACE.exec(carried['traceparent'] ?? '')?.[1];
}

// What the runtime says of the trace of the invocation being served; small, since every function asks.

/** As `X-Amzn-Trace-Id` has it. On Managed Instances each invocation has its own; elsewhere the environment has the one. */
export function runtimeTraceHeader(): string | undefined {
  const { awslambda } = globalThis as { awslambda?: { InvokeStore?: { getXRayTraceId?: () => string | undefined } } };
  return awslambda?.InvokeStore?.getXRayTraceId?.() ?? process.env['_X_AMZN_TRACE_ID'];
}

/** Only the runtime's word starts a recording: a header from outside may claim to be sampled, at our cost. */
export function isSampled(header: string | undefined): header is string {
  return header?.includes('Sampled=1') ?? false;
}

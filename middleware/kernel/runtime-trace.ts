// What the runtime says of an invocation's trace; small, since every function asks.

/** As `X-Amzn-Trace-Id` has it. On Managed Instances each invocation has its own; elsewhere the environment has the one. */
export function runtimeTraceHeader(): string | undefined {
  const { awslambda } = globalThis as { awslambda?: { InvokeStore?: { getXRayTraceId?: () => string | undefined } } };
  return awslambda?.InvokeStore?.getXRayTraceId?.() ?? process.env['_X_AMZN_TRACE_ID'];
}

/** The id alone, e.g. `1-5759e988-bd862e3fe1be46a994272793`. */
export function runtimeTraceId(): string | undefined {
  return runtimeTraceHeader()?.match(/(?:^|;)Root=([^;]+)/)?.[1];
}

// Who traces an invocation, and what the runtime says of it; small, since every function asks.
import type { Instance } from '../kernel/instance.ts';
import type { Tracer } from './tracer.ts';

/** As `X-Amzn-Trace-Id` has it. On Managed Instances each invocation has its own; elsewhere the environment has the one. */
export function runtimeTraceHeader(): string | undefined {
  const { awslambda } = globalThis as { awslambda?: { InvokeStore?: { getXRayTraceId?: () => string | undefined } } };
  return awslambda?.InvokeStore?.getXRayTraceId?.() ?? process.env['_X_AMZN_TRACE_ID'];
}

/** Only the runtime's word starts a recording in X-Ray: a header from outside may claim to be sampled, at our cost. */
export function isSampled(header: string | undefined): header is string {
  return header?.includes('Sampled=1') ?? false;
}

const tracers = new WeakMap<Instance, Tracer>();

/** Has an instance traced by this tracer in X-Ray's place. */
export function useTracer(instance: Instance, tracer: Tracer): void {
  tracers.set(instance, tracer);
}

export function tracerOf(instance: Instance): Tracer | undefined {
  return tracers.get(instance);
}

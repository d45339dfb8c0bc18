// Who traces an invocation; small, since every function asks.
import type { Instance } from '../kernel/instance.ts';
import type { Tracer } from './tracer.ts';

/** Only the runtime's word starts a recording in X-Ray: a header from outside may claim to be sampled, at our cost. */
export function isSampled(header: string | undefined): header is string {
  return header?.includes('Sampled=1') ?? false;
}

/** Of instances that another tracer traces in X-Ray's place. */
export const tracers = new WeakMap<Instance, Tracer>();

// Carries the trace of an invocation to what it calls, and records the invocation if it is sampled.
import type { Invocation } from '../kernel/invocation.ts';
import type { OutboundPolicy } from '../kernel/outbound.ts';
import type { Policy } from '../kernel/policy.ts';
import { runtimeTraceHeader } from '../kernel/runtime-trace.ts';
import { newSpanId } from './context.ts';
import { carriedBy, incomingTrace } from './incoming.ts';
import type * as Recorded from './recorded.ts';
import type { Recording } from './recording.ts';
import { tracers } from './runtime.ts';
import { noTracer, type Tracer } from './tracer.ts';

/** Those of the invocations being served: most have none, and then nothing is made for them. */
const recordings = new WeakMap<Invocation, Recording>();
/** Invocations whose trace, if they have one, is carried on already. */
const carrying = new WeakSet<Invocation>();

export interface Tracing {
  /** Loads what records. */
  readonly load: () => Promise<Policy<void>>;
  /** Around a whole call; outermost. */
  readonly call: OutboundPolicy;
  /** Around each attempt. */
  readonly attempt: OutboundPolicy;
}

/**
 * `given` is asked where an instance was given none of its own, and without it X-Ray's; `runtimeHeader` gives what the runtime says of the
 * invocation being served, as `X-Amzn-Trace-Id` has it.
 */
export function createTracing(given: Tracer | undefined, runtimeHeader: () => string | undefined): Tracing {
  const policyOf = (
    { Recording: Recorder, xrayTracer }: typeof Recorded,
    tracer = given ?? xrayTracer(),
  ): Policy<void> => ({
    name: 'trace',
    compile: () => {},
    before(invocation) {
      const begun = (tracers.get(invocation.instance) ?? tracer).begin(invocation, runtimeHeader());
      if (!begun) return;
      const { trace, traceId, rootId } = begun;
      carry(
        invocation,
        carriedBy(trace, { traceId, id: rootId }, () => rootId),
      );
      if (!begun.recorded) return;
      const recording = new Recorder(invocation, begun, carriedBy);
      recordings.set(invocation, recording);
      // Not in `after`, which another middleware's early return skips.
      const others = invocation.atEnd;
      invocation.atEnd = async () => void (await Promise.all([others?.(), recording.ended()]));
    },
  });
  let policy: Policy<void> | undefined;

  return {
    load: async () => (policy ??= policyOf(await import('./recorded.ts'))),
    call: {
      name: 'trace',
      stage: () =>
        function traceCallStage(call, next) {
          const { invocation } = call;
          const recording = recordings.get(invocation);
          if (recording) return recording.call(call, next);
          if (!carrying.has(invocation)) carryOn(invocation, runtimeHeader());
          return next(call);
        },
    },
    attempt: {
      name: 'trace',
      stage: () =>
        function traceAttemptStage(call, next) {
          const recording = call.trace && recordings.get(call.invocation);
          return recording ? recording.attempt(call, next) : next(call);
        },
    },
  };
}

/** Reads the trace of an invocation that is not recorded when there is somebody to pass it on to, and not before. */
function carryOn(invocation: Invocation, header: string | undefined): void {
  const trace = incomingTrace(invocation.trigger, invocation.event, header);
  const { random } = invocation.instance;
  carry(invocation, trace && carriedBy(trace, undefined, () => newSpanId(random)));
}

function carry(invocation: Invocation, headers: Record<string, string> | undefined): void {
  carrying.add(invocation);
  Object.assign(invocation.carried, headers);
}

const tracing = createTracing(
  process.env['AWS_XRAY_SDK_ENABLED'] === 'false' ? noTracer : undefined,
  runtimeTraceHeader,
);
export const loadTracePolicy = tracing.load;
export const traceCallOutbound = tracing.call;
export const traceAttemptOutbound = tracing.attempt;

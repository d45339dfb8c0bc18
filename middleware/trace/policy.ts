// Carries the trace of an invocation to what it calls, and records the invocation if it is sampled.
import type { Invocation } from '../kernel/invocation.ts';
import type { OutboundPolicy } from '../kernel/outbound.ts';
import type { Policy } from '../kernel/policy.ts';
import { newSpanId } from './context.ts';
import { carriedBy, incomingTrace } from './incoming.ts';
import { Recording } from './recording.ts';
import { isSampled, runtimeTraceHeader } from './runtime.ts';
import { noTracer, type Tracer } from './tracer.ts';
import { xrayTracer } from './xray.ts';

/** Those of the invocations being served: most have none, and then nothing is made for them. */
const recordings = new WeakMap<Invocation, Recording>();
/** Invocations whose trace, if they have one, is carried on already. */
const carrying = new WeakSet<Invocation>();

export interface Tracing {
  readonly policy: Policy<void>;
  readonly outbound: OutboundPolicy;
}

/** `runtimeHeader` gives what the runtime says of the invocation being served, as `X-Amzn-Trace-Id` has it. */
export function createTracing(tracer: Tracer, runtimeHeader: () => string | undefined): Tracing {
  const policy: Policy<void> = {
    name: 'trace',
    compile: () => {},
    before(invocation) {
      const header = runtimeHeader();
      if (!isSampled(header)) return;
      const trace = incomingTrace(invocation.trigger, invocation.event, header);
      const { traceId, parentId } = trace?.xray ?? {};
      if (!trace || traceId === undefined || parentId === undefined) return;
      const recording = new Recording(invocation, trace, { traceId, parentId });
      recordings.set(invocation, recording);
      carrying.add(invocation);
      Object.assign(invocation.carried, recording.carriedIn(recording.root));
      tracer.prepare();
    },
    after(invocation) {
      const recording = recordings.get(invocation);
      if (!recording) return;
      annotate(invocation, recording);
      recording.root.end(recording.now(), invocation.outcome ?? 'ok', invocation.error);
      try {
        return tracer.emit(recording.recorded())?.catch(() => unsent(invocation));
      } catch {
        unsent(invocation);
      }
    },
  };

  const outbound: OutboundPolicy = {
    name: 'trace',
    stage: (dependency) =>
      async function traceStage(call, next) {
        const { invocation } = call;
        const recording = recordings.get(invocation);
        if (!recording) carryOn(invocation, runtimeHeader());
        const span = recording?.call(dependency);
        if (!recording || !span) return next(call);
        const reply = await next({ ...call, carried: recording.carriedIn(span) });
        span.annotations['attempt'] = call.attempt;
        if (call.operation !== undefined) span.annotations['operation'] = call.operation;
        span.end(recording.now(), reply.outcome, reply.error);
        return reply;
      },
  };

  return { policy, outbound };
}

/** Reads the trace of an invocation that is not recorded when there is somebody to pass it on to, and not before. */
function carryOn(invocation: Invocation, header: string | undefined): void {
  if (carrying.has(invocation)) return;
  carrying.add(invocation);
  const trace = incomingTrace(invocation.trigger, invocation.event, header);
  const { random } = invocation.instance;
  if (trace)
    Object.assign(
      invocation.carried,
      carriedBy(trace, undefined, () => newSpanId(random)),
    );
}

function annotate({ instance, resource, snapshot, refusal }: Invocation, { root }: Recording): void {
  root.annotations['service'] = instance.service;
  root.annotations['resource'] = resource.name;
  root.annotations['revision'] = snapshot.origin.revision;
  if (!refusal) return;
  root.annotations['refused_by'] = refusal.by;
  root.annotations['refused_rule'] = refusal.rule;
}

function unsent({ instance }: Invocation): void {
  instance.recorder.internal('trace:unsent');
}

const { policy, outbound } = createTracing(
  process.env['AWS_XRAY_SDK_ENABLED'] === 'false' ? noTracer : xrayTracer(),
  runtimeTraceHeader,
);
export const tracePolicy = policy;
export const traceOutbound = outbound;

// Carries the trace of an invocation to what it calls, and records the invocation if it is sampled.
import { Refused } from '../kernel/errors.ts';
import type { Invocation } from '../kernel/invocation.ts';
import type { Call, OutboundPolicy, Reply, Send } from '../kernel/outbound.ts';
import type { Policy } from '../kernel/policy.ts';
import { runtimeTraceHeader } from '../kernel/runtime-trace.ts';
import { newSpanId } from './context.ts';
import { carriedBy, incomingTrace } from './incoming.ts';
import { Recording } from './recording.ts';
import { tracers } from './runtime.ts';
import { Span } from './span.ts';
import { noTracer, type Tracer } from './tracer.ts';
import { xrayTracer } from './xray.ts';

/** Those of the invocations being served: most have none, and then nothing is made for them. */
const recordings = new WeakMap<Invocation, Recording>();
/** Invocations whose trace, if they have one, is carried on already. */
const carrying = new WeakSet<Invocation>();

export interface Tracing {
  readonly policy: Policy<void>;
  /** Around a whole call; outermost. */
  readonly call: OutboundPolicy;
  /** Around each attempt. */
  readonly attempt: OutboundPolicy;
}

/**
 * `tracer` is asked where an instance was given none of its own; `runtimeHeader` gives what the runtime says of the
 * invocation being served, as `X-Amzn-Trace-Id` has it.
 */
export function createTracing(tracer: Tracer, runtimeHeader: () => string | undefined): Tracing {
  const policy: Policy<void> = {
    name: 'trace',
    compile: () => {},
    before(invocation) {
      const begun = (tracers.get(invocation.instance) ?? tracer).begin(invocation, runtimeHeader());
      if (!begun) return;
      carrying.add(invocation);
      const { trace, traceId, rootId } = begun;
      Object.assign(
        invocation.carried,
        carriedBy(trace, { traceId, id: rootId }, () => rootId),
      );
      if (!begun.recorded) return;
      const recording = new Recording(invocation, begun);
      recordings.set(invocation, recording);
      // Not in `after`, which another middleware's early return skips.
      const before = invocation.atEnd;
      invocation.atEnd = () => ended(invocation, recording, before?.());
    },
  };

  const call: OutboundPolicy = {
    name: 'trace',
    stage: (dependency) =>
      function traceCallStage(call, next) {
        const recording = recordings.get(call.invocation);
        if (!recording) carryOn(call.invocation, runtimeHeader());
        const span = recording?.begin(dependency, 'call', recording.root);
        return recording && span ? recordedCall(recording, span, call, next) : next(call);
      },
  };

  const attempt: OutboundPolicy = {
    name: 'trace',
    stage: (dependency) =>
      function traceAttemptStage(call, next) {
        const { trace } = call;
        const recording = trace instanceof Span ? recordings.get(call.invocation) : undefined;
        return recording && trace instanceof Span
          ? recordedAttempt(recording, trace, dependency, call, next)
          : next(call);
      },
  };

  return { policy, call, attempt };
}

async function recordedCall(recording: Recording, span: Span, call: Call, next: Send): Promise<Reply> {
  call.trace = span;
  if (call.operation !== undefined) span.note('operation', call.operation);
  const reply = await next(call);
  if (reply.error instanceof Refused) noteRefusal(span, reply.error);
  recording.end(span, reply.outcome, reply.error);
  return reply;
}

async function recordedAttempt(
  recording: Recording,
  parent: Span,
  dependency: string,
  call: Call,
  next: Send,
): Promise<Reply> {
  parent.note('attempts', call.attempt);
  const span = recording.begin(dependency, 'attempt', parent);
  const carried = recording.carriedIn(span ?? parent);
  if (!span) return next({ ...call, carried });
  span.note('attempt', call.attempt);
  if (call.operation !== undefined) span.note('operation', call.operation);
  const reply = await recording.within(span, () => next({ ...call, carried }));
  recording.end(span, reply.outcome, reply.error);
  return reply;
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

/** Nothing that happens here is worth an answer. */
async function ended(invocation: Invocation, recording: Recording, others: void | Promise<void>): Promise<void> {
  const { instance, resource, snapshot, refusal, outcome, error } = invocation;
  const { root } = recording;
  try {
    root.note('service', instance.service);
    root.note('resource', resource.name);
    root.note('revision', snapshot.origin.revision);
    if (refusal) noteRefusal(root, refusal);
    recording.end(root, outcome ?? 'ok', error);
    await recording.send();
  } catch {
    instance.recorder.internal('trace:unsent');
  }
  await others;
}

function noteRefusal(span: Span, { by, rule }: Refused): void {
  span.note('refused_by', by);
  span.note('refused_rule', rule);
}

const tracing = createTracing(
  process.env['AWS_XRAY_SDK_ENABLED'] === 'false' ? noTracer : xrayTracer(),
  runtimeTraceHeader,
);
export const tracePolicy = tracing.policy;
export const traceCallOutbound = tracing.call;
export const traceAttemptOutbound = tracing.attempt;

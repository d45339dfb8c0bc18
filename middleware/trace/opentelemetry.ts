// Records with OpenTelemetry: real spans of the application's own SDK, whose ids are those that calls carry on.
import {
  context as contexts,
  createTraceState,
  isSpanContextValid,
  SpanKind,
  SpanStatusCode,
  trace as api,
  TraceFlags,
  type Context,
  type Link,
  type Span as OtelSpan,
  type SpanContext,
  type Tracer as OtelTracer,
} from '@opentelemetry/api';
import type { Invocation } from '../kernel/invocation.ts';
import { Misused } from '../kernel/errors.ts';
import { LIBRARY_VERSION } from '../kernel/version.ts';
import type { TraceContext } from './context.ts';
import { incomingTrace, linkedTraces, type IncomingTrace } from './incoming.ts';
import { isSampled } from './runtime.ts';
import { attributesAtEnd, attributesAtStart, isConsumer, type Attributes } from './semantics.ts';
import type { Span } from './span.ts';
import type { Begun, Tracer } from './tracer.ts';

export interface OpenTelemetryOptions {
  /** Makes the spans; by default the one that the globally registered provider gives for `flyball`. */
  readonly tracer?: OtelTracer;
}

/**
 * A tracer for `govern({ tracer })`. What is sampled, kept and sent, and where to, is up to the SDK the application has set
 * up; without one, traces are carried on and nothing is recorded.
 * @throws {Misused} when the option is no tracer; plain JavaScript may give anything.
 */
export function openTelemetryTracer({ tracer }: OpenTelemetryOptions = {}): Tracer {
  if (tracer !== undefined && typeof tracer.startSpan !== 'function') {
    throw new Misused('openTelemetryTracer({ tracer }) takes a tracer as provider.getTracer(name) gives it');
  }
  return { begin: (invocation, runtimeHeader) => begin(tracer ?? globalTracer(), invocation, runtimeHeader) };
}

/** Asked for each time: the application may register its provider after this module was loaded. */
const globalTracer = () => api.getTracer('flyball', LIBRARY_VERSION);

function begin(tracer: OtelTracer, invocation: Invocation, runtimeHeader: string | undefined): Begun | undefined {
  const { trigger, event, startedAt } = invocation;
  const incoming = incomingTrace(trigger, event, runtimeHeader);
  const { parent, links } = placeOf(invocation, incoming, runtimeHeader);
  const root = tracer.startSpan(
    trigger.source === '' ? 'flyball' : `flyball ${trigger.source}`,
    {
      kind: isConsumer(invocation) ? SpanKind.CONSUMER : SpanKind.SERVER,
      startTime: startedAt,
      attributes: attributesAtStart(invocation),
      links,
    },
    parent,
  );
  const place = root.spanContext();
  if (!isSpanContextValid(place)) return undefined;
  const spans = new Map([[place.spanId, root]]);
  return {
    trace: { xray: incoming?.xray, ...carriedFrom(place) },
    traceId: place.traceId,
    rootId: place.spanId,
    recorded: root.isRecording(),
    child(name, kind, childStartedAt, { id }) {
      const options = { kind: kind === 'attempt' ? SpanKind.CLIENT : SpanKind.INTERNAL, startTime: childStartedAt };
      const child = tracer.startSpan(name, options, api.setSpan(parent, spans.get(id) ?? root));
      const { spanId } = child.spanContext();
      spans.set(spanId, child);
      return spanId;
    },
    within(span, work) {
      return contexts.with(api.setSpan(contexts.active(), spans.get(span.id) ?? root), work);
    },
    end(span) {
      endAll(span, spans, invocation.response);
    },
  };
}

interface Place {
  readonly parent: Context;
  readonly links: Link[];
}

/**
 * Under whichever span is active, as instrumentation of Lambda makes one; else under the one that the event names. Of what
 * the runtime says only a recorded trace counts: where Lambda's own tracing is off it says `Sampled=0` of everything.
 */
function placeOf(
  { trigger, event }: Invocation,
  incoming: IncomingTrace | undefined,
  runtimeHeader: string | undefined,
): Place {
  const active = contexts.active();
  const brought = incomingTrace(trigger, event, undefined);
  const named = brought?.w3c ?? brought?.xray ?? (isSampled(runtimeHeader) ? incoming?.xray : undefined);
  const remote = named && remoteOf(named, brought?.tracestate);
  const hasActive = api.getSpan(active) !== undefined;
  const parent = !hasActive && remote ? api.setSpanContext(active, remote) : active;
  const own = api.getSpanContext(parent)?.traceId;
  const links = linkedTraces(trigger, event).flatMap(({ w3c, xray, tracestate }) => {
    const from = w3c ?? xray;
    const context = from && from.traceId !== own ? remoteOf(from, tracestate) : undefined;
    return context ? [{ context }] : [];
  });
  return { parent, links };
}

/** Undefined at the root of a trace, as gateways send it: there is no span to hang under. */
function remoteOf(
  { traceId, parentId, sampled }: TraceContext,
  tracestate: string | undefined,
): SpanContext | undefined {
  if (parentId === undefined) return undefined;
  return {
    traceId,
    spanId: parentId,
    traceFlags: sampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
    isRemote: true,
    ...(tracestate === undefined ? {} : { traceState: createTraceState(tracestate) }),
  };
}

function carriedFrom({ traceId, spanId, traceFlags, traceState }: SpanContext): Omit<IncomingTrace, 'xray'> {
  const sampled = (traceFlags & TraceFlags.SAMPLED) !== 0;
  return { w3c: { traceId, parentId: spanId, sampled }, tracestate: traceState?.serialize() };
}

/** Children first, as they ended. */
function endAll(span: Span, spans: ReadonlyMap<string, OtelSpan>, response?: unknown): void {
  for (const child of span.children) endAll(child, spans);
  const real = spans.get(span.id);
  if (real) endSpan(real, span, attributesAtEnd(span, response));
}

function endSpan(
  real: OtelSpan,
  { kind, failure, mark, outcome, startedAt, endedAt = startedAt }: Span,
  all: Attributes,
) {
  real.setAttributes(all);
  // To a caller, a client's mistake and a refusal are answers; to a client they are failures.
  if (mark === 'fault' || (mark && kind !== 'invocation'))
    real.setStatus({ code: SpanStatusCode.ERROR, message: failure?.message ?? outcome });
  if (failure) real.recordException({ ...failure }, endedAt);
  real.end(endedAt);
}

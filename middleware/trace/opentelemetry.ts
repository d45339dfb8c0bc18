// Records with OpenTelemetry: real spans of the application's own SDK, whose ids are those that calls carry on.
import type * as Api from '@opentelemetry/api';
import type { Context, Link, Span as OtelSpan, SpanContext, Tracer as OtelTracer } from '@opentelemetry/api';
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

/** What `import * as api from '@opentelemetry/api'` gives. */
type OpenTelemetry = typeof Api;

/**
 * A tracer for `govern({ tracer })`, from `import * as api from '@opentelemetry/api'`: given, so that it is the copy that
 * the application's SDK is registered with. What is sampled, kept and sent, and where to, is up to that SDK; without one,
 * traces are carried on and nothing is recorded.
 * @throws {Misused} when it is given something else; plain JavaScript may give anything.
 */
export function openTelemetryTracer(api: OpenTelemetry, { tracer }: OpenTelemetryOptions = {}): Tracer {
  if (typeof (api as Partial<OpenTelemetry> | undefined)?.trace?.getTracer !== 'function') {
    throw new Misused("openTelemetryTracer() takes OpenTelemetry's API: import * as api from '@opentelemetry/api'");
  }
  if (tracer !== undefined && typeof tracer.startSpan !== 'function') {
    throw new Misused('openTelemetryTracer(api, { tracer }) takes a tracer as provider.getTracer(name) gives it');
  }
  // Asked for each time: the application may register its provider after this module was loaded.
  const making = () => tracer ?? api.trace.getTracer('flyball', LIBRARY_VERSION);
  return { begin: (invocation, runtimeHeader) => begin(api, making(), invocation, runtimeHeader) };
}

function begin(
  api: OpenTelemetry,
  tracer: OtelTracer,
  invocation: Invocation,
  runtimeHeader: string | undefined,
): Begun | undefined {
  const { SpanKind, trace, context: contexts } = api;
  const { trigger, event, startedAt } = invocation;
  const incoming = incomingTrace(trigger, event, runtimeHeader);
  const { parent, links } = placeOf(api, invocation, incoming, runtimeHeader);
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
  if (!api.isSpanContextValid(place)) return undefined;
  const spans = new Map([[place.spanId, root]]);
  const sampled = (place.traceFlags & api.TraceFlags.SAMPLED) !== 0;
  return {
    trace: {
      xray: incoming?.xray,
      w3c: { traceId: place.traceId, parentId: place.spanId, sampled },
      tracestate: place.traceState?.serialize(),
    },
    traceId: place.traceId,
    rootId: place.spanId,
    recorded: root.isRecording(),
    child(name, kind, childStartedAt, { id }) {
      const options = { kind: kind === 'attempt' ? SpanKind.CLIENT : SpanKind.INTERNAL, startTime: childStartedAt };
      const child = tracer.startSpan(name, options, trace.setSpan(parent, spans.get(id) ?? root));
      const { spanId } = child.spanContext();
      spans.set(spanId, child);
      return spanId;
    },
    within(span, work) {
      return contexts.with(trace.setSpan(contexts.active(), spans.get(span.id) ?? root), work);
    },
    end(span) {
      endAll(api, span, spans, invocation.response);
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
  api: OpenTelemetry,
  { trigger, event }: Invocation,
  incoming: IncomingTrace | undefined,
  runtimeHeader: string | undefined,
): Place {
  const active = api.context.active();
  const brought = incomingTrace(trigger, event, undefined);
  const named = brought?.w3c ?? brought?.xray ?? (isSampled(runtimeHeader) ? incoming?.xray : undefined);
  const remote = named && remoteOf(api, named, brought?.tracestate);
  const hasActive = api.trace.getSpan(active) !== undefined;
  const parent = !hasActive && remote ? api.trace.setSpanContext(active, remote) : active;
  const own = api.trace.getSpanContext(parent)?.traceId;
  const links = linkedTraces(trigger, event).flatMap(({ w3c, xray, tracestate }) => {
    const from = w3c ?? xray;
    const context = from && from.traceId !== own ? remoteOf(api, from, tracestate) : undefined;
    return context ? [{ context }] : [];
  });
  return { parent, links };
}

/** Undefined at the root of a trace, as gateways send it: there is no span to hang under. */
function remoteOf(
  { TraceFlags, createTraceState }: OpenTelemetry,
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

/** Children first, as they ended. */
function endAll(api: OpenTelemetry, span: Span, spans: ReadonlyMap<string, OtelSpan>, response?: unknown): void {
  for (const child of span.children) endAll(api, child, spans);
  const real = spans.get(span.id);
  if (real) endSpan(api, real, span, attributesAtEnd(span, response));
}

function endSpan(
  { SpanStatusCode }: OpenTelemetry,
  real: OtelSpan,
  { kind, failure, mark, outcome, startedAt, endedAt = startedAt }: Span,
  attributes: Attributes,
): void {
  real.setAttributes(attributes);
  // To a caller, a client's mistake and a refusal are answers; to a client they are failures.
  if (mark === 'fault' || (mark && kind !== 'invocation')) {
    real.setStatus({ code: SpanStatusCode.ERROR, message: failure?.message ?? outcome });
  }
  if (failure) real.recordException({ ...failure }, endedAt);
  real.end(endedAt);
}

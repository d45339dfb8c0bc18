// The trace an invocation belongs to, from what the runtime says and what its event brings. Pure.
import { headerOf, recordsOf, type Trigger } from '../kernel/trigger.ts';
import { formatTraceparent, formatXRay, parseTraceparent, parseXRay, type TraceContext } from './context.ts';

export interface IncomingTrace {
  readonly xray: TraceContext | undefined;
  readonly w3c: TraceContext | undefined;
  /** Vendors' own, carried on with a W3C context. */
  readonly tracestate: string | undefined;
}

/** As long as W3C has everybody carry it, and of what a header may hold: nothing else could be sent on. */
const TRACESTATE = /^[\t\x20-\x7e]{1,512}$/;

/**
 * The trace to continue; undefined when there is none. `runtimeHeader` is what Lambda itself says of this invocation:
 * for X-Ray it stands above what came with the event, which it continues.
 */
export function incomingTrace(
  trigger: Trigger,
  event: unknown,
  runtimeHeader: string | undefined,
): IncomingTrace | undefined {
  const brought = trigger.kind === 'queue' ? traceOfRecords(event) : traceOfHeaders((name) => headerOf(event, name));
  const xray = parseXRay(runtimeHeader) ?? brought?.xray;
  if (!xray && !brought) return undefined;
  return { xray, w3c: brought?.w3c, tracestate: brought?.tracestate };
}

/**
 * The headers that carry a trace on. `span` is the one that calls from here, or undefined when none is recorded: the next
 * one down then hangs under the one above, as it does in another trace that came along, where nobody knows the span.
 * `newId` is asked where W3C needs a span and there is none.
 */
export function carriedBy(
  { xray, w3c, tracestate }: IncomingTrace,
  span: { readonly traceId: string; readonly id: string } | undefined,
  newId: () => string,
): Record<string, string> {
  const within = (context: TraceContext) =>
    span && span.traceId === context.traceId ? { ...context, parentId: span.id } : context;
  const forXRay = xray ?? w3c;
  const forW3C = w3c ?? xray;
  const carried: Record<string, string> = {};
  if (forXRay) carried['x-amzn-trace-id'] = formatXRay(within(forXRay));
  if (forW3C) carried['traceparent'] = formatTraceparent(within(forW3C), newId);
  if (w3c && tracestate !== undefined) carried['tracestate'] = tracestate;
  return carried;
}

function traceOfHeaders(header: (name: string) => string | undefined): IncomingTrace | undefined {
  const xray = parseXRay(header('x-amzn-trace-id'));
  const w3c = parseTraceparent(header('traceparent'));
  if (!xray && !w3c) return undefined;
  const tracestate = w3c ? header('tracestate') : undefined;
  return { xray, w3c, tracestate: tracestate !== undefined && TRACESTATE.test(tracestate) ? tracestate : undefined };
}

/** More than anybody follows. */
const MOST_LINKS = 100;

/** The places in traces that the messages of a batch come from, each once, the first hundred of them. */
export function linkedTraces(trigger: Trigger, event: unknown): readonly IncomingTrace[] {
  if (trigger.kind !== 'queue') return [];
  const places = new Map<string, IncomingTrace>();
  for (const trace of tracesOfRecords(event)) {
    const { traceId = '', parentId = '' } = trace?.w3c ?? trace?.xray ?? {};
    if (trace && places.size < MOST_LINKS) places.set(`${traceId}:${parentId}`, trace);
  }
  return [...places.values()];
}

function tracesOfRecords(event: unknown): (IncomingTrace | undefined)[] {
  return recordsOf(event).map((record) =>
    traceOfHeaders((name) =>
      name === 'x-amzn-trace-id'
        ? (textAt(record['attributes'], 'AWSTraceHeader') ?? attributeOf(record, name))
        : attributeOf(record, name),
    ),
  );
}

/** A batch belongs to a trace only if all of its messages do. */
function traceOfRecords(event: unknown): IncomingTrace | undefined {
  const traces = tracesOfRecords(event);
  const first = traces[0];
  const idOf = (trace: IncomingTrace | undefined) => (trace?.w3c ?? trace?.xray)?.traceId;
  return traces.every((trace) => idOf(trace) === idOf(first)) ? first : undefined;
}

/** A message attribute, whatever the case of its name. */
function attributeOf(record: { readonly [name: string]: unknown }, name: string): string | undefined {
  const attributes = record['messageAttributes'];
  if (typeof attributes !== 'object' || attributes === null) return undefined;
  const key = Object.keys(attributes).find((candidate) => candidate.toLowerCase() === name);
  return key === undefined ? undefined : textAt((attributes as Record<string, unknown>)[key], 'stringValue');
}

function textAt(container: unknown, name: string): string | undefined {
  if (typeof container !== 'object' || container === null) return undefined;
  const value = (container as Record<string, unknown>)[name];
  return typeof value === 'string' ? value : undefined;
}

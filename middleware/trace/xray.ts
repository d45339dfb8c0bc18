// Sends spans to the X-Ray daemon with AWS's SDK, which is loaded by the first sampled invocation and not before.
import type { Segment, Subsegment } from 'aws-xray-sdk-core';
import type { Invocation } from '../kernel/invocation.ts';
import { notInstalled } from '../kernel/optional.ts';
import { newSpanId, rootOf, type TraceContext } from './context.ts';
import { incomingTrace, linkedTraces } from './incoming.ts';
import { isSampled } from './runtime.ts';
import type { Span } from './span.ts';
import type { Tracer } from './tracer.ts';

/** The part of the SDK that is used: no context of its own, which it keeps once a process, not once an invocation. */
export interface XRaySdk {
  readonly Segment: new (name: string, rootId?: string) => Segment;
  readonly Subsegment: new (name: string) => Subsegment;
}

/** Another place that an invocation comes from, as X-Ray writes it. */
interface Link {
  readonly trace_id: string;
  readonly id: string;
  readonly attributes: { readonly 'aws.xray.reserved.reference_type': 'parent' };
}

/** Where all spans of an invocation hang. */
interface Place {
  readonly traceId: string;
  /** Lambda's own segment of this invocation. */
  readonly parentId: string;
  readonly links: readonly Link[];
}

const LONGEST_NAME = 200;

async function loadSdk(): Promise<XRaySdk> {
  const loaded = await import('aws-xray-sdk-core').catch(notInstalled('aws-xray-sdk-core'));
  return loaded.default;
}

/** Records the invocations that Lambda samples. */
export function xrayTracer(load: () => Promise<XRaySdk> = loadSdk): Tracer {
  let loading: Promise<XRaySdk> | undefined;
  let sdk: XRaySdk | undefined;

  function loaded(): Promise<XRaySdk> {
    loading ??= load().then((found) => (sdk = found));
    return loading;
  }

  return {
    begin(invocation, runtimeHeader) {
      if (!isSampled(runtimeHeader)) return undefined;
      const trace = incomingTrace(invocation.trigger, invocation.event, runtimeHeader);
      const { traceId, parentId } = trace?.xray ?? {};
      if (!trace || traceId === undefined || parentId === undefined) return undefined;
      // A failure is met again, and reported, at the end.
      loaded().catch(() => {});
      const { random } = invocation.instance;
      const place = { traceId, parentId, links: linksOf(invocation, traceId) };
      return {
        trace,
        traceId,
        rootId: newSpanId(random),
        recorded: true,
        child: () => newSpanId(random),
        within: (_span, work) => work(),
        end(root) {
          if (sdk) send(sdk, place, root);
          else return loaded().then((found) => send(found, place, root));
        },
      };
    },
  };
}

/** The traces of a batch's messages, but for the one that the invocation goes on with. */
function linksOf({ trigger, event }: Invocation, ownTraceId: string): Link[] {
  const others = linkedTraces(trigger, event).map(({ xray, w3c }) => xray ?? w3c);
  return others.flatMap((other) => (other && other.traceId !== ownTraceId ? (linkTo(other) ?? []) : []));
}

function linkTo({ traceId, parentId }: TraceContext): Link | undefined {
  if (parentId === undefined) return undefined;
  return { trace_id: rootOf(traceId), id: parentId, attributes: { 'aws.xray.reserved.reference_type': 'parent' } };
}

function send(sdk: XRaySdk, { traceId, parentId, links }: Place, root: Span): void {
  // Stands for the segment that Lambda itself sends; never sent by us.
  const segment = new sdk.Segment('lambda', rootOf(traceId));
  segment.id = parentId;
  sendSpan(sdk, segment, root, links);
}

function sendSpan(sdk: XRaySdk, parent: Segment | Subsegment, span: Span, links: readonly Link[] = []): void {
  const subsegment = new sdk.Subsegment(nameOf(span.name));
  subsegment.id = span.id;
  subsegment.start_time = span.startedAt / 1000;
  parent.addSubsegment(subsegment);
  // An attempt alone is a call to something else: a call is the waiting for all of them.
  if (span.kind === 'attempt') subsegment.namespace = 'remote';
  for (const [key, value] of Object.entries(span.annotations)) subsegment.addAnnotation(key, value);
  if (links.length > 0) subsegment.addAttribute('links', links);
  mark(subsegment, span);
  subsegment.addAttribute('end_time', (span.endedAt ?? span.startedAt) / 1000);
  delete subsegment.in_progress;
  for (const child of span.children) sendSpan(sdk, subsegment, child);
  // Each travels by itself: a datagram is bounded, and so what one invocation records needs no bound of its own in it.
  delete subsegment.subsegments;
  subsegment.flush();
}

function mark(subsegment: Subsegment, { mark, failure }: Span): void {
  if (!mark) return;
  if (failure) subsegment.addError(failure);
  // The SDK takes every error for a fault.
  subsegment.addAttribute('fault', mark === 'fault');
  if (mark === 'error' || mark === 'throttle') subsegment.addErrorFlag();
  if (mark === 'throttle') subsegment.addThrottleFlag();
}

/** What X-Ray takes as a name; a hyphen stands for the rest. */
function nameOf(name: string): string {
  return name.slice(0, LONGEST_NAME).replace(/[^\p{L}\p{N}\p{Z}_.:/%&#=+\\@-]/gu, '-') || '-';
}

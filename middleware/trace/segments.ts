// Spans as the X-Ray daemon takes them, by AWS's SDK; loaded beside it.
import type { Segment, Subsegment } from 'aws-xray-sdk-core';
import type { Span } from './span.ts';

/** The part of the SDK that is used: no context of its own, which it keeps once a process, not once an invocation. */
export interface XRaySdk {
  readonly Segment: new (name: string, rootId?: string) => Segment;
  readonly Subsegment: new (name: string) => Subsegment;
}

/** Another place that an invocation comes from, as X-Ray writes it. */
export interface Link {
  readonly trace_id: string;
  readonly id: string;
  readonly attributes: { readonly 'aws.xray.reserved.reference_type': 'parent' };
}

/** Where all spans of an invocation hang. */
export interface Place {
  /** The trace as X-Ray writes it. */
  readonly root: string;
  /** Lambda's own segment of this invocation. */
  readonly parentId: string;
  readonly links: readonly Link[];
}

const LONGEST_NAME = 200;

export function send(sdk: XRaySdk, { root: traceRoot, parentId, links }: Place, root: Span): void {
  // Stands for the segment that Lambda itself sends; never sent by us.
  const segment = new sdk.Segment('lambda', traceRoot);
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

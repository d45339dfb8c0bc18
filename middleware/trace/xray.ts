// Sends spans to the X-Ray daemon with AWS's SDK, which is loaded by the first sampled invocation and not before.
import type { Segment, Subsegment } from 'aws-xray-sdk-core';
import { notInstalled } from '../kernel/optional.ts';
import { rootOf } from './context.ts';
import type { Span } from './span.ts';
import type { Recorded, Tracer } from './tracer.ts';

/** The part of the SDK that is used: no context of its own, which it keeps once a process, not once an invocation. */
export interface XRaySdk {
  readonly Segment: new (name: string, rootId?: string) => Segment;
  readonly Subsegment: new (name: string) => Subsegment;
}

const LONGEST_NAME = 200;

async function loadSdk(): Promise<XRaySdk> {
  const loaded = await import('aws-xray-sdk-core').catch(notInstalled('aws-xray-sdk-core'));
  return loaded.default;
}

export function xrayTracer(load: () => Promise<XRaySdk> = loadSdk): Tracer {
  let loading: Promise<XRaySdk> | undefined;
  let sdk: XRaySdk | undefined;

  function loaded(): Promise<XRaySdk> {
    loading ??= load().then((found) => (sdk = found));
    return loading;
  }

  return {
    prepare() {
      // A failure is met again, and reported, by `emit`.
      loaded().catch(() => {});
    },
    emit(recorded) {
      if (sdk) send(sdk, recorded);
      else return loaded().then((found) => send(found, recorded));
    },
  };
}

function send(sdk: XRaySdk, { traceId, parentId, root }: Recorded): void {
  // Stands for the segment that Lambda itself sends; never sent by us.
  const segment = new sdk.Segment('lambda', rootOf(traceId));
  segment.id = parentId;
  sendSpan(sdk, segment, root);
}

function sendSpan(sdk: XRaySdk, parent: Segment | Subsegment, span: Span): void {
  const subsegment = new sdk.Subsegment(nameOf(span.name));
  subsegment.id = span.id;
  subsegment.start_time = span.startedAt / 1000;
  parent.addSubsegment(subsegment);
  if (span.remote) subsegment.namespace = 'remote';
  for (const [key, value] of Object.entries(span.annotations)) subsegment.addAnnotation(key, value);
  mark(subsegment, span);
  subsegment.addAttribute('end_time', (span.endedAt ?? span.startedAt) / 1000);
  delete subsegment.in_progress;
  for (const child of span.children) sendSpan(sdk, subsegment, child);
  // Each travels by itself: a datagram is bounded, and so what one invocation records needs no bound of its own in it.
  delete subsegment.subsegments;
  subsegment.flush();
}

function mark(subsegment: Subsegment, { mark, error }: Span): void {
  if (!mark) return;
  if (error instanceof Error) subsegment.addError(error);
  // The SDK takes every error for a fault.
  subsegment.addAttribute('fault', mark === 'fault');
  if (mark === 'error' || mark === 'throttle') subsegment.addErrorFlag();
  if (mark === 'throttle') subsegment.addThrottleFlag();
}

/** What X-Ray takes as a name; a hyphen stands for the rest. */
function nameOf(name: string): string {
  return name.slice(0, LONGEST_NAME).replace(/[^\p{L}\p{N}\p{Z}_.:/%&#=+\\@-]/gu, '-') || '-';
}

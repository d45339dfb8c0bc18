// Where an invocation stands in which trace, and whether it is sampled, as Lambda decides it before the function runs. Pure.
import { triggerOf } from '../../../middleware/kernel/trigger.ts';
import { formatXRay, newSpanId, parseXRay, rootOf, type TraceContext } from '../../../middleware/trace/context.ts';
import { incomingTrace, linkedTraces } from '../../../middleware/trace/incoming.ts';

export interface Link {
  readonly trace_id: string;
  readonly id: string;
  readonly attributes: { readonly 'aws.xray.reserved.reference_type': 'parent' };
}

export interface TracedInvocation {
  /** 32 hex digits. */
  readonly traceId: string;
  /** Whose call it is; undefined where the trace begins. */
  readonly callerId: string | undefined;
  readonly sampled: boolean;
  /** Of Lambda's own segment, and of the function's beneath it. */
  readonly serviceId: string;
  readonly functionId: string;
  /** The traces of a batch's messages. */
  readonly links: readonly Link[];
}

export interface Chance {
  /** Numbers in [0, 1). */
  readonly random: () => number;
  /** Whether a trace that begins here is sampled. */
  readonly sample: () => boolean;
}

/**
 * `header` is the `X-Amzn-Trace-Id` of the request to invoke. A batch whose messages are all of one trace goes on with it,
 * so that a laptop shows it in one piece; Lambda begins one of its own and links them, as happens here to several.
 */
export function tracedInvocation(
  header: string | undefined,
  event: unknown,
  nowMs: number,
  { random, sample }: Chance,
): TracedInvocation {
  const trigger = triggerOf(event);
  const came =
    parseXRay(header) ?? (trigger.kind === 'queue' ? incomingTrace(trigger, event, undefined)?.xray : undefined);
  const traceId = came?.traceId ?? newTraceId(nowMs, random);
  return {
    traceId,
    callerId: came?.parentId,
    sampled: came?.sampled ?? sample(),
    serviceId: newSpanId(random),
    functionId: newSpanId(random),
    links: linkedTraces(trigger, event).flatMap(({ xray }) => (xray && xray.traceId !== traceId ? linkTo(xray) : [])),
  };
}

/** What the runtime gives the function. */
export function headerOf({ traceId, functionId, sampled }: TracedInvocation): string {
  return formatXRay({ traceId, parentId: functionId, sampled });
}

export interface Served {
  readonly functionName: string;
  readonly arn: string;
  /** Epoch ms: when it was asked for, when an instance began with it, when that was done. */
  readonly askedAt: number;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly failure?: { readonly name: string; readonly message: string } | undefined;
}

/** What Lambda itself sends of an invocation: a segment of the service, and one of the function. */
export function lambdaSegments(traced: TracedInvocation, served: Served): Readonly<Record<string, unknown>>[] {
  const { traceId, callerId, serviceId, functionId, links } = traced;
  const { functionName: name, arn: resource_arn, askedAt, startedAt, endedAt, failure } = served;
  const trace_id = rootOf(traceId);
  const trouble = failure
    ? { fault: true, cause: { exceptions: [{ id: functionId, type: failure.name, message: failure.message }] } }
    : {};
  return [
    {
      id: serviceId,
      trace_id,
      ...(callerId === undefined ? {} : { parent_id: callerId }),
      name,
      start_time: askedAt / 1000,
      end_time: endedAt / 1000,
      http: { response: { status: 200 } },
      aws: { function_arn: resource_arn },
      origin: 'AWS::Lambda',
      resource_arn,
      ...(failure ? { fault: true } : {}),
    },
    {
      id: functionId,
      trace_id,
      parent_id: serviceId,
      name,
      start_time: startedAt / 1000,
      end_time: endedAt / 1000,
      aws: { function_arn: resource_arn },
      origin: 'AWS::Lambda::Function',
      resource_arn,
      ...(links.length === 0 ? {} : { links }),
      ...trouble,
    },
  ];
}

function linkTo({ traceId, parentId }: TraceContext): Link[] {
  if (parentId === undefined) return [];
  return [{ trace_id: rootOf(traceId), id: parentId, attributes: { 'aws.xray.reserved.reference_type': 'parent' } }];
}

/** As X-Ray makes them: the second it began, and 96 bits of chance. */
function newTraceId(nowMs: number, random: () => number): string {
  const seconds = Math.floor(nowMs / 1000)
    .toString(16)
    .padStart(8, '0');
  return `${seconds}${newSpanId(random)}${newSpanId(random).slice(0, 8)}`;
}

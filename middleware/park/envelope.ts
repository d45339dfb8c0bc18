// A parked event as a message: the event as it came, and who parked it, when and why. Pure.
import { Misused } from '../kernel/errors.ts';
import { isMarked, isParkable, PARKED_ATTRIBUTE } from '../kernel/parking.ts';
import type { OutgoingMessage } from '../kernel/queues.ts';
import { triggerOf, type Trigger } from '../kernel/trigger.ts';

/** What a reader of another version must not guess at. */
const VERSION = 1;
/** SQS takes no more, of the body and all attributes. */
const MOST_BYTES = 1_048_576;
/** SQS delays a message no longer. */
const LONGEST_DELAY_S = 900;

/** Who parked the event, and why. */
export interface Parking {
  readonly service: string;
  readonly resource: string;
  readonly function: string;
  /** ISO 8601. */
  readonly parkedAt: string;
  /** What refused it, e.g. `throttle`, and the name of its rule. */
  readonly by: string;
  readonly rule: string;
}

export interface Parked {
  readonly event: unknown;
  readonly trigger: Trigger;
}

/** The message without its queue; undefined when the event is too large for one. `trace` is as X-Ray's header has it. */
export function messageOf(
  event: unknown,
  parking: Parking,
  delayMs: number,
  trace: string | undefined,
): OutgoingMessage | undefined {
  const MessageBody = JSON.stringify({ flyball: { parked: VERSION, ...parking }, event });
  const attributes = Buffer.byteLength(`${PARKED_ATTRIBUTE}String${parking.service}`);
  if (Buffer.byteLength(MessageBody) + attributes > MOST_BYTES) return undefined;
  return {
    MessageBody,
    DelaySeconds: Math.min(LONGEST_DELAY_S, Math.ceil(Math.max(0, delayMs) / 1000)),
    MessageAttributes: { [PARKED_ATTRIBUTE]: { DataType: 'String', StringValue: parking.service } },
    ...(trace ? { MessageSystemAttributes: { AWSTraceHeader: { DataType: 'String', StringValue: trace } } } : {}),
  };
}

/**
 * The event that a record brings back; undefined when it is an ordinary record, whatever it claims: nothing but what can
 * be parked is ever taken out of one, least of all a request that somebody was let in for.
 * @throws {Misused} when it is a parked event of another function, or one that this version cannot read.
 */
export function parkedIn(
  record: { readonly [name: string]: unknown },
  service: string,
  functionName: string,
): Parked | undefined {
  if (!isMarked(record)) return undefined;
  const { flyball, event } = asObject(parsed(record['body']));
  const { parked, ...by } = asObject(flyball);
  const trigger = triggerOf(event);
  if (parked === undefined || !isParkable(trigger.face)) return undefined;
  if (parked !== VERSION) {
    throw new Misused(
      `the event was parked by another flyball (version ${JSON.stringify(parked)}, this one reads ${VERSION})`,
    );
  }
  if (by['service'] !== service || by['function'] !== functionName) {
    throw new Misused(
      `the event was parked by function ${String(by['function'])} of service ${String(by['service'])}: ` +
        `${functionName} of ${service} needs a parking queue of its own`,
    );
  }
  return { event, trigger };
}

function parsed(body: unknown): unknown {
  try {
    return typeof body === 'string' ? JSON.parse(body) : undefined;
  } catch {
    return undefined;
  }
}

function asObject(value: unknown): { readonly [name: string]: unknown } {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

// The park policy: sends a refused event to the function's parking queue, and runs what comes back from there as the event it was.
import { batchResponse } from '../kernel/batch.ts';
import { settlementOf } from '../kernel/deferral.ts';
import { Misused, Refused } from '../kernel/errors.ts';
import type { Invocation } from '../kernel/invocation.ts';
import { errorFields } from '../kernel/logger.ts';
import { bringsParked, isParkable, parkingQueueUrl } from '../kernel/parking.ts';
import type { Policy } from '../kernel/policy.ts';
import type { RuleDocument } from '../kernel/rules/document.ts';
import { runtimeTraceHeader } from '../kernel/runtime-trace.ts';
import { recordsOf } from '../kernel/trigger.ts';
import { messageOf, parkedIn } from './envelope.ts';

/** Left of the function's own time for answering, ms. */
const RESERVE_MS = 300;

/** What rules say, by resource; others park where there is a queue. */
type Parkings = ReadonlyMap<string, 'park' | 'fail'>;

export const parkPolicy: Policy<Parkings> = {
  name: 'park',
  compile: compileParkings,
  before: parkBefore,
  after: parkAfter,
};

function compileParkings(document: RuleDocument): Parkings {
  const compiled = new Map<string, 'park' | 'fail'>();
  for (const [name, { whenRefused }] of Object.entries(document.resources ?? {})) {
    if (whenRefused !== undefined) compiled.set(name, whenRefused);
  }
  return compiled;
}

function parkBefore(invocation: Invocation, rules: Parkings): void {
  const { face } = invocation.trigger;
  if (face === 'sqs') unpark(invocation);
  else if (isParkable(face))
    settlementOf(invocation).canPark = mayPark(invocation, rules) && parkingQueueUrl() !== undefined;
}

function mayPark({ resource, trigger }: Invocation, rules: Parkings): boolean {
  return isParkable(trigger.face) && rules.get(resource.name) !== 'fail';
}

/** @throws {Misused} when the batch has others in it, which one invocation cannot run. */
function unpark(invocation: Invocation): void {
  const { event, instance } = invocation;
  if (!bringsParked(event)) return;
  const records = recordsOf(event);
  const [record] = records;
  if (!record || records.length > 1) {
    throw new Misused(
      `a batch of ${records.length} records has parked events in it: give the event source of the parking queue batchSize: 1`,
    );
  }
  const parked = parkedIn(record, instance.service, instance.functionName);
  if (!parked) return;
  settlementOf(invocation).parked = record;
  invocation.become(parked.event, parked.trigger);
}

function parkAfter(invocation: Invocation, rules: Parkings): void | Promise<void> {
  const { error, response } = invocation;
  const { parked, claimed } = settlementOf(invocation);
  if (parked) {
    // Otherwise redelivery has answered for it. The platform knows no other word for a success.
    if (!claimed && (error === undefined || response !== undefined)) invocation.response = batchResponse([]);
    return undefined;
  }
  if (response !== undefined || !mayPark(invocation, rules)) return undefined;
  if (!(error instanceof Refused) || error.retryAfterMs === undefined) return undefined;
  const url = parkingQueueUrl();
  if (url !== undefined) return park(invocation, url, error, error.retryAfterMs);
  const { logger } = invocation.instance;
  logger.warn('flyball cannot park: FLYBALL_PARKING_QUEUE is not set', { resource: invocation.resource.name });
  return undefined;
}

/** What cannot be parked stays refused: the platform then does what it would have done. */
async function park(invocation: Invocation, url: string, { by, rule }: Refused, retryAfterMs: number): Promise<void> {
  const { instance, event, context, resource, requestId } = invocation;
  const { logger, recorder, service, functionName, clock } = instance;
  const where = { resource: resource.name, rule, function_request_id: requestId };
  try {
    const delayMs = (await settlementOf(invocation).shortage?.bookForParking()) ?? retryAfterMs;
    const parkedAt = new Date(clock.now()).toISOString();
    const parking = { service, resource: resource.name, function: functionName, parkedAt, by, rule };
    const message = messageOf(event, parking, delayMs, runtimeTraceHeader());
    if (!message) {
      recorder.internal('park:too-large');
      logger.warn('flyball cannot park an event that is too large for a message', where);
      return;
    }
    const leftMs = (context.getRemainingTimeInMillis?.() ?? Infinity) - RESERVE_MS;
    const { queuesOf } = await import('../kernel/queues.ts');
    await queuesOf(instance).sendTo(url, message, Math.max(1, leftMs));
    recorder.internal('park:parked');
    invocation.response = { parked: true, by, rule };
  } catch (error) {
    recorder.internal('park:failed');
    logger.warn('flyball could not park a refused event', { ...where, ...errorFields(error) });
  }
}

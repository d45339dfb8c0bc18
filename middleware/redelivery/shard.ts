// What is answered for a batch of a stream: its first failure, since a shard goes on from there and no record can wait alone.
import { batchResponse, failedRecords, isSettled, type FailedRecord, type QueueRecord } from '../kernel/batch.ts';
import { Refused } from '../kernel/errors.ts';
import type { Invocation } from '../kernel/invocation.ts';
import { errorFields } from '../kernel/logger.ts';
import { recordsOf } from '../kernel/trigger.ts';
import { limitMs } from './burial.ts';
import { deadLetterOf } from './message.ts';
import type { Redelivery } from './plan.ts';
import { verdictOf } from './verdict.ts';

/** The address of the queue for records that a stream is to go on without. */
function rejectedQueueUrl(): string | undefined {
  return process.env['FLYBALL_REJECTED_QUEUE'] || undefined;
}

export function settleShard(invocation: Invocation, rule: Redelivery | undefined): void | Promise<void> {
  const { error, response } = invocation;
  // A refusal of ours has been answered: everything from the first record on comes again.
  if (error instanceof Refused) return undefined;
  const records = recordsOf(invocation.event);
  const failed = response === undefined || error === undefined ? failedRecords(records, response, error) : [];
  const [first] = failed;
  const isRejected = ({ error: reason }: FailedRecord) => verdictOf(reason, rule?.never, true).kind === 'rejected';
  if (error !== undefined) {
    // A throw is the platform's: it repeats the batch, or cuts it in two. Of one record, it is known whose it is.
    if (!first || records.length > 1 || !isRejected(first)) return undefined;
    return passOver(invocation, failed, isRejected);
  }
  if (!first) {
    if (isSettled(response)) invocation.response = batchResponse([]);
    return undefined;
  }
  answer(invocation, response, first.record);
  return isRejected(first) ? passOver(invocation, failed, isRejected) : undefined;
}

/** Beside the failure stays what else a handler says, such as the state of a window. */
function answer(invocation: Invocation, response: unknown, record: QueueRecord | undefined): void {
  const words = typeof response === 'object' && !Array.isArray(response) ? response : undefined;
  invocation.response = { ...words, ...batchResponse(record ? [record] : []) };
}

/**
 * Moves rejected records, in order, to the queue that is there for them. The first that cannot be moved, or was not
 * rejected, is where the shard goes on; what lies behind it comes again.
 */
async function passOver(
  invocation: Invocation,
  failed: readonly FailedRecord[],
  isRejected: (failure: FailedRecord) => boolean,
): Promise<void> {
  const { error, response } = invocation;
  let stops: QueueRecord | undefined;
  for (const failure of failed) {
    if (isRejected(failure) && (await move(invocation, failure))) continue;
    stops = failure.record;
    break;
  }
  if (error === undefined || !stops) answer(invocation, Array.isArray(response) ? undefined : response, stops);
}

/** False when the record could not be moved, and so stops its shard. Never rejects. */
async function move(invocation: Invocation, { record, reason }: FailedRecord): Promise<boolean> {
  const { instance, trigger, resource } = invocation;
  const { logger, recorder, service, functionName, clock } = instance;
  const [itemIdentifier] = batchResponse([record]).batchItemFailures;
  const where = { stream: trigger.source, sequenceNumber: itemIdentifier?.itemIdentifier, reason };
  const url = rejectedQueueUrl();
  if (url === undefined) {
    logger.warn('flyball has no queue for a record that was rejected: set FLYBALL_REJECTED_QUEUE', where);
    return false;
  }
  const rejectedAt = new Date(clock.now()).toISOString();
  const flyball = { rejected: 1, service, resource: resource.name, function: functionName, rejectedAt, reason };
  const { eventSourceARN } = record;
  try {
    const { message } = deadLetterOf({ body: JSON.stringify({ flyball, record }), eventSourceARN }, { reason });
    const { queuesOf } = await import('../kernel/queues.ts');
    await queuesOf(instance).sendTo(url, message, limitMs(invocation));
    recorder.internal('redelivery:passed-over');
    logger.warn('flyball moved a rejected record of a stream to its queue', where);
    return true;
  } catch (error) {
    recorder.internal('redelivery:pass-over-failed');
    logger.warn('flyball could not move a rejected record of a stream', { ...where, ...errorFields(error) });
    return false;
  }
}

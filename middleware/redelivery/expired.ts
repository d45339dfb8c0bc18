// Records that nobody waits for any more: they are not started, whether or not the rest of their batch is.
import { deadlineAtOf, type QueueRecord } from '../kernel/batch.ts';
import { Refused } from '../kernel/errors.ts';
import type { Invocation } from '../kernel/invocation.ts';
import { recordsOf } from '../kernel/trigger.ts';

const EXPIRED = {};

/** The records that were taken out of the batch. */
export function expiredOf(invocation: Invocation): readonly QueueRecord[] {
  return listOf(invocation);
}

function listOf(invocation: Invocation): QueueRecord[] {
  return invocation.state<QueueRecord[]>(EXPIRED, () => []);
}

/**
 * Takes records whose deadline has passed out of a batch of a queue that the rules name; who may write to another one can
 * say anything. @throws {Refused} when none is left
 */
export function setAsideExpired(invocation: Invocation): void {
  const { trigger, resource, event, instance } = invocation;
  if (trigger.face !== 'sqs' || resource.rule?.match.source === undefined || typeof event !== 'object') return;
  const nowMs = invocation.nowMs();
  const hasExpired = (record: QueueRecord) => (deadlineAtOf(record) ?? Infinity) <= nowMs;
  const records = recordsOf(event);
  const expired = records.filter(hasExpired);
  if (expired.length === 0) return;
  listOf(invocation).push(...expired);
  instance.recorder.refusal('deadline', resource.name, resource.name, expired.length, false);
  if (expired.length < records.length) {
    invocation.event = { ...event, Records: records.filter((record) => !hasExpired(record)) };
    return;
  }
  throw new Refused({
    by: 'deadline',
    rule: resource.name,
    statusCode: 504,
    message: `nobody waits for these records of "${trigger.source}" any more: their deadlines have passed`,
  });
}

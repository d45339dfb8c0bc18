// Moves a record to its queue's dead-letter queue, with why; what cannot be moved stays. Errors are contained.
import { messageIdOf, type QueueRecord } from '../kernel/batch.ts';
import type { Invocation } from '../kernel/invocation.ts';
import { errorFields } from '../kernel/logger.ts';
import type { Queues } from '../kernel/queues.ts';
import { deadLetterOf, type Epitaph } from './message.ts';

/** Left of the function's own time for answering, ms. */
const RESERVE_MS = 300;

export interface Burial extends Required<Epitaph> {
  readonly record: QueueRecord;
}

/** False when the record could not be moved, and so stays in its queue. Never rejects. */
export async function bury(invocation: Invocation, queues: Queues, burial: Burial): Promise<boolean> {
  const { logger, recorder, redact } = invocation.instance;
  const { record, attempts } = burial;
  const reason = redact(burial.reason);
  const where = { messageId: messageIdOf(record), queue: invocation.trigger.source, attempts };
  try {
    const deadLetterArn = await queues.deadLetterArnOf(arnOf(record), limitMs(invocation));
    if (deadLetterArn === undefined) {
      logger.warn('flyball found no dead-letter queue for a record that is to go there', { ...where, reason });
      return false;
    }
    await move(invocation, queues, deadLetterArn, burial);
    recorder.internal('redelivery:dead-lettered');
    logger.warn('flyball moved a record to the dead-letter queue', { ...where, reason });
    return true;
  } catch (error) {
    recorder.internal('redelivery:dead-letter-failed');
    logger.warn('flyball could not move a record to the dead-letter queue', { ...where, ...errorFields(error) });
    return false;
  }
}

async function move(
  invocation: Invocation,
  queues: Queues,
  deadLetterArn: string,
  { record, reason, attempts }: Burial,
): Promise<void> {
  const letter = deadLetterOf(record, { reason, attempts });
  try {
    await queues.send(deadLetterArn, letter.message, limitMs(invocation));
  } catch (error) {
    // The queue's own limit may be lower than SQS's: as the record came, it fitted into its first queue.
    if (!(error instanceof Error && error.name.includes('InvalidParameterValue'))) throw error;
    const bare = deadLetterOf(record, { reason, attempts }, 0);
    await queues.send(deadLetterArn, bare.message, limitMs(invocation));
  }
}

/** How long one exchange with SQS may take, ms. */
export function limitMs({ context }: Invocation): number {
  const left = context.getRemainingTimeInMillis?.() ?? Infinity;
  return Math.max(1, left - RESERVE_MS);
}

export function arnOf({ eventSourceARN }: QueueRecord): string {
  return typeof eventSourceARN === 'string' ? eventSourceARN : '';
}

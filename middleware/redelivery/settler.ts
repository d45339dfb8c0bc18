// Carries out what becomes of the records a batch returns: delays through SQS, or the dead-letter queue. Errors are contained.
import { readDeferrals } from '../../store/items/deferrals.ts';
import { messageIdOf, receivesOf, type FailedRecord, type QueueRecord } from '../kernel/batch.ts';
import { countAsNoAttempt, type Deferral } from '../kernel/deferral.ts';
import type { Invocation } from '../kernel/invocation.ts';
import { errorFields } from '../kernel/logger.ts';
import type { Delay, Queues } from '../kernel/queues.ts';
import { deadLetterOf, type Epitaph } from './message.ts';
import { delayAfter, groupOf, isExhausted, visibilitySeconds, type Failures, type Redelivery } from './plan.ts';
import { storeLimitMs } from '../kernel/patience.ts';

/** Left of the function's own time for answering, ms. */
const RESERVE_MS = 300;
/** How long the store may take to say how often a record was deferred, ms. */
const STORE_LIMIT_MS = storeLimitMs(100);

type Fate = { readonly kind: 'buried' } | { readonly kind: 'again'; readonly delayMs: number | undefined };

/** Settles one batch. */
export class Settler {
  readonly #invocation: Invocation;
  readonly #rule: Redelivery | undefined;
  readonly #queues: Queues;
  readonly #delays = new Map<QueueRecord, number>();

  constructor(invocation: Invocation, rule: Redelivery | undefined, queues: Queues) {
    this.#invocation = invocation;
    this.#rule = rule;
    this.#queues = queues;
  }

  /** The records to be returned, in no order; never rejects. `failed` are those the handler itself called failed. */
  async settle(
    { attempted, behind }: Failures,
    failed: ReadonlySet<QueueRecord>,
    deferrals: readonly Deferral[],
  ): Promise<Set<QueueRecord>> {
    const returned = new Set<QueueRecord>();
    const fates = await Promise.all(attempted.map(async (failure) => ({ failure, fate: await this.#fateOf(failure) })));
    for (const { failure, fate } of fates) {
      const followers = behind.get(messageIdOf(failure.record)) ?? [];
      if (fate.kind === 'again') {
        this.#return([failure.record, ...followers], fate.delayMs, returned);
        this.#pardon(followers);
      } else {
        // The way is free: what succeeded behind a buried head has succeeded.
        const again = followers.filter((record) => failed.has(record));
        this.#return(again, this.#delayAfter(1), returned);
        this.#pardon(again);
      }
    }
    this.#returnDeferred(deferrals, returned);
    await this.#delay();
    return returned;
  }

  #return(records: readonly QueueRecord[], delayMs: number | undefined, returned: Set<QueueRecord>): void {
    for (const record of records) {
      returned.add(record);
      if (delayMs !== undefined) this.#delays.set(record, delayMs);
    }
  }

  /** A FIFO group comes back as one: after the delay of its first. */
  #returnDeferred(deferrals: readonly Deferral[], returned: Set<QueueRecord>): void {
    const groups = new Map<string, number | undefined>();
    for (const record of returned) {
      const group = groupOf(record);
      if (group !== undefined) groups.set(group, this.#delays.get(record));
    }
    for (const { record, delayMs } of deferrals) {
      const group = groupOf(record);
      if (group !== undefined && !groups.has(group)) groups.set(group, delayMs);
      this.#return([record], group === undefined ? delayMs : groups.get(group), returned);
    }
  }

  /** Being behind a failure is no attempt of one's own. */
  #pardon(records: readonly QueueRecord[]): void {
    if (this.#rule) countAsNoAttempt(this.#invocation, records);
  }

  #delayAfter(attempt: number): number | undefined {
    return this.#rule && delayAfter(this.#rule, attempt, this.#invocation.instance.random);
  }

  async #fateOf(failure: FailedRecord): Promise<Fate> {
    if (!this.#rule) return { kind: 'again', delayMs: undefined };
    const { record } = failure;
    const receives = receivesOf(record);
    const deferrals = receives < this.#rule.attempts ? 0 : await this.#deferralsOf(record);
    const attempts = Math.max(1, receives - (deferrals ?? 0));
    const buried = isExhausted(this.#rule, receives, deferrals) && (await this.#bury(failure, attempts));
    return buried ? { kind: 'buried' } : { kind: 'again', delayMs: this.#delayAfter(attempts) };
  }

  /** Undefined when the store does not say: a record is given another attempt rather than one too few. */
  async #deferralsOf(record: QueueRecord): Promise<number | undefined> {
    const { table, service } = this.#invocation.instance;
    try {
      return await readDeferrals(table, service, messageIdOf(record), { timeoutMs: STORE_LIMIT_MS });
    } catch {
      this.#invocation.instance.recorder.internal('redelivery:store-failed');
      return undefined;
    }
  }

  /** False when the record could not be moved, and so stays in its queue. */
  async #bury({ record, reason }: FailedRecord, attempts: number): Promise<boolean> {
    const { logger, recorder } = this.#invocation.instance;
    const where = { messageId: messageIdOf(record), queue: this.#invocation.trigger.source, attempts };
    try {
      const deadLetterArn = await this.#queues.deadLetterArnOf(arnOf(record), this.#limitMs());
      if (deadLetterArn === undefined) {
        logger.warn('flyball found no dead-letter queue for a record that has had its attempts', where);
        return false;
      }
      const untold = await this.#move(deadLetterArn, record, { reason, attempts });
      recorder.internal('redelivery:dead-lettered');
      const lost = untold === undefined ? {} : { reason: untold };
      logger.warn('flyball moved a record to the dead-letter queue', { ...where, ...lost });
      return true;
    } catch (error) {
      recorder.internal('redelivery:dead-letter-failed');
      logger.warn('flyball could not move a record to the dead-letter queue', { ...where, ...errorFields(error) });
      return false;
    }
  }

  /** Gives the reason if the message had no room for it. */
  async #move(deadLetterArn: string, record: QueueRecord, epitaph: Epitaph): Promise<string | undefined> {
    const letter = deadLetterOf(record, epitaph);
    try {
      await this.#queues.send(deadLetterArn, letter.message, this.#limitMs());
      return letter.untold;
    } catch (error) {
      // The queue's own limit may be lower than SQS's: as the record came, it fitted into its first queue.
      if (!(error instanceof Error && error.name.includes('InvalidParameterValue'))) throw error;
      const bare = deadLetterOf(record, epitaph, 0);
      await this.#queues.send(deadLetterArn, bare.message, this.#limitMs());
      return bare.untold;
    }
  }

  async #delay(): Promise<void> {
    const byQueue = new Map<string, Delay[]>();
    for (const [record, delayMs] of this.#delays) {
      const { receiptHandle } = record;
      if (typeof receiptHandle !== 'string') continue;
      const delays = byQueue.get(arnOf(record)) ?? [];
      byQueue.set(arnOf(record), [...delays, { receiptHandle, seconds: visibilitySeconds(delayMs) }]);
    }
    const { logger, recorder } = this.#invocation.instance;
    for (const [arn, delays] of byQueue) {
      try {
        await this.#queues.delay(arn, delays, this.#limitMs());
      } catch (error) {
        // They come back after the queue's own visibility timeout instead.
        recorder.internal('redelivery:delay-failed');
        logger.warn('flyball could not delay records', {
          queue: this.#invocation.trigger.source,
          ...errorFields(error),
        });
      }
    }
  }

  #limitMs(): number {
    const left = this.#invocation.context.getRemainingTimeInMillis?.() ?? Infinity;
    return Math.max(1, left - RESERVE_MS);
  }
}

function arnOf(record: QueueRecord): string {
  const { eventSourceARN } = record;
  return typeof eventSourceARN === 'string' ? eventSourceARN : '';
}

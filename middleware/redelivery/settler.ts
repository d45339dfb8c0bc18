// Carries out what becomes of the records a batch returns: delays through SQS, or the dead-letter queue. Errors are contained.
import { countAskedDeferral } from '../../store/items/asked-deferrals.ts';
import { readDeferrals } from '../../store/items/deferrals.ts';
import { messageIdOf, receivesOf, type FailedRecord, type QueueRecord } from '../kernel/batch.ts';
import { countAsNoAttempt, type Deferral } from '../kernel/deferral.ts';
import type { Invocation } from '../kernel/invocation.ts';
import { errorFields } from '../kernel/logger.ts';
import { storeLimitMs } from '../kernel/patience.ts';
import type { Delay, Queues } from '../kernel/queues.ts';
import { arnOf, bury, limitMs } from './burial.ts';
import {
  delayAfter,
  groupOf,
  isExhausted,
  maybeUntried,
  restOf,
  visibilitySeconds,
  withGroups,
  type Redelivery,
} from './plan.ts';
import { verdictOf } from './verdict.ts';

/** How long the store may take to say how often a record was deferred, ms. */
const STORE_LIMIT_MS = storeLimitMs(100);
/** So often a handler may send a record back without an attempt; then it is one. */
export const MOST_ASKED_DEFERRALS = 20;

const EXPIRED = 'deadline: nobody waits for it any more';

type Fate =
  | { readonly kind: 'buried' }
  /** `attempted` is false of what comes back through no fault of its own, and is counted as no attempt. */
  | { readonly kind: 'again'; readonly delayMs: number | undefined; readonly attempted: boolean };

/** What became of a batch. */
export interface Outcomes {
  /** What the handler was given, in the queue's order. */
  readonly handled: readonly QueueRecord[];
  readonly failed: readonly FailedRecord[];
  readonly deferrals: readonly Deferral[];
  /** What nobody waited for any more, and was not given to the handler. */
  readonly expired: readonly QueueRecord[];
}

/** Settles one batch. */
export class Settler {
  readonly #invocation: Invocation;
  readonly #rule: Redelivery | undefined;
  readonly #queues: Queues;
  readonly #delays = new Map<QueueRecord, number>();
  /** One error stands for one record: of several, it is not known whose it is. */
  readonly #mayReject: boolean;

  constructor(invocation: Invocation, rule: Redelivery | undefined, queues: Queues, mayReject: boolean) {
    this.#invocation = invocation;
    this.#rule = rule;
    this.#queues = queues;
    this.#mayReject = mayReject;
  }

  /** The records to be returned, in no order; never rejects. */
  async settle({ handled, failed, deferrals, expired }: Outcomes): Promise<Set<QueueRecord>> {
    const returned = new Set<QueueRecord>();
    const untried = maybeUntried(handled, failed, this.#mayReject);
    await Promise.all([this.#settleFailed(handled, failed, untried, returned), this.#settleExpired(expired, returned)]);
    this.#returnDeferred(deferrals, returned);
    await this.#delay();
    return returned;
  }

  /** Of a FIFO group what stands behind a record that comes back comes back too; when it was moved, the next is first. */
  async #settleFailed(
    records: readonly QueueRecord[],
    failed: readonly FailedRecord[],
    untried: ReadonlySet<QueueRecord>,
    returned: Set<QueueRecord>,
  ): Promise<void> {
    const { attempted, behind } = withGroups(records, failed);
    await Promise.all(
      attempted.map(async (failure) => {
        const fate: Fate = untried.has(failure.record)
          ? { kind: 'again', delayMs: this.#delayAfter(1), attempted: false }
          : await this.#fateOf(failure);
        const followers = behind.get(messageIdOf(failure.record)) ?? [];
        if (fate.kind === 'buried') return this.#settleFailed(followers, failed, untried, returned);
        this.#return([failure.record, ...followers], fate.delayMs, returned);
        this.#pardon(fate.attempted ? followers : [failure.record, ...followers]);
      }),
    );
  }

  async #settleExpired(expired: readonly QueueRecord[], returned: Set<QueueRecord>): Promise<void> {
    if (expired.length === 0) return;
    if (this.#rule?.expired === 'drop') {
      this.#invocation.instance.recorder.internal('redelivery:expired-dropped');
      return;
    }
    await Promise.all(
      expired.map(async (record) => {
        // It was never started, so its attempts are those before.
        const attempts = receivesOf(record) - 1;
        const buried = await bury(this.#invocation, this.#queues, { record, reason: EXPIRED, attempts });
        if (!buried) this.#return([record], this.#delayAfter(receivesOf(record)), returned);
      }),
    );
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
    const { record, error } = failure;
    const verdict = verdictOf(error, this.#rule?.never, this.#mayReject);
    const { random } = this.#invocation.instance;
    switch (verdict.kind) {
      case 'refused':
        return { kind: 'again', delayMs: restOf(record, verdict.delayMs, random), attempted: false };
      case 'deferred': {
        const delayMs = restOf(record, verdict.delayMs, random);
        const isAttempt = verdict.told === true && verdict.delayMs > (this.#rule?.longestMs ?? Infinity);
        if (!isAttempt && (await this.#mayDefer(record))) return { kind: 'again', delayMs, attempted: true };
        return this.#attempted(failure, delayMs);
      }
      case 'rejected':
        return this.#rejected(failure);
      case 'retry':
        return this.#attempted(failure, 0);
    }
  }

  async #rejected(failure: FailedRecord): Promise<Fate> {
    const receives = receivesOf(failure.record);
    const deferrals = receives > 1 ? await this.#deferralsOf(failure.record) : 0;
    const attempts = Math.max(1, receives - (deferrals ?? 0));
    return (await this.#bury(failure, attempts)) ? { kind: 'buried' } : this.#again(attempts, 0);
  }

  /** Another attempt, after `atLeastMs` or more, or the dead-letter queue. */
  async #attempted(failure: FailedRecord, atLeastMs: number): Promise<Fate> {
    const { record } = failure;
    const receives = receivesOf(record);
    if (!this.#rule || receives < this.#rule.attempts) return this.#again(receives, atLeastMs);
    const deferrals = await this.#deferralsOf(record);
    const attempts = Math.max(1, receives - (deferrals ?? 0));
    const buried = isExhausted(this.#rule, receives, deferrals) && (await this.#bury(failure, attempts));
    return buried ? { kind: 'buried' } : this.#again(attempts, atLeastMs);
  }

  #again(attempts: number, atLeastMs: number): Fate {
    const delayMs = this.#delayAfter(attempts);
    const known = delayMs !== undefined || atLeastMs > 0;
    return { kind: 'again', delayMs: known ? Math.max(delayMs ?? 0, atLeastMs) : undefined, attempted: true };
  }

  /** Counts a deferral that the handler asked for, which must not go on for ever. */
  async #mayDefer(record: QueueRecord): Promise<boolean> {
    // Without a rule nobody counts attempts but the queue, which counts receives.
    if (!this.#rule) return true;
    const { table, service, clock, recorder } = this.#invocation.instance;
    try {
      return await countAskedDeferral(table, service, messageIdOf(record), clock.now(), MOST_ASKED_DEFERRALS, {
        timeoutMs: STORE_LIMIT_MS,
      });
    } catch {
      recorder.internal('redelivery:store-failed');
      return true;
    }
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

  #bury({ record, reason }: FailedRecord, attempts: number): Promise<boolean> {
    return bury(this.#invocation, this.#queues, { record, reason, attempts });
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
        await this.#queues.delay(arn, delays, limitMs(this.#invocation));
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
}

// What is to become of each failed record of a batch: another attempt after a delay, or the dead-letter queue. Pure.
import { messageIdOf, receivesOf, systemAttributeOf, type FailedRecord, type QueueRecord } from '../kernel/batch.ts';
import type { Backoff } from '../kernel/backoff.ts';
import type { Random } from '../kernel/clock.ts';
import type { NeverTest } from './verdict.ts';

/** A rule compiled. */
export interface Redelivery {
  readonly attempts: number;
  readonly backoff: Backoff;
  /** A record that is kept away for longer, by whom its handler calls, has had an attempt, ms; unless given, none has. */
  readonly longestMs?: number | undefined;
  /** What no other attempt would mend. */
  readonly never?: NeverTest | undefined;
  /** What becomes of a record whose deadline has passed. */
  readonly expired?: 'dead-letter' | 'drop' | undefined;
}

/** A message is invisible for at most 12 hours from its receipt; a minute of that is left for the handler and us. */
const LONGEST_DELAY_MS = 12 * 3_600_000 - 60_000;

/** The group a record must stay in order with; undefined outside of FIFO queues, where a group is only about fairness. */
export function groupOf(record: QueueRecord): string | undefined {
  const { eventSourceARN } = record;
  if (typeof eventSourceARN !== 'string' || !eventSourceARN.endsWith('.fifo')) return undefined;
  return systemAttributeOf(record, 'MessageGroupId');
}

export interface Failures {
  /** Records that were attempted and failed; of a FIFO group only the first. */
  readonly attempted: readonly FailedRecord[];
  /** By the message id of a group's head: what may not overtake it, whether it succeeded or not. */
  readonly behind: ReadonlyMap<string, readonly QueueRecord[]>;
}

/** In a FIFO group nothing may overtake a failed record: it and the rest of its group come back together. */
export function withGroups(records: readonly QueueRecord[], failed: readonly FailedRecord[]): Failures {
  const byRecord = new Map(failed.map((failure) => [failure.record, failure]));
  const heads = new Map<string, QueueRecord[]>();
  const behind = new Map<string, QueueRecord[]>();
  const attempted: FailedRecord[] = [];
  for (const record of records) {
    const group = groupOf(record);
    const rest = group === undefined ? undefined : heads.get(group);
    const failure = byRecord.get(record);
    if (rest) rest.push(record);
    else if (failure) {
      attempted.push(failure);
      if (group === undefined) continue;
      const followers: QueueRecord[] = [];
      heads.set(group, followers);
      behind.set(messageIdOf(record), followers);
    }
  }
  return { attempted, behind };
}

/**
 * Failed records of a FIFO queue that their handler may never have tried, because it stopped at one before them: what is
 * behind in the group of a failed one, and of other groups, if all from the first failure on is named. What has an error
 * of its own was tried: `ownErrors` says that an error is the one record's.
 */
export function maybeUntried(
  records: readonly QueueRecord[],
  failed: readonly FailedRecord[],
  ownErrors: boolean,
): ReadonlySet<QueueRecord> {
  const untried = new Set<QueueRecord>();
  const [first] = failed;
  if (!first || groupOf(first.record) === undefined) return untried;
  // In the queue's order, so that this many at its end are all of it.
  const stopped = records.indexOf(first.record) === records.length - failed.length;
  const groups = new Set<string | undefined>();
  for (const { record, error, named } of failed) {
    const group = groupOf(record);
    const tried = ownErrors && error !== undefined;
    if (!tried && (groups.has(group) || (named && stopped && record !== first.record))) untried.add(record);
    groups.add(group);
  }
  return untried;
}

/** Whether a record has had its attempts. Deferrals were no attempts: undefined means that nobody could say how many. */
export function isExhausted({ attempts }: Redelivery, receives: number, deferrals: number | undefined): boolean {
  return deferrals !== undefined && receives - deferrals >= attempts;
}

/** How long a record stays away after its n-th attempt, ms. */
export function delayAfter({ backoff }: Redelivery, attempt: number, random: Random): number {
  let delayMs = 0;
  // Nothing remembers the earlier waits; decorrelated jitter draws them again, the others ignore them.
  for (let n = 1; n <= attempt; n++) delayMs = backoff(n, delayMs, random);
  return Math.min(delayMs, LONGEST_DELAY_MS);
}

/** So often a record comes back just when its refusal says. */
const UNTIRED_RECEIVES = 20;
const LONGEST_REST_MS = 300_000;

/**
 * How long a record stays away that was refused, or deferred by its handler, ms. One that has come back very often comes
 * more seldom: each time is a receive, of which the queue's redrive policy allows no more than its `maxReceiveCount`.
 */
export function restOf<Ms extends number | undefined>(record: QueueRecord, delayMs: Ms, random: Random): Ms | number {
  const receives = receivesOf(record);
  if (delayMs === undefined || receives <= UNTIRED_RECEIVES) return delayMs;
  const restMs = Math.min(LONGEST_REST_MS, 1_000 * 2 ** (receives - UNTIRED_RECEIVES));
  return Math.max(delayMs, restMs * (0.5 + random() / 2));
}

/** SQS counts in whole seconds; nothing comes back sooner than it was told. */
export function visibilitySeconds(delayMs: number): number {
  return Math.ceil(Math.min(Math.max(0, delayMs), LONGEST_DELAY_MS) / 1000);
}

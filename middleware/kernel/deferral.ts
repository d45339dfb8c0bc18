// Queue records and parked events that flyball itself sends back: which, for how long, and that this was no attempt at them.
import { countDeferral } from '../../store/items/deferrals.ts';
import { batchResponse, failedRecords, messageIdOf, type QueueRecord } from './batch.ts';
import type { Invocation } from './invocation.ts';
import { recordsOf } from './trigger.ts';

export interface Deferral {
  readonly record: QueueRecord;
  /** After which delay it may come again, ms; undefined leaves it to the queue. */
  readonly delayMs: number | undefined;
}

/** What is to be answered for the batch of one invocation. */
export interface Settlement {
  readonly deferrals: Deferral[];
  /** Set by the policy that answers for the batch in its `after`; without one, whoever deferred must. */
  claimed: boolean;
  /** The record of a parking queue that brought the event; itself, since the event is no longer its batch. */
  parked: QueueRecord | undefined;
  /** A refused event can be parked. */
  canPark: boolean;
  /** What the event was refused for, if that is something to stand in line for. */
  shortage: Shortage | undefined;
  /** Places in line that are being booked; what they tell replaces the delays of deferrals. */
  readonly bookings: Promise<void>[];
}

/** Tokens are short: what was refused may stand in line for them. */
export interface Shortage {
  /** Defers the record of a parked event until its place in line comes. */
  deferParked(record: QueueRecord): void;
  /** Takes a place for an event that is about to be parked; gives how long it stays away, ms. Never rejects. */
  bookForParking(): Promise<number>;
}

const SETTLEMENT = {};

export function settlementOf(invocation: Invocation): Settlement {
  return invocation.state(SETTLEMENT, (): Settlement => ({
    deferrals: [],
    claimed: false,
    parked: undefined,
    canPark: false,
    shortage: undefined,
    bookings: [],
  }));
}

/** The queue records that an invocation answers for: of its batch, or the one that brought a parked event. */
export function heldRecordsOf(invocation: Invocation): readonly QueueRecord[] {
  const { parked } = settlementOf(invocation);
  if (parked) return [parked];
  return invocation.trigger.face === 'sqs' ? recordsOf(invocation.event) : [];
}

/** Whether what this invocation brings can come back later, so that it may be told to wait its turn. */
export function canWait({ trigger: { kind } }: Invocation): boolean {
  return kind === 'queue' || kind === 'bucket' || kind === 'topic' || kind === 'event';
}

/** Defers records. Each deferral is counted in the store beside the handler, so that it can be told from an attempt. */
export function defer(invocation: Invocation, deferrals: readonly Deferral[]): void {
  settlementOf(invocation).deferrals.push(...deferrals);
  countAsNoAttempt(
    invocation,
    deferrals.map(({ record }) => record),
  );
}

/** The invocation's answer with the deferred records in it. A throw stays a throw: everything then comes back anyway. */
export function answerWithDeferred(invocation: Invocation): unknown {
  const { event, response, error } = invocation;
  const deferred = settlementOf(invocation).deferrals.map(({ record }) => record);
  if (deferred.length === 0 || (error !== undefined && response === undefined)) return response;
  const failed = failedRecords(recordsOf(event), response, error, deferred);
  return batchResponse([...failed.map(({ record }) => record), ...deferred]);
}

/** How many counts are under way at once: a batch may hold thousands of records. */
const COUNTED_AT_ONCE = 10;

/** Records coming back through no fault of theirs: what cannot be counted in time will look like an attempt. */
export function countAsNoAttempt({ instance, requestId }: Invocation, records: readonly QueueRecord[]): void {
  const ids = records.map(messageIdOf).filter((id) => id !== '');
  if (ids.length === 0) return;
  const { syncs, table, service, clock } = instance;
  void syncs.start(`deferrals:${requestId}:${ids[0] ?? ''}`, async (signal) => {
    for (let i = 0; i < ids.length && !signal.aborted; i += COUNTED_AT_ONCE) {
      const now = clock.now();
      await Promise.all(
        ids.slice(i, i + COUNTED_AT_ONCE).map((id) => countDeferral(table, service, id, now, { signal })),
      );
    }
  });
}

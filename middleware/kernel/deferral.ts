// Queue records that flyball itself sends back: which, for how long, and that this was not an attempt at them.
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
}

const SETTLEMENT = {};

export function settlementOf(invocation: Invocation): Settlement {
  return invocation.state(SETTLEMENT, () => ({ deferrals: [], claimed: false }));
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

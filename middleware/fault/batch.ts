// Faults of a queue's records: those that are met never reach the handler, and fail as if it had failed them.
import {
  batchResponse,
  failedRecords,
  isSettled,
  messageIdOf,
  systemAttributeOf,
  type QueueRecord,
} from '../kernel/batch.ts';
import { settlementOf } from '../kernel/deferral.ts';
import type { Invocation } from '../kernel/invocation.ts';
import { recordsOf } from '../kernel/trigger.ts';
import { FaultInjected } from './injected.ts';
import type { Met } from './rule.ts';

export interface Stricken {
  /** The longest delay of any record: a batch waits once. */
  readonly delay: Met | undefined;
  /** The records that are aborted, with what they met. */
  readonly struck: ReadonlyMap<QueueRecord, Met>;
}

/** Which records of a batch are met, each by its own id, which it keeps from delivery to delivery. Pure. */
export function strikeRecords(
  records: readonly QueueRecord[],
  fifo: boolean,
  meets: (messageId: string) => Met | undefined,
): Stricken {
  let delay: Met | undefined;
  const struck = new Map<QueueRecord, Met>();
  const groups = new Map<string, Met>();
  for (const record of records) {
    const group = fifo ? systemAttributeOf(record, 'MessageGroupId') : undefined;
    const met = meets(messageIdOf(record));
    if (met && met.delayMs > (delay?.delayMs ?? 0)) delay = met;
    // What stands behind an aborted record of its group must not overtake it.
    const abort = (group === undefined ? undefined : groups.get(group)) ?? (met?.abort ? met : undefined);
    if (!abort) continue;
    struck.set(record, abort);
    if (group !== undefined && !abort.shadow) groups.set(group, abort);
  }
  return { delay, struck };
}

interface Held {
  readonly records: readonly QueueRecord[];
  readonly struck: ReadonlyMap<QueueRecord, Met>;
}

const HELD = {};

/** Takes the records out of the event. @throws {FaultInjected} when nothing is left of it. */
export function holdStruck(invocation: Invocation, struck: ReadonlyMap<QueueRecord, Met>): void {
  const [first] = struck.values();
  if (!first?.abort) return;
  const records = recordsOf(invocation.event);
  const left = records.filter((record) => !struck.has(record));
  if (left.length === 0) {
    // All of them fail, and none by a failure of this service.
    invocation.outcome = 'refused';
    throw new FaultInjected(first.fault, first.abort);
  }
  invocation.state(HELD, (): Held => ({ records, struck }));
  invocation.event = { ...(invocation.event as object), Records: left };
}

/** Puts the records back, as failures, before anybody answers for the batch. */
export function endBatch(invocation: Invocation): void {
  const held = invocation.state(HELD, (): Held | undefined => undefined);
  if (!held) return;
  const { records, struck } = held;
  const { event, response, error } = invocation;
  const handled = new Set(recordsOf(event));
  const all = records.filter((record) => handled.has(record) || struck.has(record));
  invocation.event = { ...(event as object), Records: all };
  // All of them come back by the throw itself.
  if (error !== undefined && response === undefined) return;
  const { deferrals, claimed } = settlementOf(invocation);
  const deferred = deferrals.map(({ record }) => record);
  const failed = new Map(failedRecords([...handled], response, error, deferred).map((one) => [one.record, one.reason]));
  if (!claimed) {
    invocation.response = batchResponse(
      all.filter((record) => failed.has(record) || struck.has(record) || deferred.includes(record)),
    );
    return;
  }
  const results = isSettled(response) && response.length === handled.size ? response : undefined;
  const ofHandler = new Map([...handled].map((record, i) => [record, results?.[i]]));
  invocation.response = all.map((record): PromiseSettledResult<unknown> => {
    const met = struck.get(record);
    if (met) return { status: 'rejected', reason: new FaultInjected(met.fault, met.abort ?? { outcome: 'error' }) };
    const own = ofHandler.get(record);
    if (own) return own;
    const reason = failed.get(record);
    return reason === undefined ? { status: 'fulfilled', value: undefined } : { status: 'rejected', reason };
  });
}

// What became of the records of a queue batch, however the handler says it, in the words the platform understands.

import { Rejected } from './errors.ts';

/** A record of a queue batch, as far as flyball reads it. */
export interface QueueRecord {
  readonly [name: string]: unknown;
}

export interface BatchResponse {
  readonly batchItemFailures: { readonly itemIdentifier: string }[];
}

export interface FailedRecord {
  readonly record: QueueRecord;
  /** Why, for people: an error's name and message. */
  readonly reason: string;
  /** What the handler threw, or the record's own work was rejected with; undefined when it only named the record. */
  readonly error?: unknown;
  /** The handler named it: it has failed, or stood behind what failed. */
  readonly named?: boolean;
}

/** The message attribute that says until when somebody waits for what a message asks, epoch ms. */
const DEADLINE_ATTRIBUTE = 'x-flyball-deadline';

export function messageIdOf(record: QueueRecord): string {
  const id = record['messageId'];
  return typeof id === 'string' ? id : '';
}

/** What the platform calls the record in answers: a queue's message id, or the sequence number of a stream's. */
export function identifierOf(record: QueueRecord): string {
  const id =
    record['messageId'] ?? partOf(record['kinesis'], 'sequenceNumber') ?? partOf(record['dynamodb'], 'SequenceNumber');
  return typeof id === 'string' ? id : '';
}

function partOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

/** One of the attributes that SQS itself gives a record. */
export function systemAttributeOf(record: QueueRecord, name: string): string | undefined {
  const value = partOf(record['attributes'], name);
  return typeof value === 'string' ? value : undefined;
}

/** How often the queue has delivered the record, this time included. */
export function receivesOf(record: QueueRecord): number {
  const receives = Number(systemAttributeOf(record, 'ApproximateReceiveCount'));
  return receives >= 1 ? receives : 1;
}

/** When the record was sent, epoch ms; of one that does not say, later than all that do. */
export function sentAtMsOf(record: QueueRecord): number {
  const sentAt = Number(systemAttributeOf(record, 'SentTimestamp') ?? 'unknown');
  return Number.isFinite(sentAt) ? sentAt : Number.MAX_SAFE_INTEGER;
}

/** The text of an attribute that whoever sent the message gave it. */
export function messageAttributeOf(record: QueueRecord, name: string): string | undefined {
  const value = partOf(partOf(record['messageAttributes'], name), 'stringValue');
  return typeof value === 'string' ? value : undefined;
}

/** Until when somebody waits for what the record asks, epoch ms; undefined if it does not say so readably. */
export function deadlineAtOf(record: QueueRecord): number | undefined {
  const deadlineAt = Number(messageAttributeOf(record, DEADLINE_ATTRIBUTE));
  return Number.isSafeInteger(deadlineAt) && deadlineAt >= 1 ? deadlineAt : undefined;
}

/** Only ids the platform gave are ever answered: it takes an unknown or empty one for a failure of the whole batch. */
export function batchResponse(records: readonly QueueRecord[]): BatchResponse {
  const ids = new Set(records.map(identifierOf));
  ids.delete('');
  return { batchItemFailures: [...ids].map((itemIdentifier) => ({ itemIdentifier })) };
}

/**
 * Which of the records a handler was given have failed. It may throw (all), return `{ batchItemFailures }`, or return
 * what `Promise.allSettled` made of the records in their order; anything else is a success. A failure that names no
 * record of the batch is one of all, as it is for the platform.
 */
export function failedRecords(
  records: readonly QueueRecord[],
  response: unknown,
  error: unknown,
  deferred: readonly QueueRecord[] = [],
): FailedRecord[] {
  const items = itemsOf(response);
  if (items) return named(records, items, deferred);
  if (error !== undefined) return all(records, reasonOf(error), error);
  return isSettled(response) ? rejected(records, response) : [];
}

function itemsOf(response: unknown): unknown[] | undefined {
  if (typeof response !== 'object' || response === null || !('batchItemFailures' in response)) return undefined;
  const { batchItemFailures } = response;
  // The platform takes a null list for an empty one.
  return Array.isArray(batchItemFailures) ? (batchItemFailures as unknown[]) : [];
}

function named(
  records: readonly QueueRecord[],
  items: readonly unknown[],
  deferred: readonly QueueRecord[],
): FailedRecord[] {
  const given = new Set<unknown>(items.map(idOf));
  const known = new Set<unknown>([...records, ...deferred].map(identifierOf));
  for (const id of given) {
    if (id === '' || !known.has(id)) return all(records, 'the handler reported a failure of no record of this batch');
  }
  return records
    .filter((record) => given.has(identifierOf(record)))
    .map((record) => ({ record, reason: 'reported by the handler', named: true }));
}

function idOf(item: unknown): unknown {
  return typeof item === 'object' && item !== null && 'itemIdentifier' in item ? item.itemIdentifier : undefined;
}

/** True for what `Promise.allSettled` makes. */
export function isSettled(response: unknown): response is readonly PromiseSettledResult<unknown>[] {
  return Array.isArray(response) && response.length > 0 && response.every(isSettledResult);
}

function isSettledResult(result: unknown): boolean {
  if (typeof result !== 'object' || result === null || !('status' in result)) return false;
  return result.status === 'fulfilled' || result.status === 'rejected';
}

function rejected(records: readonly QueueRecord[], results: readonly PromiseSettledResult<unknown>[]): FailedRecord[] {
  if (results.length !== records.length) {
    // Which result is whose cannot be known.
    const first = results.find((result) => result.status === 'rejected');
    // Nor whose its error is, which may say what becomes of the record.
    return first ? all(records, reasonOf(first.reason)) : [];
  }
  const failed: FailedRecord[] = [];
  for (const [i, result] of results.entries()) {
    const record = records[i];
    if (record && result.status === 'rejected') {
      failed.push({ record, reason: reasonOf(result.reason), error: result.reason as unknown });
    }
  }
  return failed;
}

function all(records: readonly QueueRecord[], reason: string, error?: unknown): FailedRecord[] {
  return records.map((record) => ({ record, reason, error }));
}

/** An error's name and message, for people. */
export function reasonOf(error: unknown): string {
  if (error instanceof Rejected) return `${error.name}: ${error.reason}`;
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

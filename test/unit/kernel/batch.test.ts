// Which records of a batch failed, however the handler says it.
import { describe, expect, it } from 'vitest';
import { batchResponse, failedRecords, messageIdOf, receivesOf, sentAtMsOf } from '../../../middleware/kernel/batch.ts';
import { recordsOf } from '../../../middleware/kernel/trigger.ts';
import { sqs } from '../../support/events.ts';

const records = recordsOf(sqs([{ messageId: 'a' }, { messageId: 'b' }, { messageId: 'c' }]));
const failures = (response: unknown, error?: unknown) =>
  failedRecords(records, response, error).map(({ record, reason }) => [messageIdOf(record), reason]);
const fulfilled = { status: 'fulfilled', value: 1 };
const rejected = (reason: unknown) => ({ status: 'rejected', reason });
const everyOf = (reason: string) => ['a', 'b', 'c'].map((id) => [id, reason]);
const UNKNOWN = 'the handler reported a failure of no record of this batch';

describe('a handler that succeeds', () => {
  it.each([
    ['returns nothing', undefined],
    ['returns something else', { settled: 3 }],
    ['returns an empty list of failures', { batchItemFailures: [] }],
    ['returns null for the list, as the platform allows', { batchItemFailures: null }],
    ['returns an empty list', []],
    ['returns a list of its own', [{ status: 201 }]],
    ['settles all', [fulfilled, fulfilled, fulfilled]],
  ])('%s', (_name, response) => {
    expect(failures(response)).toEqual([]);
  });
});

describe('a handler that fails', () => {
  it('by throwing fails every record', () => {
    expect(failures(undefined, new TypeError('no'))).toEqual(everyOf('TypeError: no'));
  });
  it('by naming records fails those', () => {
    expect(failures({ batchItemFailures: [{ itemIdentifier: 'b' }] })).toEqual([['b', 'reported by the handler']]);
  });
  it('by settling fails those that were rejected, in order', () => {
    expect(failures([rejected(new Error('poison')), fulfilled, rejected('odd')])).toEqual([
      ['a', 'Error: poison'],
      ['c', 'odd'],
    ]);
  });
  it.each([
    ['an unknown record', [{ itemIdentifier: 'z' }]],
    ['an empty name', [{ itemIdentifier: '' }]],
    ['a misspelt field', [{ messageId: 'a' }]],
    ['nothing', [null]],
  ])('by naming %s fails every record, as for the platform', (_name, batchItemFailures) => {
    expect(failures({ batchItemFailures })).toEqual(everyOf(UNKNOWN));
  });
  it('by settling another number of results fails every record: whose they are cannot be known', () => {
    expect(failures([fulfilled, rejected(new Error('one'))])).toEqual(everyOf('Error: one'));
    expect(failures([fulfilled])).toEqual([]);
  });
});

it('a deferred record may be named again without failing the batch', () => {
  const deferred = recordsOf(sqs([{ messageId: 'later' }]));
  expect(failedRecords(records, { batchItemFailures: [{ itemIdentifier: 'later' }] }, undefined, deferred)).toEqual([]);
});

it('answers each record once, and never an empty identifier', () => {
  const twice = recordsOf(sqs([{ messageId: 'a' }, { messageId: '' }, { messageId: 'a' }]));
  expect(batchResponse(twice)).toEqual({ batchItemFailures: [{ itemIdentifier: 'a' }] });
});

describe('what SQS says of a record', () => {
  it.each([
    ['3', 3],
    ['x', 1],
    [undefined, 1],
  ])('receives: %s is %d', (count, receives) => {
    expect(receivesOf({ attributes: { ApproximateReceiveCount: count } })).toBe(receives);
  });

  it('a record without attributes has come once, and later than all that say when they were sent', () => {
    expect([receivesOf({}), sentAtMsOf({})]).toEqual([1, Number.MAX_SAFE_INTEGER]);
    expect(sentAtMsOf({ attributes: { SentTimestamp: '1767614400000' } })).toBe(1_767_614_400_000);
  });
});

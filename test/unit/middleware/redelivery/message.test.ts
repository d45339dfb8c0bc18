// What a record looks like in the dead-letter queue.
import { describe, expect, it } from 'vitest';
import { recordsOf } from '../../../../middleware/kernel/trigger.ts';
import { deadLetterOf } from '../../../../middleware/redelivery/message.ts';
import { sqs, sqsFifo } from '../../../support/events.ts';

const why = { reason: 'TypeError: no', attempts: 5 };
const first = (event: unknown) => recordsOf(event)[0] ?? {};
const attribute = (name: string) => [name, { dataType: 'String', stringValue: 'v' } as const] as const;

it('is as it came, and says why it is there', () => {
  const record = first(
    sqs([
      {
        body: '{"orderId":1}',
        messageAttributes: {
          tenant: { dataType: 'String', stringValue: 'acme' },
          blob: { dataType: 'Binary', binaryValue: Buffer.from([1, 2, 255]).toString('base64') },
        },
      },
    ]),
  );
  expect(deadLetterOf(record, why)).toEqual({
    MessageBody: '{"orderId":1}',
    MessageAttributes: {
      tenant: { DataType: 'String', StringValue: 'acme' },
      blob: { DataType: 'Binary', BinaryValue: Buffer.from([1, 2, 255]) },
      'flyball-reason': { DataType: 'String', StringValue: 'TypeError: no' },
      'flyball-attempts': { DataType: 'Number', StringValue: '5' },
      'flyball-source': { DataType: 'String', StringValue: 'arn:aws:sqs:eu-central-1:000000000000:settlement' },
    },
  });
});

it('keeps its group, its deduplication and its trace', () => {
  const record = first(sqsFifo([{ group: 'g', deduplicationId: 'd' }]));
  const traced = { ...record, attributes: { ...(record['attributes'] as object), AWSTraceHeader: 'Root=1-2-3' } };
  expect(deadLetterOf(traced, why)).toMatchObject({
    MessageGroupId: 'g',
    MessageDeduplicationId: 'd',
    MessageSystemAttributes: { AWSTraceHeader: { DataType: 'String', StringValue: 'Root=1-2-3' } },
  });
});

describe('within what SQS takes', () => {
  it.each([
    [7, 10],
    [9, 10],
    [10, 10],
  ])('%i attributes of its own make %i', (own, all) => {
    const messageAttributes = Object.fromEntries(Array.from({ length: own }, (_, i) => attribute(`a${i}`)));
    const { MessageAttributes = {} } = deadLetterOf(first(sqs([{ messageAttributes }])), why);
    expect(Object.keys(MessageAttributes)).toHaveLength(all);
    expect(Object.keys(MessageAttributes).filter((name) => name.startsWith('a'))).toHaveLength(own);
  });

  it.each([
    ['', 'unknown'],
    ['a\u0000b\ud800c\u0007', 'a b\ufffdc'],
    ['x'.repeat(2_000), 'x'.repeat(512)],
  ])('a reason is never empty, too long or of forbidden characters', (reason, written) => {
    const { MessageAttributes = {} } = deadLetterOf(first(sqs()), { reason, attempts: 1 });
    expect(MessageAttributes['flyball-reason']?.StringValue).toBe(written);
  });
});

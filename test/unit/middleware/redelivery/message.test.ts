// What a record looks like in the dead-letter queue.
import { describe, expect, it } from 'vitest';
import type { QueueRecord } from '../../../../middleware/kernel/batch.ts';
import { recordsOf } from '../../../../middleware/kernel/trigger.ts';
import { deadLetterOf as letterOf, type Epitaph } from '../../../../middleware/redelivery/message.ts';
import { sqs, sqsFifo } from '../../../support/events.ts';

const why = { reason: 'TypeError: no', attempts: 5 };
const deadLetterOf = (record: QueueRecord, epitaph: Epitaph) => letterOf(record, epitaph).message;
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

describe('within the bytes SQS takes', () => {
  const MIB = 1_048_576;
  const arn = 'arn:aws:sqs:eu-central-1:000000000000:settlement';
  // Name, type and value of each of ours.
  const attempts = 16 + 6 + 1;
  const source = 14 + 6 + arn.length;
  const nameOfReason = 14 + 6;
  const long = 'x'.repeat(400);
  const names = ['flyball-reason', 'flyball-attempts', 'flyball-source'];

  const bytesOf = ({ MessageBody = '', MessageAttributes = {} }: ReturnType<typeof deadLetterOf>) =>
    Object.entries(MessageAttributes).reduce(
      (sum, [name, { DataType = '', StringValue, BinaryValue }]) =>
        sum + name.length + DataType.length + Buffer.byteLength(StringValue ?? BinaryValue ?? ''),
      Buffer.byteLength(MessageBody),
    );

  it.each<[string, number, string, string | undefined, string[], boolean]>([
    ['all of ours', nameOfReason + 400 + attempts + source, long, long, names, false],
    ['a shortened reason', nameOfReason + 100 + attempts + source, long, 'x'.repeat(100), names, true],
    ['no source', nameOfReason + 63 + attempts + source, long, 'x'.repeat(63 + source), names.slice(0, 2), true],
    ['no attempts', nameOfReason + 63 + attempts, long, 'x'.repeat(63 + attempts), names.slice(0, 1), true],
    ['little of the reason', nameOfReason + 3, long, 'xxx', names.slice(0, 1), true],
    ['whole characters of the reason', nameOfReason + 3, 'éééé', 'é', names.slice(0, 1), true],
    ['none of ours', nameOfReason, long, undefined, [], true],
    ['none, when it is full', 0, long, undefined, [], true],
  ])('there is room for %s', (_, room, reason, written, kept, untold) => {
    const own = { tenant: { dataType: 'String', stringValue: 'ü' } as const };
    const body = 'b'.repeat(MIB - 6 - 6 - 2 - room);
    const letter = letterOf(first(sqs([{ body, messageAttributes: own }])), { reason, attempts: 5 });
    const { tenant, ...ours } = letter.message.MessageAttributes ?? {};
    expect(tenant?.StringValue).toBe('ü');
    expect(Object.keys(ours)).toEqual(kept);
    expect(ours['flyball-reason']?.StringValue).toBe(written);
    expect(letter.untold).toBe(untold ? reason : undefined);
    expect(bytesOf(letter.message)).toBeLessThanOrEqual(MIB);
  });

  it('ten attributes of its own leave the reason untold', () => {
    const messageAttributes = Object.fromEntries(Array.from({ length: 10 }, (_, i) => attribute(`a${i}`)));
    expect(letterOf(first(sqs([{ messageAttributes }])), why).untold).toBe('TypeError: no');
  });

  it('attributes that claim to be ours give way to ours', () => {
    const own = [...names, ...Array.from({ length: 7 }, (_, i) => `a${i}`)].map(attribute);
    const record = first(sqs([{ messageAttributes: Object.fromEntries(own) }]));
    const { MessageAttributes = {} } = deadLetterOf(record, why);
    expect(names.map((name) => MessageAttributes[name]?.StringValue)).toEqual(['TypeError: no', '5', arn]);
    expect(letterOf(record, why, 0).message.MessageAttributes).not.toHaveProperty(['flyball-reason']);
  });
});

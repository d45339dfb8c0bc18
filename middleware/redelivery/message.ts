// A record of a batch as it is sent on to the dead-letter queue: as it came, and why it is there. Pure.
import type { MessageAttributeValue, SendMessageRequest } from '@aws-sdk/client-sqs';
import { messageIdOf, type QueueRecord } from '../kernel/batch.ts';
import { groupOf } from './plan.ts';

/** SQS takes no more attributes on a message; those it came with go first. */
const MOST_ATTRIBUTES = 10;
const LONGEST_REASON = 512;

export interface Epitaph {
  readonly reason: string;
  readonly attempts: number;
}

/** The message without its queue. */
export function deadLetterOf(record: QueueRecord, { reason, attempts }: Epitaph): Omit<SendMessageRequest, 'QueueUrl'> {
  const given = attributesOf(record);
  const ours: [string, MessageAttributeValue][] = [
    ['flyball-reason', text(reason)],
    ['flyball-attempts', { DataType: 'Number', StringValue: String(attempts) }],
    ['flyball-source', text(stringOf(record['eventSourceARN']))],
  ];
  const room = Math.max(0, MOST_ATTRIBUTES - Object.keys(given).length);
  const system = systemAttributesOf(record);
  const trace = system['AWSTraceHeader'];
  const group = groupOf(record);
  return {
    // SQS refuses an empty body, and gives none out.
    MessageBody: stringOf(record['body']),
    MessageAttributes: { ...given, ...Object.fromEntries(ours.slice(0, room)) },
    ...(trace === undefined
      ? {}
      : { MessageSystemAttributes: { AWSTraceHeader: { DataType: 'String', StringValue: trace } } }),
    ...(group === undefined
      ? {}
      : { MessageGroupId: group, MessageDeduplicationId: system['MessageDeduplicationId'] ?? messageIdOf(record) }),
  };
}

/** Lambda writes attributes in camel case and bytes as base64; the API takes them capitalised and as bytes. */
function attributesOf(record: QueueRecord): Record<string, MessageAttributeValue> {
  const attributes: [string, MessageAttributeValue][] = [];
  for (const [name, given] of entriesOf(record['messageAttributes'])) {
    const { dataType, stringValue, binaryValue } = Object.fromEntries(entriesOf(given));
    if (typeof dataType !== 'string') continue;
    if (typeof stringValue === 'string') attributes.push([name, { DataType: dataType, StringValue: stringValue }]);
    else if (typeof binaryValue === 'string') {
      attributes.push([name, { DataType: dataType, BinaryValue: Buffer.from(binaryValue, 'base64') }]);
    }
  }
  return Object.fromEntries(attributes);
}

function systemAttributesOf(record: QueueRecord): Record<string, string | undefined> {
  return Object.fromEntries(entriesOf(record['attributes']).map(([name, value]) => [name, stringOf(value)]));
}

/** SQS refuses an empty value, and characters that XML does not know. */
function text(value: string): MessageAttributeValue {
  let clean = '';
  for (const character of value.slice(0, LONGEST_REASON).toWellFormed()) {
    const code = character.codePointAt(0) ?? 0;
    const allowed = code === 9 || code === 10 || code === 13 || (code >= 0x20 && code !== 0xfffe && code !== 0xffff);
    clean += allowed ? character : ' ';
  }
  return { DataType: 'String', StringValue: clean.trim() || 'unknown' };
}

function entriesOf(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}

function stringOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

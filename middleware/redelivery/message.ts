// A record of a batch as it is sent on to the dead-letter queue: as it came, and why it is there. Pure.
import type { MessageAttributeValue, SendMessageRequest } from '@aws-sdk/client-sqs';
import { messageIdOf, type QueueRecord } from '../kernel/batch.ts';
import { groupOf } from './plan.ts';

/** SQS takes no more attributes on a message; those it came with go first. */
const MOST_ATTRIBUTES = 10;
/** Of the body and all attributes: names, types and values. System attributes are not counted. */
const MOST_BYTES = 1_048_576;
const LONGEST_REASON = 512;
/** Bytes of the reason that are worth more than our other attributes. */
const RESERVED_FOR_REASON = 64;

const REASON = 'flyball-reason';
const ATTEMPTS = 'flyball-attempts';
const SOURCE = 'flyball-source';

export interface Epitaph {
  readonly reason: string;
  /** Undefined where nobody counts them. */
  readonly attempts?: number;
}

export interface DeadLetter {
  /** Without its queue. */
  readonly message: Omit<SendMessageRequest, 'QueueUrl'>;
  /** The reason, when the message has no room for all of it. */
  readonly untold: string | undefined;
}

/** What came is never left out; what we add has to fit into `mostBytes`, the queue's own limit. */
export function deadLetterOf(record: QueueRecord, epitaph: Epitaph, mostBytes = MOST_BYTES): DeadLetter {
  const given = attributesOf(record);
  // Of an earlier burial, or made up by the sender: they would be taken for ours.
  for (const name of [REASON, ATTEMPTS, SOURCE]) delete given[name];
  // SQS refuses an empty body, and gives none out.
  const body = stringOf(record['body']);
  const taken = Object.entries(given).reduce(
    (sum, [name, value]) => sum + sizeOf(name, value),
    Buffer.byteLength(body),
  );
  const { attributes, untold } = ours(record, epitaph, mostBytes - taken, MOST_ATTRIBUTES - Object.keys(given).length);
  const system = systemAttributesOf(record);
  const trace = system['AWSTraceHeader'];
  const group = groupOf(record);
  const message = {
    MessageBody: body,
    MessageAttributes: { ...given, ...attributes },
    ...(trace === undefined
      ? {}
      : { MessageSystemAttributes: { AWSTraceHeader: { DataType: 'String', StringValue: trace } } }),
    ...(group === undefined
      ? {}
      : { MessageGroupId: group, MessageDeduplicationId: system['MessageDeduplicationId'] ?? messageIdOf(record) }),
  };
  return { message, untold };
}

/** The reason is shortened first; then go the source and the attempts; what is left of the reason goes last. */
function ours(record: QueueRecord, { reason, attempts }: Epitaph, bytes: number, count: number) {
  const whole = clean(reason);
  const attributes: Record<string, MessageAttributeValue> = {};
  let left = bytes - sizeOf(REASON, text(''));
  if (count < 1 || left < 1) return { attributes, untold: whole };
  const reserved = Math.min(left, RESERVED_FOR_REASON, Buffer.byteLength(whole));
  const others: [string, MessageAttributeValue][] = [[SOURCE, text(clean(stringOf(record['eventSourceARN'])))]];
  if (attempts !== undefined) others.unshift([ATTEMPTS, { DataType: 'Number', StringValue: String(attempts) }]);
  for (const [name, value] of others.slice(0, count - 1)) {
    const size = sizeOf(name, value);
    if (size > left - reserved) break;
    attributes[name] = value;
    left -= size;
  }
  // A streaming decoder holds back the start of a character whose end was cut off.
  const short = new TextDecoder().decode(Buffer.from(whole).subarray(0, left), { stream: true }).trim();
  return {
    attributes: short === '' ? attributes : { [REASON]: text(short), ...attributes },
    untold: short === whole ? undefined : whole,
  };
}

function sizeOf(name: string, { DataType, StringValue, BinaryValue }: MessageAttributeValue): number {
  const value = StringValue === undefined ? (BinaryValue?.byteLength ?? 0) : Buffer.byteLength(StringValue);
  return Buffer.byteLength(name) + Buffer.byteLength(DataType ?? '') + value;
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
function clean(value: string): string {
  let allowedOnly = '';
  for (const character of value.slice(0, LONGEST_REASON).toWellFormed()) {
    const code = character.codePointAt(0) ?? 0;
    const allowed = code === 9 || code === 10 || code === 13 || (code >= 0x20 && code !== 0xfffe && code !== 0xffff);
    allowedOnly += allowed ? character : ' ';
  }
  return allowedOnly.trim() || 'unknown';
}

function text(value: string): MessageAttributeValue {
  return { DataType: 'String', StringValue: value };
}

function entriesOf(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}

function stringOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

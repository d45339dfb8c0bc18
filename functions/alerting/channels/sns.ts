// Topics of SNS: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
import { createHash } from 'node:crypto';
import type { PublishCommandInput } from '@aws-sdk/client-sns';
import type { Clock } from '../../../middleware/kernel/clock.ts';
import { SEVERITIES } from '../condition.ts';
import type { Message } from '../message.ts';
import { asked } from './aws.ts';
import type { ConfigOf } from './config.ts';
import { bytesIn, cutToLength } from './cut.ts';
import { plain } from './dialects.ts';
import { fitted } from './fit.ts';
import { textOf } from './text.ts';

/** Of SNS: a message of 256 KB in all its forms, a subject of up to 100 characters of ASCII; and one text message. */
export const SNS_LIMITS = { message: 256 * 1_024, subject: 99, sms: 140 } as const;
const TEXT_BYTES = 64 * 1_024;

export function snsPublish({ topic }: ConfigOf<'sns'>, message: Message): PublishCommandInput {
  const text = textOf(message);
  const { lines } = fitted(text, TEXT_BYTES, (line) => bytesIn(plain(line)) + 1);
  const forms = { default: [text.title, ...lines.map(plain)].join('\n'), sms: inAscii(text.title, SNS_LIMITS.sms) };
  const fifo = topic.endsWith('.fifo')
    ? {
        MessageGroupId: 'flyball',
        MessageDeduplicationId: createHash('sha256').update(message.id).digest('hex'),
      }
    : {};
  return {
    TopicArn: topic,
    Subject: inAscii(text.title, SNS_LIMITS.subject),
    MessageStructure: 'json',
    Message: JSON.stringify(forms),
    MessageAttributes: attributesOf(message),
    ...fifo,
  };
}

/** What subscriptions can filter by. */
function attributesOf(message: Message): NonNullable<PublishCommandInput['MessageAttributes']> {
  const highest = SEVERITIES.find((severity) => message.notices.some((notice) => notice.severity === severity));
  const attributes = { kind: message.kind, ...(highest === undefined ? {} : { severity: highest }) };
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name, { DataType: 'String', StringValue: value }]),
  );
}

function inAscii(text: string, limit: number): string {
  return cutToLength(text.normalize('NFKD').replace(/\p{Mn}/gu, ''), limit)
    .replace(/…/g, '~')
    .replace(/[^\x20-\x7e]/gu, '?');
}

/** @throws {Failed} */
export async function sendSns(config: ConfigOf<'sns'>, message: Message, clock: Clock, signal: AbortSignal) {
  const { PublishCommand, SNSClient } = await import('@aws-sdk/client-sns');
  const [, , , region = ''] = config.topic.split(':');
  const client = new SNSClient({ region, maxAttempts: 1 });
  try {
    await asked('SNS', clock, signal, (abortSignal) =>
      client.send(new PublishCommand(snsPublish(config, message)), { abortSignal }),
    );
  } finally {
    client.destroy();
  }
}

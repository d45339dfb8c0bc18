// Stands where SQS is: keeps which records are to come back when, and which went to the dead-letter queue.
import type { Delay, OutgoingMessage, Queues } from '../redelivery/index.ts';

export interface DelayedRecord {
  readonly queue: string;
  readonly receiptHandle: string;
  /** After which it comes back. */
  readonly seconds: number;
}

export interface DeadLetter {
  readonly queue: string;
  readonly body: string | undefined;
  /** Attributes as text, among them `flyball-reason` and `flyball-attempts`. */
  readonly attributes: Readonly<Record<string, string | undefined>>;
}

/** Every queue has a dead-letter queue, called like it with `-dlq` behind. */
export class TestQueues implements Queues {
  readonly delayed: DelayedRecord[] = [];
  readonly deadLetters: DeadLetter[] = [];

  async delay(queueArn: string, delays: readonly Delay[]): Promise<void> {
    const queue = nameOf(queueArn);
    this.delayed.push(...delays.map(({ receiptHandle, seconds }) => ({ queue, receiptHandle, seconds })));
  }

  async deadLetterArnOf(queueArn: string): Promise<string> {
    return queueArn.endsWith('.fifo') ? `${queueArn.slice(0, -5)}-dlq.fifo` : `${queueArn}-dlq`;
  }

  async send(queueArn: string, { MessageBody, MessageAttributes = {} }: OutgoingMessage): Promise<void> {
    const attributes = Object.entries(MessageAttributes).map(([name, { StringValue }]) => [name, StringValue] as const);
    this.deadLetters.push({ queue: nameOf(queueArn), body: MessageBody, attributes: Object.fromEntries(attributes) });
  }
}

function nameOf(arn: string): string {
  return arn.slice(arn.lastIndexOf(':') + 1);
}

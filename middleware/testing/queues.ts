// Stands where SQS is: keeps which records are to come back when, and which went to the dead-letter queue.
import type { Delay, OutgoingMessage, Queues } from '../kernel/queues.ts';

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

export interface ParkedEvent {
  /** The address that `FLYBALL_PARKING_QUEUE` had. */
  readonly queue: string;
  readonly body: string | undefined;
  /** Until when it is not delivered. */
  readonly delaySeconds: number;
}

/** Every queue has a dead-letter queue, called like it with `-dlq` behind. */
export class TestQueues implements Queues {
  readonly delayed: DelayedRecord[] = [];
  readonly deadLetters: DeadLetter[] = [];
  readonly parked: ParkedEvent[] = [];

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

  async sendTo(queue: string, { MessageBody, DelaySeconds = 0 }: OutgoingMessage): Promise<void> {
    this.parked.push({ queue, body: MessageBody, delaySeconds: DelaySeconds });
  }
}

function nameOf(arn: string): string {
  return arn.slice(arn.lastIndexOf(':') + 1);
}

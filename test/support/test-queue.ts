// A standard queue in a test's own time: records are invisible for as long as flyball has told SQS, and come in no order.
import type { SQSEvent } from 'aws-lambda';
import type { FakeClock } from '../../middleware/testing/clock.ts';
import type { DelayedRecord } from '../../middleware/testing/queues.ts';
import { seededRandom } from '../../middleware/testing/random.ts';
import { sqs } from './events.ts';

interface Message {
  readonly id: string;
  readonly body: string;
  readonly sentAt: number;
  visibleAt: number;
  receives: number;
}

const BATCH = 10;
const VISIBILITY_MS = 60_000;

export class TestQueue {
  readonly #clock: FakeClock;
  readonly #told: { readonly delayed: readonly DelayedRecord[] };
  readonly #messages = new Map<string, Message>();
  readonly #random = seededRandom(7);
  #heard = 0;
  /** How often messages were received, in all. */
  receives = 0;
  /** How often the one was that was received most. */
  most = 0;

  constructor(clock: FakeClock, told: { readonly delayed: readonly DelayedRecord[] }) {
    this.#clock = clock;
    this.#told = told;
  }

  get size(): number {
    return this.#messages.size;
  }

  send(body: string): void {
    const id = `message-${body}`;
    const now = this.#clock.now();
    this.#messages.set(id, { id, body, sentAt: now, visibleAt: now, receives: 0 });
  }

  /** A batch of what is visible, roughly the oldest first as SQS has it; undefined when there is nothing. */
  receive(): SQSEvent | undefined {
    const now = this.#clock.now();
    const visible = [...this.#messages.values()].filter(({ visibleAt }) => visibleAt <= now);
    if (visible.length === 0) return undefined;
    const from = Math.floor(this.#random() * Math.max(1, Math.min(visible.length - BATCH, 5 * BATCH)));
    const batch = visible.slice(from, from + BATCH);
    for (const message of batch) {
      message.receives++;
      message.visibleAt = now + VISIBILITY_MS;
      this.receives++;
      this.most = Math.max(this.most, message.receives);
    }
    const event = sqs(batch.map(({ id, body }) => ({ messageId: id, body })));
    event.Records.forEach((record, i) => {
      const { receives = 0, sentAt = 0 } = batch[i] ?? {};
      record.receiptHandle = record.messageId;
      record.attributes.ApproximateReceiveCount = String(receives);
      record.attributes.SentTimestamp = String(sentAt);
    });
    return event;
  }

  /**
   * What Lambda does with an answer: what is not in it is deleted, and the rest comes back when flyball has said. `tookMs`
   * is how long it took to come to it.
   */
  answer({ Records }: SQSEvent, response: unknown, tookMs = 0): void {
    const returned = new Set(idsOf(response));
    for (const { messageId } of Records) if (!returned.has(messageId)) this.#messages.delete(messageId);
    for (const { receiptHandle, seconds } of this.#told.delayed.slice(this.#heard)) {
      const message = this.#messages.get(receiptHandle);
      if (message) message.visibleAt = this.#clock.now() + tookMs + seconds * 1000;
    }
    this.#heard = this.#told.delayed.length;
  }
}

function idsOf(response: unknown): string[] {
  if (typeof response !== 'object' || response === null || !('batchItemFailures' in response)) return [];
  const { batchItemFailures } = response;
  return (batchItemFailures as { readonly itemIdentifier: string }[]).map(({ itemIdentifier }) => itemIdentifier);
}

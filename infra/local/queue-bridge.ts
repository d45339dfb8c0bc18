// Delivers queue messages to functions as Lambda's event source mapping does: batches, partial failures, redelivery.
import { DeleteMessageBatchCommand, type Message, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { QueueMapping } from './event-sources.ts';
import { queueEvent, settledIds } from './events/queue-event.ts';
import { type LocalLambda, type Log, reasonOf } from './lambda.ts';

interface Bridge {
  readonly client: SQSClient;
  readonly lambda: LocalLambda;
  readonly urlOf: (queueArn: string) => string;
  readonly log: Log;
  /** The trace a message was sent in, as `AWSTraceHeader` has it. */
  readonly traceOf: (messageId: string | undefined) => string | undefined;
  readonly signal: AbortSignal;
}

/** Lambda begins with five pollers; three are enough to have batches overlap. */
const POLLERS = 3;
/** SQS gives no more at once. */
const RECEIVE_AT_MOST = 10;
const LONG_POLL_S = 5;
const PAUSE_AFTER_ERROR_MS = 1_000;

/** Polls until stopped; the returned function stops it and waits for what is under way, at most `graceMs`. */
export function bridgeQueues(
  mappings: readonly QueueMapping[],
  sqs: string,
  parts: Omit<Bridge, 'client' | 'signal'>,
): (graceMs: number) => Promise<void> {
  const stop = new AbortController();
  const client = new SQSClient({ endpoint: sqs, maxAttempts: 1, useQueueUrlAsEndpoint: false });
  const bridge = { ...parts, client, signal: stop.signal };
  const loops = mappings.flatMap((mapping) => Array.from({ length: POLLERS }, () => poll(mapping, bridge)));
  return async (graceMs) => {
    stop.abort();
    await Promise.race([Promise.all(loops), pause(graceMs)]);
    client.destroy();
  };
}

async function poll(mapping: QueueMapping, bridge: Bridge): Promise<void> {
  const { signal, log } = bridge;
  while (!signal.aborted) {
    try {
      const messages = await receive(mapping, bridge);
      if (messages.length > 0) await deliver(mapping, messages, bridge);
    } catch (error) {
      if (signal.aborted) return;
      log(`queue ${nameOf(mapping)}: ${error instanceof Error ? error.message : String(error)}`);
      await pause(PAUSE_AFTER_ERROR_MS);
    }
  }
}

async function receive(mapping: QueueMapping, { client, urlOf, traceOf, signal }: Bridge): Promise<Message[]> {
  const { Messages = [] } = await client.send(
    new ReceiveMessageCommand({
      QueueUrl: urlOf(mapping.queueArn),
      MaxNumberOfMessages: Math.min(mapping.batchSize, RECEIVE_AT_MOST),
      WaitTimeSeconds: LONG_POLL_S,
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
    }),
    { abortSignal: signal },
  );
  return Messages.map((message) => {
    const AWSTraceHeader = traceOf(message.MessageId);
    return AWSTraceHeader === undefined
      ? message
      : { ...message, Attributes: { AWSTraceHeader, ...message.Attributes } };
  });
}

/** What is not settled stays in flight: it comes back when its visibility ends, which the function may have moved. */
async function deliver(mapping: QueueMapping, messages: Message[], { client, lambda, urlOf, log }: Bridge) {
  const { functionName, queueArn, reportsFailures } = mapping;
  const { payload, failed } = await lambda.invoke(functionName, queueEvent(messages, queueArn));
  if (failed) {
    log(`queue ${nameOf(mapping)}: ${functionName} failed (${reasonOf(payload)}), the whole batch comes back`);
    return;
  }
  const ids = messages.map(({ MessageId = '' }) => MessageId);
  const settled = new Set(settledIds(ids, payload, reportsFailures));
  const entries = messages.flatMap(({ MessageId = '', ReceiptHandle }, index) =>
    settled.has(MessageId) ? [{ Id: String(index), ReceiptHandle }] : [],
  );
  if (entries.length === 0) return;
  await client.send(new DeleteMessageBatchCommand({ QueueUrl: urlOf(queueArn), Entries: entries }));
}

function nameOf({ queueArn }: QueueMapping): string {
  return queueArn.split(':').pop() ?? queueArn;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms));
}

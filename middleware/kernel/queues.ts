// Speaks SQS for redelivery and parking: one client an instance, loaded when first needed, every call within a limit of its own.
import type * as Sdk from '@aws-sdk/client-sqs';
import type { Clock } from './clock.ts';
import type { Instance } from './instance.ts';
import { notInstalled } from './optional.ts';

interface Loaded {
  readonly sdk: typeof Sdk;
  readonly client: Sdk.SQSClient;
}

/** How long one call may take, ms; the first also loads the client and connects. */
const LIMIT_MS = 1_500;
/** The same of what nobody waits for, and what would be given up otherwise. */
const PATIENT_LIMIT_MS = 10_000;
/** The API's largest batch. */
const BATCH = 10;
/** A queue found without a dead-letter queue is asked again after this, ms. */
const ASK_AGAIN_MS = 60_000;

export interface Delay {
  readonly receiptHandle: string;
  /** Visibility timeout from now, whole seconds. */
  readonly seconds: number;
}

export type OutgoingMessage = Omit<Sdk.SendMessageRequest, 'QueueUrl'>;

export interface Queues {
  /** Sets when received messages come back. What SQS will not change comes back at its own time. */
  delay(queueArn: string, delays: readonly Delay[], limitMs: number): Promise<void>;
  /** The ARN of a queue's dead-letter queue; undefined if it has none. */
  deadLetterArnOf(queueArn: string, limitMs: number): Promise<string | undefined>;
  send(queueArn: string, message: OutgoingMessage, limitMs: number): Promise<void>;
  /** As `send`, to a queue known by its address, and patiently. */
  sendTo(queueUrl: string, message: OutgoingMessage, limitMs: number): Promise<void>;
}

const QUEUES = {};

export function queuesOf(instance: Instance): Queues {
  return instance.state<Queues>(QUEUES, () => new SqsQueues(instance.clock));
}

/** Puts something in SQS's place, on an instance that has not spoken to it yet. */
export function replaceQueues(instance: Instance, queues: Queues): void {
  instance.state(QUEUES, () => queues);
}

class SqsQueues implements Queues {
  readonly #clock: Clock;
  #loaded: Promise<Loaded> | undefined;
  readonly #urls = new Map<string, string>();
  readonly #deadLetterArns = new Map<string, { readonly arn: string | undefined; readonly atMs: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async delay(queueArn: string, delays: readonly Delay[], limitMs: number): Promise<void> {
    await this.#within(limitMs, async ({ sdk, client }, abortSignal) => {
      const QueueUrl = await this.#urlOf(queueArn, abortSignal);
      const batches: Promise<unknown>[] = [];
      for (let i = 0; i < delays.length; i += BATCH) {
        const Entries = delays.slice(i, i + BATCH).map(({ receiptHandle, seconds }, n) => ({
          Id: String(n),
          ReceiptHandle: receiptHandle,
          VisibilityTimeout: seconds,
        }));
        batches.push(client.send(new sdk.ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries }), { abortSignal }));
      }
      await Promise.all(batches);
    });
  }

  async deadLetterArnOf(queueArn: string, limitMs: number): Promise<string | undefined> {
    const nowMs = this.#clock.now();
    const known = this.#deadLetterArns.get(queueArn);
    if (known && (known.arn !== undefined || nowMs - known.atMs < ASK_AGAIN_MS)) return known.arn;
    const arn = await this.#within(limitMs, async ({ sdk, client }, abortSignal) => {
      const QueueUrl = await this.#urlOf(queueArn, abortSignal);
      const { Attributes } = await client.send(
        new sdk.GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['RedrivePolicy'] }),
        { abortSignal },
      );
      return targetOf(Attributes?.RedrivePolicy);
    });
    this.#deadLetterArns.set(queueArn, { arn, atMs: nowMs });
    return arn;
  }

  async send(queueArn: string, message: OutgoingMessage, limitMs: number): Promise<void> {
    await this.#within(limitMs, async ({ sdk, client }, abortSignal) => {
      const QueueUrl = await this.#urlOf(queueArn, abortSignal);
      await client.send(new sdk.SendMessageCommand({ QueueUrl, ...message }), { abortSignal });
    });
  }

  async sendTo(QueueUrl: string, message: OutgoingMessage, limitMs: number): Promise<void> {
    const send = async ({ sdk, client }: Loaded, abortSignal: AbortSignal) => {
      await client.send(new sdk.SendMessageCommand({ QueueUrl, ...message }), { abortSignal });
    };
    await this.#within(limitMs, send, PATIENT_LIMIT_MS);
  }

  /** `arn:aws:sqs:region:account:name`; the address behind it is SQS's to tell. */
  async #urlOf(queueArn: string, abortSignal: AbortSignal): Promise<string> {
    const known = this.#urls.get(queueArn);
    if (known !== undefined) return known;
    const { sdk, client } = await this.#load();
    const [, , , , account, name] = queueArn.split(':');
    const { QueueUrl } = await client.send(
      new sdk.GetQueueUrlCommand({ QueueName: name, ...(account ? { QueueOwnerAWSAccountId: account } : {}) }),
      { abortSignal },
    );
    if (QueueUrl === undefined) throw new Error(`SQS gave no address for the queue ${queueArn}`);
    this.#urls.set(queueArn, QueueUrl);
    return QueueUrl;
  }

  #load(): Promise<Loaded> {
    // The module costs a cold start tens of ms: only a failure pays for it.
    this.#loaded ??= import('@aws-sdk/client-sqs').catch(notInstalled('@aws-sdk/client-sqs')).then((sdk) => ({
      sdk,
      client: new sdk.SQSClient({ maxAttempts: 1, useQueueUrlAsEndpoint: false }),
    }));
    return this.#loaded;
  }

  async #within<T>(
    limitMs: number,
    run: (loaded: Loaded, abortSignal: AbortSignal) => Promise<T>,
    atMostMs = LIMIT_MS,
  ): Promise<T> {
    const abort = new AbortController();
    const cancel = this.#clock.after(Math.min(atMostMs, limitMs), () => abort.abort());
    try {
      return await run(await this.#load(), abort.signal);
    } finally {
      cancel();
    }
  }
}

function targetOf(redrivePolicy: string | undefined): string | undefined {
  if (redrivePolicy === undefined || redrivePolicy === '') return undefined;
  const policy: unknown = JSON.parse(redrivePolicy);
  if (typeof policy !== 'object' || policy === null || !('deadLetterTargetArn' in policy)) return undefined;
  return typeof policy.deadLetterTargetArn === 'string' ? policy.deadLetterTargetArn : undefined;
}

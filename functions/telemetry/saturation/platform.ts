// What AWS says of the limits that telemetry cannot know: how many of a function may run at once, and how deep queues are.
import type { LambdaClient } from '@aws-sdk/client-lambda';
import type { SQSClient } from '@aws-sdk/client-sqs';

/** Or why it is not known. */
export type Asked<T> = T | { readonly unknown: string };

export interface AccountLimits {
  /** Of all functions of the account and Region together. */
  readonly concurrency: number;
  /** Of those that have nothing reserved. */
  readonly unreserved: number;
}

export interface QueueState {
  /** Messages that wait, about. */
  readonly depth: number;
  /** Messages that are being worked on, about. */
  readonly inFlight: number;
  /** Messages that are not to be seen yet, about. */
  readonly delayed: number;
  /** How old a message may become, ms. */
  readonly keptMs: number;
  /** The name of the queue that takes what this one gives up. */
  readonly deadLetters: string | undefined;
}

export interface Platform {
  accountLimits(): Promise<Asked<AccountLimits>>;
  /** What is reserved for a function; undefined when nothing is. */
  reservedConcurrency(functionName: string): Promise<Asked<{ readonly reserved: number | undefined }>>;
  queue(name: string): Promise<Asked<QueueState>>;
}

export interface Clients {
  readonly lambda: () => Promise<LambdaClient>;
  readonly sqs: () => Promise<SQSClient>;
}

const PATIENCE_MS = 3_000;

/** Loaded when they are first asked: few requests need them. */
export function defaultClients(): Clients {
  let lambda: Promise<LambdaClient> | undefined;
  let sqs: Promise<SQSClient> | undefined;
  return {
    lambda: () =>
      (lambda ??= import('@aws-sdk/client-lambda').then(({ LambdaClient }) => new LambdaClient({ maxAttempts: 2 }))),
    sqs: () =>
      (sqs ??= import('@aws-sdk/client-sqs').then(
        ({ SQSClient }) => new SQSClient({ maxAttempts: 2, useQueueUrlAsEndpoint: false }),
      )),
  };
}

export function awsPlatform(clients: Clients = defaultClients()): Platform {
  return {
    accountLimits: () =>
      orUnknown(async (abortSignal) => {
        const { GetAccountSettingsCommand } = await import('@aws-sdk/client-lambda');
        const client = await clients.lambda();
        const { AccountLimit } = await client.send(new GetAccountSettingsCommand({}), { abortSignal });
        const { ConcurrentExecutions, UnreservedConcurrentExecutions } = AccountLimit ?? {};
        if (ConcurrentExecutions === undefined) return { unknown: 'Lambda names no limit of this account.' };
        return {
          concurrency: ConcurrentExecutions,
          unreserved: UnreservedConcurrentExecutions ?? ConcurrentExecutions,
        };
      }),
    reservedConcurrency: (FunctionName) =>
      orUnknown(async (abortSignal) => {
        const { GetFunctionConcurrencyCommand } = await import('@aws-sdk/client-lambda');
        const client = await clients.lambda();
        const answer = await client.send(new GetFunctionConcurrencyCommand({ FunctionName }), { abortSignal });
        return { reserved: answer.ReservedConcurrentExecutions };
      }),
    queue: (QueueName) =>
      orUnknown(async (abortSignal) => {
        const { GetQueueAttributesCommand, GetQueueUrlCommand } = await import('@aws-sdk/client-sqs');
        const client = await clients.sqs();
        const { QueueUrl } = await client.send(new GetQueueUrlCommand({ QueueName }), { abortSignal });
        const { Attributes = {} } = await client.send(
          new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }),
          { abortSignal },
        );
        return stateOf(Attributes);
      }),
  };
}

function stateOf(attributes: Readonly<Record<string, string>>): QueueState {
  const number = (name: string) => Number(attributes[name] ?? 0);
  return {
    depth: number('ApproximateNumberOfMessages'),
    inFlight: number('ApproximateNumberOfMessagesNotVisible'),
    delayed: number('ApproximateNumberOfMessagesDelayed'),
    keptMs: number('MessageRetentionPeriod') * 1000,
    deadLetters: deadLettersOf(attributes['RedrivePolicy']),
  };
}

/** Of the policy's ARN, the name. */
function deadLettersOf(redrivePolicy: string | undefined): string | undefined {
  if (redrivePolicy === undefined || redrivePolicy === '') return undefined;
  const policy: unknown = JSON.parse(redrivePolicy);
  if (typeof policy !== 'object' || policy === null || !('deadLetterTargetArn' in policy)) return undefined;
  const { deadLetterTargetArn: arn } = policy;
  return typeof arn === 'string' ? arn.split(':').pop() : undefined;
}

/** What telemetry itself knows is worth an answer without it. */
async function orUnknown<T>(ask: (signal: AbortSignal) => Promise<Asked<T>>): Promise<Asked<T>> {
  try {
    return await ask(AbortSignal.timeout(PATIENCE_MS));
  } catch (error) {
    return { unknown: whyUnknown(error) };
  }
}

/** Without the names of roles and accounts, which are no reader's business. */
export function whyUnknown(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.name.startsWith('AccessDenied')
    ? `${error.name}: telemetry's role may not ask; it knows what begins with this stack's names alone.`
    : `${error.name}: ${error.message}`;
}

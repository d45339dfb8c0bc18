// The control plane's adapter: the AWS SDK's client, injectable, one attempt a call.
import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  DynamoDBClient,
  DynamoDBServiceException,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { type StoredAttribute, unmarshalItem } from '../marshal.ts';
import { type CallOptions, type Item, type Key, StoreRejected, type Table, type Written } from '../port.ts';
import { LONGEST_IDLE_MS } from './connections.ts';
import { aborted, timedOut, unreachable } from './failures.ts';
import { queryInput, toCursor } from './query.ts';
import { failureOf } from './rejections.ts';
import { requestsFor } from './requests.ts';

export interface SdkTableOptions {
  readonly tableName: string;
  /** Default: a client configured by the environment, with one attempt a call. */
  readonly client?: DynamoDBClient;
  /** For how long that client trusts a connection nobody uses, in ms. */
  readonly longestIdleMs?: number;
  /** Time limit of a call that sets none, in ms. */
  readonly defaultTimeoutMs?: number;
}

/** One attempt a call, over connections that are hung up before their other end does it, or a frozen environment forgets. */
function clientOf(longestIdleMs: number): DynamoDBClient {
  const agent = { keepAlive: true, maxSockets: 50, timeout: longestIdleMs };
  return new DynamoDBClient({ maxAttempts: 1, requestHandler: { httpAgent: agent, httpsAgent: agent } });
}

/** The table through the AWS SDK. A deleted item's `Written.item` is the item as it was, or its key. */
export function sdkTable(options: SdkTableOptions): Table {
  const { tableName, longestIdleMs = LONGEST_IDLE_MS, defaultTimeoutMs = 2000 } = options;
  const client = options.client ?? clientOf(longestIdleMs);
  const binary = (bytes: Uint8Array) => bytes;
  const requests = requestsFor(tableName, binary);

  async function exchange<T>(
    operation: string,
    { timeoutMs = defaultTimeoutMs, signal }: CallOptions,
    send: (abortSignal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const what = `${operation} on table "${tableName}"`;
    if (signal?.aborted) throw aborted(what, signal.reason);
    const limit = new AbortController();
    const onAbort = () => limit.abort();
    const timer = setTimeout(onAbort, timeoutMs);
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      return await send(limit.signal);
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) throw error;
      if (signal?.aborted) throw aborted(what, signal.reason);
      if (limit.signal.aborted) throw timedOut(what, timeoutMs, error);
      throw mapped(what, error);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    }
  }

  async function get(
    key: Key,
    options: CallOptions & { readonly consistent?: boolean } = {},
  ): Promise<Item | undefined> {
    const command = new GetItemCommand(requests.get(key, options.consistent));
    const { Item } = await exchange('GetItem', options, (abortSignal) => client.send(command, { abortSignal }));
    return Item === undefined ? undefined : unmarshalItem(Item);
  }

  /** Settles a lost race. Only other endpoints than AWS's own are asked again: see `overridden`. */
  async function written(key: Key, options: CallOptions, write: () => Promise<Item>): Promise<Written> {
    try {
      return { applied: true, item: await write() };
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      if (error.Item !== undefined) return { applied: false, item: unmarshalItem(error.Item) };
      return {
        applied: false,
        item: overridden(client) ? await get(key, { ...options, consistent: true }) : undefined,
      };
    }
  }

  return {
    get,
    put: (request) =>
      written(request.item, request, async () => {
        const command = new PutItemCommand(requests.put(request));
        await exchange('PutItem', request, (abortSignal) => client.send(command, { abortSignal }));
        return request.item;
      }),
    update: (request) =>
      written(request.key, request, async () => {
        const command = new UpdateItemCommand(requests.update(request));
        const { Attributes } = await exchange('UpdateItem', request, (abortSignal) =>
          client.send(command, { abortSignal }),
        );
        return unmarshalItem(Attributes ?? {});
      }),
    delete: (request) =>
      written(request.key, request, async () => {
        const command = new DeleteItemCommand(requests.delete(request));
        const { Attributes } = await exchange('DeleteItem', request, (abortSignal) =>
          client.send(command, { abortSignal }),
        );
        return Attributes === undefined ? { ...request.key } : unmarshalItem(Attributes);
      }),
    async query(request) {
      const command = new QueryCommand(queryInput(tableName, binary, request));
      const { Items = [], LastEvaluatedKey } = await exchange('Query', request, (abortSignal) =>
        client.send(command, { abortSignal }),
      );
      const last: { [name: string]: StoredAttribute } | undefined = LastEvaluatedKey;
      return { items: Items.map(unmarshalItem), ...toCursor(last) };
    },
  };
}

/**
 * Whether the client talks to something other than AWS's own endpoint. There, `ALL_OLD` on a failed condition is
 * honoured, and no item in the error means that there is none. An emulator (dynalite) may ignore it, so the item has
 * to be read; a VPC endpoint set this way costs that read only when the item really does not exist.
 */
function overridden(client: DynamoDBClient): boolean {
  const { AWS_ENDPOINT_URL_DYNAMODB, AWS_ENDPOINT_URL } = process.env;
  return (client.config.endpoint ?? AWS_ENDPOINT_URL_DYNAMODB ?? AWS_ENDPOINT_URL) !== undefined;
}

function mapped(what: string, error: unknown): Error {
  if (error instanceof DynamoDBServiceException) {
    return failureOf(what, error.$metadata.httpStatusCode ?? 400, error.name, error.message);
  }
  if (!(error instanceof Error))
    return new StoreRejected('UnknownError', `${what}: failed without an error`, { cause: error });
  // What Node and the SDK's transport give a code came from the network; the rest is configuration (no Region, no credentials).
  if ('code' in error || error.name === 'TimeoutError') return unreachable(what, 'the store', error);
  return new StoreRejected(error.name, `${what}: ${error.message}`, { cause: error });
}

// The data plane's adapter: a small signed client, since the AWS SDK alone would cost a cold start 60 to 90 ms.
import { type StoredAttribute, unmarshalItem } from '../marshal.ts';
import { type CallOptions, type Item, type Key, StoreUnavailable, type Table, type Written } from '../port.ts';
import { narrow, type Skew, type SkewRecord } from '../skew.ts';
import type { TimeSource } from '../time.ts';
import { destinationFrom, type DestinationOptions, type Environment } from './destination.ts';
import { exchanger } from './exchange.ts';
import { errorType } from './failures.ts';
import { requestsFor } from './requests.ts';
import { signer } from './sign.ts';

export interface SignedTableOptions extends DestinationOptions {
  readonly tableName: string;
  readonly clock: TimeSource;
  /** Time limit of a call that sets none, in ms. */
  readonly defaultTimeoutMs?: number;
  /** The same for calls begun before any has ended: they also connect and shake hands. */
  readonly firstTimeoutMs?: number;
  /** Where the endpoint, Region and credentials are looked up unless given. */
  readonly environment?: Environment;
}

export interface SignedTable extends Table {
  /** What is certain about the store's clock against this machine's; undefined before the first answer. */
  skew(): Skew | undefined;
}

/** What an answer of DynamoDB's may hold. */
interface AnswerBody {
  readonly __type?: string;
  readonly message?: string;
  readonly Message?: string;
  readonly Item?: { readonly [name: string]: StoredAttribute };
  readonly Items?: readonly { readonly [name: string]: StoredAttribute }[];
  readonly Attributes?: { readonly [name: string]: StoredAttribute };
  readonly LastEvaluatedKey?: { readonly [name: string]: StoredAttribute };
}

type Outcome = { readonly lostRace: boolean; readonly overridden: boolean; readonly body: AnswerBody };

/**
 * The table through a signed POST: no SDK, one attempt, its own time limit. A deleted item's `Written.item` is the item
 * as it was, or its key.
 */
export function signedTable(options: SignedTableOptions): SignedTable {
  const { tableName, clock, defaultTimeoutMs = 100, firstTimeoutMs = 250, environment = process.env } = options;
  const binary = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
  const requests = requestsFor(tableName, binary);
  const destination = destinationFrom(options, environment);
  const exchange = exchanger(clock);
  let sign: ReturnType<typeof signer> | undefined;
  let anyEnded = false;
  let skew: SkewRecord | undefined;

  async function call(operation: string, input: object, { timeoutMs, signal }: CallOptions): Promise<Outcome> {
    const what = `${operation} on table "${tableName}"`;
    const { endpoint, region, credentials, overridden } = destination();
    const body = JSON.stringify(input);
    sign ??= signer();
    const headers = sign({
      host: endpoint.host,
      path: endpoint.pathname,
      region,
      operation,
      body,
      credentials,
      nowMs: clock.now(),
    });
    const limitMs = timeoutMs ?? (anyEnded ? defaultTimeoutMs : firstTimeoutMs);
    const answer = await exchange({ what, endpoint, headers, body, timeoutMs: limitMs, signal }).finally(() => {
      anyEnded = true;
    });
    if (answer.dateMs !== undefined) skew = narrow(skew, { ...answer, dateMs: answer.dateMs });
    const parsed = parse(what, answer.status, answer.body);
    if (answer.status === 200) return { lostRace: false, overridden, body: parsed };
    const type = parsed.__type ?? '';
    if (errorType(type) === 'ConditionalCheckFailedException') return { lostRace: true, overridden, body: parsed };
    const { failureOf } = await import('./rejections.ts');
    throw failureOf(what, answer.status, type, parsed.message ?? parsed.Message ?? '');
  }

  async function get(
    key: Key,
    options: CallOptions & { readonly consistent?: boolean } = {},
  ): Promise<Item | undefined> {
    const { body } = await call('GetItem', requests.get(key, options.consistent), options);
    return body.Item && unmarshalItem(body.Item);
  }

  /**
   * Settles a conditional write. AWS honours `ALL_OLD` on a failed condition: no item in its answer means that there is
   * none. An emulator (dynalite) may ignore it, so where the endpoint is not AWS's own, the item is read.
   */
  async function write(
    operation: string,
    input: object,
    key: Key,
    options: CallOptions,
    itemOf: (body: AnswerBody) => Item,
  ): Promise<Written> {
    const { lostRace, overridden, body } = await call(operation, input, options);
    if (!lostRace) return { applied: true, item: itemOf(body) };
    if (body.Item !== undefined) return { applied: false, item: unmarshalItem(body.Item) };
    return { applied: false, item: overridden ? await get(key, { ...options, consistent: true }) : undefined };
  }

  return {
    get,
    put: async (request) => write('PutItem', requests.put(request), request.item, request, () => request.item),
    update: async (request) =>
      write('UpdateItem', requests.update(request), request.key, request, ({ Attributes = {} }) =>
        unmarshalItem(Attributes),
      ),
    delete: async (request) =>
      write('DeleteItem', requests.delete(request), request.key, request, ({ Attributes }) =>
        Attributes === undefined ? { ...request.key } : unmarshalItem(Attributes),
      ),
    async query(request) {
      const { queryInput, toCursor } = await import('./query.ts');
      const { body } = await call('Query', queryInput(tableName, binary, request), request);
      return { items: (body.Items ?? []).map(unmarshalItem), ...toCursor(body.LastEvaluatedKey) };
    },
    skew: () => skew && { lowMs: skew.lowMs, highMs: skew.highMs },
  };
}

/** The answer's JSON. A proxy or load balancer in between may answer with something else. */
function parse(what: string, status: number, text: string): AnswerBody {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === 'object' && body !== null) return body;
  } catch {
    // Not JSON: reported below.
  }
  throw new StoreUnavailable('server', `${what}: the answer (${status}) was not DynamoDB's JSON`);
}

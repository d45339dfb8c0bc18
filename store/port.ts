// The port: the few things flyball asks of its table. Adapters speak DynamoDB; everyone else speaks this.
import type { Skew } from './skew.ts';

/** A plain value an item may hold. `Uint8Array` is a binary attribute. */
export type Value = string | number | boolean | null | Uint8Array | Value[] | { [name: string]: Value | undefined };

/** An item as plain values, keyed by attribute name. */
export type Item = { [name: string]: Value | undefined };

export interface Key {
  readonly pk: string;
  readonly sk: string;
}

/** What every call may set. */
export interface CallOptions {
  /** Time limit of this one exchange in ms; default is the adapter's. */
  readonly timeoutMs?: number;
  /** Aborts the exchange; the call then rejects with `StoreUnavailable`. A write may still have been applied. */
  readonly signal?: AbortSignal;
}

/** A DynamoDB expression with its substitutions: names as `{ '#state': 'state' }`, values as `{ ':now': 1 }`. */
export interface Expression {
  readonly condition?: string;
  readonly names?: { readonly [placeholder: string]: string };
  readonly values?: { readonly [placeholder: string]: Value };
}

/**
 * What became of a conditional write. A lost race is a normal outcome, not an error: `applied` is false, and `item` is
 * the item as it stands (undefined if there is none). When it was applied, `item` is the item as written; of a delete,
 * the item as it was, or its key if there was none.
 */
export type Written =
  { readonly applied: true; readonly item: Item } | { readonly applied: false; readonly item: Item | undefined };

export interface UpdateRequest extends Expression, CallOptions {
  readonly key: Key;
  /** The update expression, e.g. `SET tat = tat + :cost`. */
  readonly update: string;
}

export interface PutRequest extends Expression, CallOptions {
  readonly item: Item & Key;
}

export interface DeleteRequest extends Expression, CallOptions {
  readonly key: Key;
}

export interface QueryRequest extends CallOptions {
  readonly pk: string;
  /** Narrows the sort key: a prefix, or a closed range. */
  readonly sk?: { readonly beginsWith: string } | { readonly between: readonly [string, string] };
  /** The sparse index of what is due: `pk` is then the value of `due`, and `dueFrom` and `dueUpTo` bound `dueAt` (ms, inclusive). */
  readonly index?: { readonly name: 'due'; readonly dueFrom?: number; readonly dueUpTo: number };
  readonly descending?: boolean;
  readonly limit?: number;
  /** From an earlier page's `cursor`. Opaque. */
  readonly cursor?: string;
  readonly consistent?: boolean;
}

export interface Page {
  readonly items: Item[];
  /** Present when there is more. */
  readonly cursor?: string;
}

/**
 * The table. Every call has a time limit, makes one attempt, and rejects with `StoreUnavailable` when there is no
 * answer, or `StoreRejected` when the store refused the call itself (a wrong key, no permission).
 */
export interface Table {
  /** The item, or undefined. Eventually consistent unless asked otherwise. */
  get(key: Key, options?: CallOptions & { readonly consistent?: boolean }): Promise<Item | undefined>;
  put(request: PutRequest): Promise<Written>;
  update(request: UpdateRequest): Promise<Written>;
  delete(request: DeleteRequest): Promise<Written>;
  query(request: QueryRequest): Promise<Page>;
  /** What is certain about the store's clock against this machine's, if the adapter looks at it; undefined before it knows. */
  skew?(): Skew | undefined;
}

/** No answer from the store: unreachable, timed out, throttled, aborted, or skipped because it has been so lately. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
  readonly code = 'STORE_UNAVAILABLE';
  readonly reason: 'timeout' | 'connect' | 'throttled' | 'server' | 'aborted' | 'backing-off';
  constructor(reason: StoreUnavailable['reason'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/** The store answered that the call itself is wrong or not allowed; trying again will not help. */
export class StoreRejected extends Error {
  override readonly name = 'StoreRejected';
  readonly code = 'STORE_REJECTED';
  /** DynamoDB's error type, e.g. `ValidationException`, `AccessDeniedException`, `ResourceNotFoundException`. */
  readonly type: string;
  constructor(type: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.type = type;
  }
}

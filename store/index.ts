// The store's front door for the data plane. The SDK's adapter and the control plane's items are imported by their own
// paths, so that no governed function ever bundles the AWS SDK.
export { guardedTable, type GuardedTable, type GuardView } from './guard.ts';
export { type SignedTable, signedTable, type SignedTableOptions } from './adapters/signed.ts';
export { due, keys, RULE_COPIES } from './keys.ts';
export {
  type CallOptions,
  type DeleteRequest,
  type Expression,
  type Item,
  type Key,
  type Page,
  type PutRequest,
  type QueryRequest,
  StoreRejected,
  StoreUnavailable,
  type Table,
  type UpdateRequest,
  type Value,
  type Written,
} from './port.ts';
export type { Skew } from './skew.ts';
export type { TimeSource } from './time.ts';
export { readDocument, readHead, type RulesHead } from './items/rules-read.ts';

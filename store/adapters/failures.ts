// What DynamoDB's error answers mean to flyball: try later, or never.
import { StoreRejected, StoreUnavailable } from '../port.ts';

const THROTTLED = new Set([
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
  'Throttling',
  'ThrottledException',
]);

/** The 4xx answers that are about the moment, not about the call. */
const PASSING = new Set(['TransactionConflictException', 'TransactionInProgressException', 'RequestTimeout']);

/**
 * DynamoDB answers these with the canonical request it computed, in which the session token stands in clear: the
 * answer's own words are never repeated.
 */
const MAY_QUOTE_SECRETS = new Set([
  'InvalidSignatureException',
  'IncompleteSignatureException',
  'IncompleteSignature',
  'SignatureDoesNotMatch',
]);

const ADVICE: { readonly [type: string]: string } = {
  ResourceNotFoundException: "check the table's name, Region and account",
  AccessDeniedException: "check what the role's policy allows on this table and these keys",
  UnrecognizedClientException: 'check that the credentials are valid and of this Region',
  ExpiredTokenException: 'the credentials have expired',
  InvalidSignatureException: "check the credentials and this machine's clock",
  IncompleteSignatureException: 'check the credentials',
  MissingAuthenticationTokenException: 'check the credentials',
};

const LONGEST_QUOTE = 300;

/**
 * The error for an answer of DynamoDB's. `type` may be qualified (`com.amazonaws.dynamodb.v20120810#ValidationException`);
 * `what` says which call it was, e.g. `UpdateItem on table "flyball"`.
 */
export function failureOf(
  what: string,
  status: number,
  qualifiedType: string,
  message: string,
): StoreUnavailable | StoreRejected {
  const type = errorType(qualifiedType);
  const said = MAY_QUOTE_SECRETS.has(type) || message === '' ? '' : `: ${message.slice(0, LONGEST_QUOTE)}`;
  const answer = `${what}: the store answered ${type} (${status})${said}`;
  if (THROTTLED.has(type)) return new StoreUnavailable('throttled', answer);
  if (status >= 500 || PASSING.has(type)) return new StoreUnavailable('server', answer);
  const advice = ADVICE[type];
  return new StoreRejected(type, advice === undefined ? answer : `${answer}; ${advice}`);
}

export function errorType(qualified: string): string {
  return qualified.slice(qualified.lastIndexOf('#') + 1) || 'UnknownError';
}

export const timedOut = (what: string, limitMs: number, cause?: unknown): StoreUnavailable =>
  new StoreUnavailable('timeout', `${what}: no answer within ${limitMs} ms`, { cause });

/** A caller that gave up because its own time limit passed tells as much about the store as a time limit of ours does. */
export const aborted = (what: string, cause?: unknown): StoreUnavailable =>
  new StoreUnavailable(
    cause instanceof DOMException && cause.name === 'TimeoutError' ? 'timeout' : 'aborted',
    `${what}: abandoned by the caller; a write may still have been applied`,
    { cause },
  );

export const unreachable = (what: string, where: string, cause: Error): StoreUnavailable =>
  new StoreUnavailable('connect', `${what}: no connection to ${where} (${codeOf(cause)})`, { cause });

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}

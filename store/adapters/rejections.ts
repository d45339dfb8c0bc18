// What DynamoDB's error answers mean to flyball: try later, or never. Loaded with the first of them.
import { StoreRejected, StoreUnavailable } from '../port.ts';
import { errorType } from './failures.ts';

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

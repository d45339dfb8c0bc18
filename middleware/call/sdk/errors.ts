// What an exception of the AWS SDK says: an answer of the dependency, or a failure and of which kind.
import type { Reply } from '../../kernel/outbound.ts';
import type { Reading } from '../caller.ts';

/** The dependency did its work, and this is what it has to say. */
const ANSWERS = new Set([
  'ConditionalCheckFailedException',
  'TransactionCanceledException',
  'PreconditionFailed',
  'NotModified',
  'NoSuchKey',
  'NotFound',
]);

/** A transaction cancelled for one of these has met no condition. */
const OVERLOADED = new Set(['ProvisionedThroughputExceeded', 'ThrottlingError', 'RequestLimitExceeded']);

/** Of the service, which waited for the rest of the request; a 400 all the same. */
const TIMED_OUT = new Set(['RequestTimeout', 'RequestTimeoutException']);

interface SdkError {
  readonly name?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: unknown; readonly clockSkewCorrected?: unknown };
  readonly $retryable?: { readonly throttling?: unknown };
  readonly $response?: { readonly headers?: Readonly<Record<string, unknown>> };
  readonly CancellationReasons?: readonly { readonly Code?: unknown }[];
}

/** Says no, but works: a condition that did not hold, an object that is not there. Nobody's failure. */
export function isAnswer(error: unknown): boolean {
  const { name, $metadata } = fieldsOf(error);
  const status = $metadata?.httpStatusCode;
  if (typeof status === 'number' && status >= 300 && status < 400) return true;
  return typeof name === 'string' && ANSWERS.has(name) && !isOverload(error);
}

/** The reply for what the SDK threw when it was no answer. */
export function replyOfSdkError(
  error: unknown,
  nowMs: number,
  { replyOfError, retryAfterMs }: Pick<Reading, 'replyOfError' | 'retryAfterMs'>,
): Reply {
  const { name, $response } = fieldsOf(error);
  const after = $response?.headers?.['retry-after'];
  const waitMs = retryAfterMs(typeof after === 'string' ? after : undefined, nowMs);
  const reply = isOverload(error)
    ? ({ outcome: 'throttled', error, sent: false } as const)
    : typeof name === 'string' && TIMED_OUT.has(name)
      ? ({ outcome: 'timeout', error, sent: true } as const)
      : replyOfError(error);
  return waitMs === undefined ? reply : { ...reply, retryAfterMs: waitMs };
}

/** Turned away for our clock alone, which the SDK has since set right: the request did nothing, and can go again. */
export function isSkewCorrected(error: unknown): boolean {
  return fieldsOf(error).$metadata?.clockSkewCorrected === true;
}

function isOverload(error: unknown): boolean {
  const { $retryable, CancellationReasons } = fieldsOf(error);
  if ($retryable?.throttling === true) return true;
  return (
    Array.isArray(CancellationReasons) &&
    CancellationReasons.some(
      ({ Code }: { readonly Code?: unknown }) => typeof Code === 'string' && OVERLOADED.has(Code),
    )
  );
}

function fieldsOf(error: unknown): SdkError {
  return typeof error === 'object' && error !== null ? error : {};
}

// What an exception says about a call: was it the connection, the time, the callee, or flyball itself.
import { BusinessFailure, DeadlineExceeded, FlyballError, Refused } from '../kernel/errors.ts';
import { Superseded, type Reply } from '../kernel/outbound.ts';
import { outcomeOfStatus, type Outcome } from '../kernel/outcome.ts';

/** Codes of Node and undici that mean: no connection, so nothing was sent. */
const NOT_CONNECTED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTDOWN',
  'UND_ERR_CONNECT_TIMEOUT',
]);

const TIMED_OUT = new Set(['ETIMEDOUT', 'ESOCKETTIMEDOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']);

/** Codes of Node and undici that mean: this can never be sent, e.g. since a header's name or value is none. */
const UNSENDABLE = new Set([
  'ERR_INVALID_CHAR',
  'ERR_INVALID_HTTP_TOKEN',
  'ERR_HTTP_INVALID_HEADER_VALUE',
  'UND_ERR_INVALID_ARG',
]);

/** The AWS SDK's names for being turned away. */
const THROTTLED = new Set([
  'TooManyRequestsException',
  'ThrottlingException',
  'Throttling',
  'ThrottledException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'SlowDown',
  'PriorRequestNotComplete',
  'BandwidthLimitExceeded',
  'EC2ThrottledException',
  'LimitExceededException',
  'RequestThrottled',
  'RequestThrottledException',
  'TransactionInProgressException',
]);

/** The reply for whatever was thrown while calling. */
export function replyOfError(error: unknown): Reply {
  if (error instanceof FlyballError) return replyOfOwn(error);
  const { name, code, status } = fieldsOf(error);
  if (THROTTLED.has(name)) return { outcome: 'throttled', error, sent: false };
  if (status !== undefined && status >= 400) {
    return { outcome: outcomeOfStatus(status), error, sent: true, response: { status, body: undefined } };
  }
  if (NOT_CONNECTED.has(code)) return { outcome: 'connect', error, sent: false };
  // Whoever made it up, it is nothing the dependency did.
  if (UNSENDABLE.has(code)) return { outcome: 'refused', error, sent: false, never: true };
  if (name === 'TimeoutError' || TIMED_OUT.has(code)) return { outcome: 'timeout', error, sent: true };
  return { outcome: 'error', error, sent: true };
}

export const isUnsendable = (error: unknown): error is Error => UNSENDABLE.has(fieldsOf(error).code);

/** flyball's own errors, thrown by calls made within the call: refusals are nobody's failure. */
function replyOfOwn(error: FlyballError): Reply {
  const never = error.headers['x-flyball-retry'] === 'never' ? { never: true } : {};
  return { outcome: outcomeOfOwn(error), error, sent: !(error instanceof Refused), ...never };
}

function outcomeOfOwn(error: FlyballError): Outcome {
  if (error instanceof Refused) return 'refused';
  if (error instanceof BusinessFailure) return `business:${error.businessCode}`;
  return error instanceof DeadlineExceeded ? 'timeout' : 'error';
}

/** The reply for an attempt that its signal has ended. `connected` is false while there was no connection yet. */
export function replyOfAbort(reason: unknown, connected: boolean): Reply {
  if (reason instanceof Superseded) return { outcome: 'refused', error: reason, sent: connected };
  if (reason instanceof DeadlineExceeded) return { outcome: 'timeout', error: reason, sent: connected };
  const timedOut = reason instanceof DOMException && reason.name === 'TimeoutError';
  // Time that ran out on connecting is a failure to connect: nothing was sent.
  if (timedOut) return { outcome: connected ? 'timeout' : 'connect', error: reason, sent: connected };
  return { outcome: 'error', error: reason, sent: connected };
}

/** Looks one level down as well: `fetch` wraps what went wrong. */
function fieldsOf(error: unknown): { name: string; code: string; status: number | undefined } {
  const outer = shallow(error);
  const inner = outer.code === '' && error instanceof Error ? shallow(error.cause) : outer;
  return { name: outer.name, code: outer.code || inner.code, status: outer.status };
}

function shallow(error: unknown): { name: string; code: string; status: number | undefined } {
  if (typeof error !== 'object' || error === null) return { name: '', code: '', status: undefined };
  const { name, code, status, statusCode, $metadata } = error as Record<string, unknown>;
  const metadata = typeof $metadata === 'object' && $metadata !== null ? ($metadata as Record<string, unknown>) : {};
  return {
    name: typeof name === 'string' ? name : '',
    code: typeof code === 'string' ? code : '',
    status: [metadata['httpStatusCode'], statusCode, status].find((value) => typeof value === 'number'),
  };
}

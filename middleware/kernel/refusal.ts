// Turns one of flyball's errors into what the trigger understands: an HTTP answer, a list of records, or a throw.
import { batchResponse } from './batch.ts';
import { BusinessFailure, DependencyFailed, Refused, type FlyballError } from './errors.ts';
import type { Invocation } from './invocation.ts';
import { recordsOf, type Face } from './trigger.ts';

const TITLES: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};

/** The answer for this invocation's trigger; undefined when the platform must see the error itself. */
export function answerFor(invocation: Invocation, error: FlyballError): unknown {
  const { face } = invocation.trigger;
  switch (face) {
    case 'http-v2':
    case 'http-v1':
    case 'alb':
      return webAnswer(face, problemOf(error), headersOf(invocation, error), invocation.event);
    case 'sqs':
      // Everything comes back; whoever refused also says after which delay.
      return error instanceof Refused ? batchResponse(recordsOf(invocation.event)) : undefined;
    case 'kinesis':
    case 'dynamodb':
      // The shard stops at the first failed record: nothing after it is lost or reordered.
      return error instanceof Refused ? batchResponse(recordsOf(invocation.event).slice(0, 1)) : undefined;
    case 'schedule':
      // A refused run is skipped and recorded as such, not retried into the next one.
      return error instanceof Refused ? { skipped: true, rule: error.rule } : undefined;
    default:
      return undefined;
  }
}

/** An RFC 9457 problem: what was wrong, by which rule, and when to come back. Never the cause, which may hold secrets. */
interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly rule?: string;
  readonly by?: string;
  readonly dependency?: string;
  /** Which attempt at the dependency was the last, and why there was no further one. */
  readonly attempts?: number;
  readonly gaveUp?: string;
  readonly businessCode?: string;
  readonly retryAfterMs?: number;
}

function problemOf(error: FlyballError): Problem {
  const { statusCode: status, code } = error;
  const problem = {
    type: 'about:blank',
    title: TITLES[status] ?? 'Error',
    status,
    detail: error.message.replace(`${code}: `, ''),
    code,
  };
  if (error instanceof Refused) {
    return {
      ...problem,
      ...error.problem,
      rule: error.rule,
      by: error.by,
      ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: Math.ceil(error.retryAfterMs) }),
    };
  }
  if (error instanceof BusinessFailure) {
    const { businessCode } = error;
    return { ...problem, detail: problem.detail.replace(`${businessCode}: `, ''), businessCode };
  }
  if (!(error instanceof DependencyFailed)) return problem;
  const { dependency, attempts, gaveUp } = error;
  return { ...problem, dependency, attempts, ...(gaveUp === undefined ? {} : { gaveUp }) };
}

/** Which instance decided is what an operator asks first when two answers differ. */
function headersOf({ instance }: Invocation, error: FlyballError): Record<string, string> {
  return { 'content-type': 'application/problem+json', 'x-flyball-instance': instance.id, ...error.headers };
}

/** An HTTP answer in the shape of the gateway in front; a load balancer set to multi-value headers takes only those. */
function webAnswer(face: Face, problem: Problem, headers: Record<string, string>, event: unknown): unknown {
  const answer = { statusCode: problem.status, body: JSON.stringify(problem) };
  if (face !== 'alb') return { ...answer, headers };
  const description = { statusDescription: `${problem.status} ${problem.title}`, isBase64Encoded: false };
  const multiValue = typeof event === 'object' && event !== null && 'multiValueHeaders' in event;
  return multiValue
    ? {
        ...answer,
        ...description,
        multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
      }
    : { ...answer, ...description, headers };
}

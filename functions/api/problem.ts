// What goes wrong over HTTP, as RFC 9457 problems: thrown anywhere below a route, answered in one place.
import { MOST_FAULTS } from '../../middleware/kernel/rules/faults.ts';

/** One of possibly many things wrong with what was sent: where (a JSON pointer into the body) and why. */
export interface FieldError {
  readonly path: string;
  readonly reason: string;
}

/** As many as one answer names: more are of no use to anybody, and whoever looks for them stops here. */
export const MAX_ERRORS = MOST_FAULTS;
/** A reason may quote what was sent, which may be long. */
const LONGEST_REASON = 512;

export interface ProblemDetails {
  /** For programs: one word that stays the same while sentences change. */
  readonly code: string;
  readonly errors?: readonly FieldError[];
  readonly headers?: Readonly<Record<string, string>>;
  /** More members of the answer, e.g. the current revision after a lost race. */
  readonly more?: Readonly<Record<string, unknown>>;
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  412: 'Precondition Failed',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  428: 'Precondition Required',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  503: 'Service Unavailable',
};

/** An answer that is not the one asked for. `message` becomes the `detail`: it is shown to the caller. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;
  readonly code: string;
  readonly errors: readonly FieldError[];
  readonly headers: Readonly<Record<string, string>>;
  readonly more: Readonly<Record<string, unknown>>;

  constructor(status: number, detail: string, details: ProblemDetails, options?: ErrorOptions) {
    super(detail, options);
    this.status = status;
    this.code = details.code;
    this.errors = details.errors ?? [];
    this.headers = details.headers ?? {};
    this.more = details.more ?? {};
  }
}

export const badRequest = (detail: string) => new Problem(400, detail, { code: 'BAD_REQUEST' });
export const notFound = (detail: string) => new Problem(404, detail, { code: 'NOT_FOUND' });

/** What was sent can be read, but not be meant: every error at once, up to the number and length of an answer. */
export function unprocessable(detail: string, code: string, errors: readonly FieldError[]): Problem {
  const named = errors.slice(0, MAX_ERRORS).map(({ path, reason }) => ({ path, reason: shortened(reason) }));
  return new Problem(422, detail, { code, errors: named });
}

function shortened(reason: string): string {
  return reason.length > LONGEST_REASON ? `${reason.slice(0, LONGEST_REASON)}…` : reason;
}

/** The body of a problem's answer; `requestId` names the occurrence, as logs do. */
export function problemBody(problem: Problem, requestId: string): string {
  const { status, code, message: detail, errors, more } = problem;
  return JSON.stringify({
    type: 'about:blank',
    title: TITLES[status] ?? 'Error',
    status,
    detail,
    instance: `urn:flyball:request:${requestId}`,
    code,
    ...(errors.length > 0 ? { errors } : {}),
    ...more,
  });
}

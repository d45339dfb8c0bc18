// The errors a caller may want to catch, one class a kind, each with a stable name and code and an HTTP face.
import type { GaveUp } from './outbound.ts';
import type { IncomingHttpHeaders } from 'node:http';
import type { Outcome } from './outcome.ts';

/** Which error of ours it is, whichever copy of flyball has thrown it: a layer and a bundle may each bring one. */
const CODE = Symbol.for('flyball.error');

/** Anything flyball throws on purpose. `statusCode`, `expose` and `headers` are what Middy's error handler reads. */
export abstract class FlyballError extends Error {
  static readonly CODE: string = 'FLYBALL';
  abstract readonly code: string;
  abstract readonly statusCode: number;
  readonly expose = true;
  /** Headers of the answer this error becomes, e.g. `retry-after`. */
  readonly headers: Record<string, string> = {};

  get [CODE](): string {
    return this.code;
  }

  /** Known by its code rather than by its class, of which another copy of flyball has its own. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    if (typeof value !== 'object' || value === null || !(CODE in value)) return false;
    if (this === FlyballError) return true;
    if (Object.hasOwn(this, 'CODE')) return value[CODE] === this.CODE;
    // Somebody's own class, derived from one of these.
    return Function.prototype[Symbol.hasInstance].call(this, value);
  }

  /** What may be written down of it: of requests and answers no header and no body. */
  toJSON(): object {
    const { name, code, message, statusCode } = this;
    return { name, code, message, statusCode };
  }
}

/** Why flyball refused: which rule of which kind. */
export type RefusedBy = 'throttle' | 'breaker' | 'deadline' | 'concurrency' | 'shed' | 'access' | 'fault';

export interface RefusalDetails {
  readonly by: RefusedBy;
  /** The rule's name, e.g. `per-client` or `payments`. */
  readonly rule: string;
  /** When trying again may help, in ms from now; undefined when it never will. */
  readonly retryAfterMs?: number;
  readonly message: string;
  readonly statusCode: number;
  /** Headers beside `retry-after`, e.g. `ratelimit`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Members of the problem an HTTP caller is told, e.g. its `type`, beside those that every refusal has. */
  readonly problem?: Readonly<Record<string, unknown>>;
}

/** flyball refused to start the work. Never a failure of what it protects. */
export class Refused extends FlyballError {
  override readonly name = 'Refused';
  static override readonly CODE = 'FLYBALL_REFUSED';
  readonly code = Refused.CODE;
  readonly by: RefusedBy;
  readonly rule: string;
  /** Which part of the rule, for operators: no caller is told. */
  declare readonly entry?: string;
  readonly retryAfterMs: number | undefined;
  readonly statusCode: number;
  readonly problem: Readonly<Record<string, unknown>> | undefined;

  constructor(details: RefusalDetails) {
    super(`FLYBALL_REFUSED: ${details.message}`);
    this.by = details.by;
    this.rule = details.rule;
    this.retryAfterMs = details.retryAfterMs;
    this.statusCode = details.statusCode;
    this.problem = details.problem;
    if (details.headers) Object.assign(this.headers, details.headers);
    if (details.retryAfterMs !== undefined) this.headers['retry-after'] = retryAfterSeconds(details.retryAfterMs);
  }

  override toJSON(): object {
    const { by, rule, retryAfterMs } = this;
    return { ...super.toJSON(), by, rule, retryAfterMs };
  }
}

/** A dependency's last answer, if it gave one. */
export interface FailedAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers?: IncomingHttpHeaders;
  readonly body: unknown;
}

/** A dependency failed after all the attempts its rules allow. */
export class DependencyFailed extends FlyballError {
  override readonly name = 'DependencyFailed';
  static override readonly CODE = 'FLYBALL_DEPENDENCY_FAILED';
  readonly code = DependencyFailed.CODE;
  readonly statusCode = 502;
  readonly dependency: string;
  readonly outcome: Outcome;
  readonly attempts: number;
  /** Why it was not tried once more, if its outcome is one that is retried. */
  readonly gaveUp: GaveUp | undefined;
  /** After how long the queue record that brought the work comes again, ms, when that is cheaper than waiting here. */
  readonly deferMs: number | undefined;
  /** False when nothing can have reached the dependency, so that trying again is safe. */
  readonly sent: boolean;
  readonly #response: FailedAnswer | undefined;

  constructor(
    details: {
      readonly dependency: string;
      readonly outcome: Outcome;
      readonly attempts: number;
      readonly gaveUp?: GaveUp | undefined;
      readonly deferMs?: number | undefined;
      readonly sent: boolean;
      readonly response?: FailedAnswer | undefined;
    },
    options?: ErrorOptions,
  ) {
    super(
      `FLYBALL_DEPENDENCY_FAILED: ${details.dependency} ended in "${details.outcome}" after ${details.attempts} attempt(s)${endOf(details)}`,
      options,
    );
    this.dependency = details.dependency;
    this.outcome = details.outcome;
    this.attempts = details.attempts;
    this.gaveUp = details.gaveUp;
    this.deferMs = details.deferMs;
    this.sent = details.sent;
    this.#response = details.response;
  }

  /** Not a field: whoever writes the error down must not write down what a dependency answered. */
  get response(): FailedAnswer | undefined {
    return this.#response;
  }

  override toJSON(): object {
    const { dependency, outcome, attempts, gaveUp, deferMs, sent, response } = this;
    return { ...super.toJSON(), dependency, outcome, attempts, gaveUp, deferMs, sent, status: response?.status };
  }
}

/** What a caller who reads nothing but the message is to know as well. */
function endOf({ gaveUp, deferMs }: { readonly gaveUp?: GaveUp | undefined; readonly deferMs?: number | undefined }) {
  if (deferMs !== undefined) return `; the record comes again in ${Math.ceil(deferMs)} ms`;
  return gaveUp === undefined ? '' : ` (no further one: ${gaveUp})`;
}

/** The deadline passed, or too little of it is left to start. */
export class DeadlineExceeded extends FlyballError {
  override readonly name = 'DeadlineExceeded';
  static override readonly CODE = 'FLYBALL_DEADLINE_EXCEEDED';
  readonly code = DeadlineExceeded.CODE;
  readonly statusCode = 504;
  constructor(message: string, options?: ErrorOptions) {
    super(`FLYBALL_DEADLINE_EXCEEDED: ${message}`, options);
  }
}

/** A business failure, reported by `flyball.fail(CODE)` and counted by its code. */
export class BusinessFailure extends FlyballError {
  override readonly name = 'BusinessFailure';
  static override readonly CODE = 'FLYBALL_BUSINESS_FAILURE';
  readonly code = BusinessFailure.CODE;
  readonly statusCode = 422;
  readonly businessCode: string;
  constructor(businessCode: string, message?: string) {
    // The code stands in the message, since of an invoked function's error nothing else reaches the caller.
    super(`FLYBALL_BUSINESS_FAILURE: ${businessCode}${message === undefined ? '' : `: ${message}`}`);
    this.businessCode = businessCode;
  }

  override toJSON(): object {
    return { ...super.toJSON(), businessCode: this.businessCode };
  }
}

/** What came can never be done, by `flyball.reject(reason)`: a queue's record goes to the dead-letter queue at once. */
export class Rejected extends FlyballError {
  override readonly name = 'Rejected';
  static override readonly CODE = 'FLYBALL_REJECTED';
  readonly code = Rejected.CODE;
  readonly statusCode = 422;
  readonly reason: string;
  constructor(reason: string, options?: ErrorOptions) {
    super(`FLYBALL_REJECTED: ${reason}`, options);
    this.reason = reason;
  }

  override toJSON(): object {
    return { ...super.toJSON(), reason: this.reason };
  }
}

/** flyball was used in a way it cannot serve, e.g. `flyball.call` of a dependency no rule names. */
export class Misused extends FlyballError {
  override readonly name = 'Misused';
  static override readonly CODE = 'FLYBALL_MISUSED';
  readonly code = Misused.CODE;
  readonly statusCode = 500;
  constructor(message: string) {
    super(`FLYBALL_MISUSED: ${message}`);
  }
}

/** Ends the message of an error that no attempt of the caller's will help against, where headers do not travel. */
export const NEVER_SAID = ' (x-flyball-retry: never)';

/** `Retry-After` in whole seconds, never 0: a client that waits as told must not come too early. */
export function retryAfterSeconds(ms: number): string {
  return String(Math.max(1, Math.ceil(ms / 1000)));
}

// What an error says about its record: try it again, send it back without counting an attempt, or give it up at once. Pure.
import { BusinessFailure, DependencyFailed, Refused, Rejected } from '../kernel/errors.ts';
import { outcomeTest } from '../kernel/outcome.ts';

export type Verdict =
  | { readonly kind: 'retry' }
  /** Nothing was tried: flyball refused it. `delayMs` undefined leaves it to the queue. */
  | { readonly kind: 'refused'; readonly delayMs: number | undefined }
  /** It was worth more to come back than to wait: `deferMs` of the error says when. `told`: a call's, by whom it called. */
  | { readonly kind: 'deferred'; readonly delayMs: number; readonly told?: true }
  | { readonly kind: 'rejected' };

/** Whether an error is one that no other attempt would mend. */
export type NeverTest = (error: unknown) => boolean;

const RETRY: Verdict = { kind: 'retry' };
const REJECTED: Verdict = { kind: 'rejected' };
/** Lower case or a number: how a call ended. What begins with a capital letter is the name of an error. */
const ERROR_NAME = /^[A-Z]/;

/** `reject`: the error is known to be this one record's, so that the record may be given up for it. */
export function verdictOf(error: unknown, never: NeverTest | undefined, reject: boolean): Verdict {
  if (error === undefined) return RETRY;
  if (error instanceof Refused) return { kind: 'refused', delayMs: error.retryAfterMs };
  if (reject && (error instanceof Rejected || never?.(error))) return REJECTED;
  const delayMs = deferMsOf(error);
  if (delayMs === undefined) return RETRY;
  return { kind: 'deferred', delayMs, ...(isOfCall(error) ? { told: true } : {}) };
}

/** Compiles `never`: names of errors, and outcomes of calls, among them `business:CODE` of `flyball.fail`. */
export function neverTest(entries: readonly (string | number)[]): NeverTest {
  const names = new Set(entries.map(String).filter((entry) => ERROR_NAME.test(entry)));
  const ends = outcomeTest(entries.filter((entry) => !ERROR_NAME.test(String(entry))));
  return (error) => {
    if (error instanceof DependencyFailed) return ends(error.outcome) || names.has(error.name);
    if (error instanceof BusinessFailure) return ends(`business:${error.businessCode}`) || names.has(error.name);
    // A class that gives its errors no name of their own is still called something.
    return error instanceof Error && (names.has(error.name) || names.has(error.constructor.name));
  };
}

/** Of `call` and `run`, or an SDK's error of a call that flyball governs. */
function isOfCall(error: unknown): boolean {
  return error instanceof Error && 'gaveUp' in error && error.gaveUp === 'deferred';
}

function deferMsOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('deferMs' in error)) return undefined;
  const { deferMs } = error;
  return typeof deferMs === 'number' && Number.isFinite(deferMs) ? Math.max(0, deferMs) : undefined;
}

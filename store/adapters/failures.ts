// What it means to flyball that an exchange with DynamoDB ended without an answer, and what kind an answer's error is.
import { StoreUnavailable } from '../port.ts';

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

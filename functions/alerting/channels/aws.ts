// What SNS and SES answer, as a failure of the delivery.
import type { Clock } from '../../../middleware/kernel/clock.ts';
import { Failed } from './failures.ts';
import { codeOf, LIMIT_MS, NOT_CONNECTED } from './post.ts';

/** Calls with a limit in time. @throws {Failed} */
export async function asked(
  what: string,
  clock: Clock,
  signal: AbortSignal,
  call: (signal: AbortSignal) => Promise<unknown>,
): Promise<void> {
  const limit = new AbortController();
  const cancel = clock.after(LIMIT_MS, () => limit.abort());
  try {
    await call(AbortSignal.any([signal, limit.signal]));
  } catch (error) {
    if (signal.aborted || limit.signal.aborted) {
      throw new Failed({
        why: `${what} did not answer within the time there was`,
        retryable: true,
        maybeDelivered: true,
      });
    }
    throw refusal(what, error);
  } finally {
    cancel();
  }
}

/** Refusals are lasting but for too many requests; without an answer anything may come next. */
function refusal(what: string, error: unknown): Failed {
  if (error instanceof Failed) return error;
  const status = statusOf(error);
  const code = codeOf(error);
  if (status === undefined) {
    const maybeDelivered = !NOT_CONNECTED.test(code);
    return new Failed({ why: `${what} could not be reached (${code})`, retryable: true, maybeDelivered });
  }
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const retryable = status >= 500 || status === 429 || /Throttl|TooManyRequests/.test(name);
  return new Failed({ why: `${what} answered ${status} ${name}`, quoted: message, retryable });
}

function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('$metadata' in error)) return undefined;
  const metadata = error.$metadata;
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return undefined;
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined;
}

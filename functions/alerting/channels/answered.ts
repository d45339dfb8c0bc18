// What an HTTP answer means for the delivery. Pure.
import type { Failure } from './failures.ts';
import type { Answer } from './post.ts';

/** Nobody is made to wait for longer by what one answer says. */
const LONGEST_WAIT_MS = 3_600_000;

/** Nothing when it was taken. What is told to go away, or is sent elsewhere, is not tried again. */
export function judged(answer: Answer, nowMs: number): Failure | undefined {
  const { status, body } = answer;
  if (status >= 200 && status <= 299) return undefined;
  const failure = { quoted: body, retryable: false };
  if (status === 429) {
    const retryAfterMs = waitOf(answer, nowMs);
    return { ...failure, why: 'it takes no more for now (429)', retryable: true, retryAfterMs };
  }
  if (status >= 500 || status === 408 || status === 425) {
    // Of whom a gateway asked nothing is known.
    const maybeDelivered = status === 502 || status === 504;
    return {
      maybeDelivered,
      ...failure,
      why: `it answered ${status}`,
      retryable: true,
      retryAfterMs: waitOf(answer, nowMs),
    };
  }
  if (status === 401 || status === 403) {
    return { ...failure, why: `it does not accept the secret (${status})`, secretRefused: true };
  }
  if (status >= 300 && status <= 399) {
    return { ...failure, why: `it answered ${status}: redirects are not followed, write where it has moved to` };
  }
  if (status === 404 || status === 410) {
    return { ...failure, why: `there is nothing at its address (${status})`, secretRefused: true };
  }
  return { ...failure, why: `it answered ${status}` };
}

function waitOf({ retryAfter = '' }: Answer, nowMs: number): number | undefined {
  const ms = /^\s*\d{1,10}\s*$/.test(retryAfter) ? Number(retryAfter) * 1_000 : Date.parse(retryAfter) - nowMs;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), LONGEST_WAIT_MS);
}

/** Of a JSON object; nothing of what is none. */
export function fieldsOf(body: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

/** What a code within an answer of 200 means: robots of chats say there what went wrong. */
export interface Meaning {
  readonly why: string;
  readonly retryable?: true;
  readonly retryAfterMs?: number;
  readonly secretRefused?: true;
}

/** Judges by the code in the answer, which may come with a status of 200; 0 is success. */
export function judgedByCode(
  answer: Answer,
  nowMs: number,
  names: { readonly code: string; readonly message: string },
  meanings: Readonly<Record<number, Meaning>>,
): Failure | undefined {
  const fields = fieldsOf(answer.body);
  const code = fields[names.code];
  const known = typeof code === 'number' ? meanings[code] : undefined;
  const failure = known ? undefined : judged(answer, nowMs);
  if (failure) return failure;
  if (code === 0) return undefined;
  if (typeof code !== 'number') {
    return {
      why: 'it answered with nothing that it is known to answer',
      quoted: answer.body,
      retryable: true,
      maybeDelivered: true,
    };
  }
  const message = fields[names.message];
  const quoted = typeof message === 'string' ? message : undefined;
  const meaning = known ?? { why: 'it refused the message' };
  return { quoted, retryable: false, ...meaning, why: `${meaning.why} (${code})` };
}

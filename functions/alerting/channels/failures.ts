// Why something was not delivered, before it is said: with no word of others in which a secret may be.
import { cutToBytes, oneLine } from './cut.ts';

export interface Failure {
  /** What happened and what to do, in our own words. */
  readonly why: string;
  /** What the other side said about it; left out of everything when a secret is in it. */
  readonly quoted?: string | undefined;
  readonly retryable: boolean;
  readonly retryAfterMs?: number | undefined;
  /** It may have been taken all the same: nobody said that it was not. */
  readonly maybeDelivered?: boolean | undefined;
  /** The secret was not accepted: it may have been changed since it was read. */
  readonly secretRefused?: true | undefined;
}

/** Thrown to give up at once; becomes `NotDelivered` where the channel's name and secrets are known. */
export class Failed extends Error {
  override readonly name = 'Failed';
  readonly failure: Failure;
  constructor(failure: Failure) {
    super(failure.why);
    this.failure = failure;
  }
}

const QUOTED_BYTES = 240;
/** Shorter ones cannot be told from words; nobody's secret should be. */
const SHORTEST_SECRET = 4;

/** `why: "what they said"`, without the quote when any of the secrets, or a part or an encoding of one, is in it. */
export function explained({ why, quoted }: Failure, secrets: readonly string[]): string {
  const words = oneLine(quoted ?? '');
  if (words === '') return why;
  if (holdsSecret(words, secrets)) return `${why} (what it said held a secret, and is left out)`;
  return `${why}: "${cutToBytes(words, QUOTED_BYTES)}"`;
}

export function holdsSecret(text: string, secrets: readonly string[]): boolean {
  const lower = text.toLowerCase();
  return secrets.some((secret) => traces(secret).some((trace) => lower.includes(trace.toLowerCase())));
}

/** The secret, the parts of it that are secrets by themselves, and how they may be written. */
function traces(secret: string): string[] {
  const parts = [secret, ...secret.split(/\s+/), ...secret.split('whsec_'), ...partsOfUrl(secret)];
  return parts
    .flatMap((part) => {
      const bytes = Buffer.from(part);
      const written = [part, oneLine(part), encodeURIComponent(part.toWellFormed()), JSON.stringify(part).slice(1, -1)];
      const base64 = bytes.toString('base64').replace(/=+$/, '');
      return [...written, base64, bytes.toString('base64url'), bytes.toString('hex')];
    })
    .filter((part) => part.length >= SHORTEST_SECRET);
}

function partsOfUrl(secret: string): string[] {
  if (!URL.canParse(secret)) return [];
  const { pathname, search, searchParams, username, password } = new URL(secret);
  // Short ones are words of the address such as `robot` and `send`; those of a whole path or query are no words.
  const segments = pathname.split('/').filter((segment) => segment.length >= 12);
  const login = [username, password].flatMap((part) => [part, decoded(part)]);
  const both = `\0${decoded(username)}\0${decoded(password)}`;
  return [search.slice(1), ...searchParams.values(), ...segments, ...login, ...(password === '' ? [] : [both])];
}

export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

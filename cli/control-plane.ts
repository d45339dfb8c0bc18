// The control plane over HTTP: where it is, with which key, and what its answers mean.
import { Unreachable, WrongUsage, type Failure } from './failure.ts';
import { failureOf } from './problem.ts';

/** For one request, in ms: the first one may start a function, and validating a large document takes a second. */
const TIMEOUT_MS = 20_000;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

export interface Asked {
  readonly body?: { readonly text: string; readonly type: string };
  readonly headers?: Readonly<Record<string, string>>;
  /** Statuses of 400 and more that are an answer here and no failure. */
  readonly accept?: readonly number[];
}

export interface ControlPlane {
  /** @throws {Failure} unless it answered with a status below 300, or one of `accept`. */
  ask(method: string, path: string, asked?: Asked): Promise<Answer>;
}

export interface Place {
  /** `--url`, else `FLYBALL_URL`, else where somebody has logged in. */
  readonly url: string | undefined;
  /** `FLYBALL_TOKEN`, else what was kept for the address. */
  readonly token: string | undefined;
  readonly timeoutMs?: number;
}

/** Looks at where it is when it is asked, so that a command can be helped with before. */
export function controlPlaneAt(place: () => Place): ControlPlane {
  return {
    async ask(method, path, { body, headers = {}, accept = [] } = {}) {
      const { url, token, timeoutMs = TIMEOUT_MS } = place();
      const base = baseOf(url);
      const answer = await exchange(base, `${base}${path}`, timeoutMs, {
        method,
        headers: {
          accept: 'application/json',
          authorization: `Bearer ${keyOf(token)}`,
          ...(body === undefined ? {} : { 'content-type': body.type }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: body.text }),
      });
      if (answer.status >= 400 && !accept.includes(answer.status)) throw failureOf(answer.status, answer.text);
      if (answer.status >= 300 && answer.status < 400) throw moved(base, answer);
      return answer;
    },
  };
}

/** This machine: a key sent there passes no network. */
const LOOPBACK = /^(localhost|127\.[0-9.]+|\[::1\])$/;

/** @throws {WrongUsage} unless it is the address of a control plane; without a slash at its end. */
export function baseOf(url: string | undefined): string {
  if (url?.trim() === '') {
    throw new WrongUsage(
      'The address of the control plane is empty: set FLYBALL_URL to it, or unset that where flyball login has kept one.',
    );
  }
  if (url === undefined) {
    throw new WrongUsage(
      'It is not known where the control plane is: set FLYBALL_URL, or give --url https://…, as its deployment printed it; or flyball login.',
    );
  }
  const parsed = URL.parse(url);
  if (parsed?.username || parsed?.password || url.includes('@')) {
    // Not repeated: builds keep what is printed.
    throw new WrongUsage(
      'The address of the control plane holds a name or a password: it looks like https://example.com.',
    );
  }
  if (!parsed || (parsed.protocol !== 'https:' && parsed.protocol !== 'http:')) {
    throw new WrongUsage(`"${url}" is no address of a control plane: it looks like https://example.com.`);
  }
  if (parsed.protocol === 'http:' && !LOOPBACK.test(parsed.hostname)) {
    throw new WrongUsage(`${parsed.origin} would have the key sent where others can read it: write https://.`);
  }
  return `${parsed.origin}${parsed.pathname.replace(/\/+$/, '')}`;
}

/** @throws {WrongUsage} unless it can be an API key. */
export function keyOf(token: string | undefined): string {
  const key = token?.trim();
  if (key === undefined) {
    throw new WrongUsage('FLYBALL_TOKEN is not set: put an API key of the control plane there, or flyball login.');
  }
  if (key === '') {
    throw new WrongUsage(
      'FLYBALL_TOKEN is not set to a key, but empty: put one there, or unset it where flyball login has kept one.',
    );
  }
  if (!/^[\x21-\x7e]+$/.test(key)) {
    throw new WrongUsage('FLYBALL_TOKEN holds characters that no API key has; is there more than the key in it?');
  }
  return key;
}

async function exchange(base: string, url: string, timeoutMs: number, init: RequestInit): Promise<Answer> {
  try {
    const response = await fetch(url, { ...init, redirect: 'manual', signal: AbortSignal.timeout(timeoutMs) });
    return { status: response.status, headers: response.headers, text: await response.text() };
  } catch (error) {
    throw unanswered(base, timeoutMs, init.method === 'GET', error);
  }
}

function unanswered(base: string, timeoutMs: number, reading: boolean, error: unknown): Failure {
  if (error instanceof Error && error.name === 'TimeoutError') {
    const advice = reading ? 'Try again.' : 'What was sent may have been done: look before you send it again.';
    return new Unreachable(
      `The control plane at ${base} did not answer within ${String(timeoutMs / 1_000)} s. ${advice}`,
      {},
      { cause: error },
    );
  }
  const reason = reasonOf(error);
  return new Unreachable(
    `The control plane at ${base} cannot be reached (${reason}). Is the address right, and can this machine get there?`,
    {},
    { cause: error },
  );
}

/** `fetch` hides what happened in the cause; several addresses failing make an error of errors. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  if (cause instanceof AggregateError && cause.errors.length > 0) return reasonOf(cause.errors[0]);
  if (!(cause instanceof Error)) return String(cause);
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message;
}

function moved(base: string, { status, headers }: Answer): Failure {
  const where = headers.get('location') ?? 'somewhere else';
  return new Unreachable(
    `${base} sends whoever asks to ${where} (${String(status)}), and the key goes nowhere but to FLYBALL_URL. Set that to the control plane itself.`,
  );
}

/** An answer that a control plane would not give, with a status as if all were well. */
export function strange(what: string, { headers }: Answer): Failure {
  const type = headers.get('content-type') ?? 'no content type';
  return new Unreachable(`The answer is not ${what} (${type}). Is FLYBALL_URL the address of flyball's control plane?`);
}

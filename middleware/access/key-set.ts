// An issuer's public keys as an instance knows them: fetched once by all who wait, kept while the issuer is away.
import type { JSONWebKeySet } from 'jose';
import type { Clock } from '../kernel/clock.ts';
import type { Instance } from '../kernel/instance.ts';
import { Kept } from '../kernel/kept.ts';
import { errorFields, type Logger } from '../kernel/logger.ts';
import { platformAt } from '../kernel/platform-address.ts';

export { FETCH_LIMIT_MS } from '../kernel/kept.ts';

/** Older keys are fetched again beside the handler, ms. */
const FRESH_MS = 600_000;
/** Older keys are fetched again before they are used, ms; if that fails, they are used all the same. */
const STALE_MS = 3_600_000;

/** Gets the JSON at an issuer's `jwksUri`. Whatever it throws means that there are no news. */
export type FetchKeys = (uri: string, signal: AbortSignal) => Promise<unknown>;

/** Keys of one fetch; a later fetch gives another object. */
export interface Keys {
  readonly set: JSONWebKeySet;
}

export class KeySet {
  readonly #kept: Kept<Keys>;

  constructor(uri: string, clock: Clock, fetch: FetchKeys, logger: Logger) {
    // What follows the question mark may be a key of its own.
    const [jwksUri] = uri.split('?', 1);
    const source = {
      fetch: async (signal: AbortSignal) => ({ set: keySetOf(await fetch(uri, signal)) }),
      freshMs: FRESH_MS,
      staleMs: STALE_MS,
      keepMs: Infinity,
      late: 'the issuer did not give its keys in time',
      onAway: (error: unknown, kept: boolean) =>
        logger.warn('flyball cannot get the keys of an issuer', {
          jwksUri,
          keys: kept ? 'the last ones' : 'none',
          ...whyOf(error),
        }),
      onBack: () => logger.info('flyball has the keys of an issuer again', { jwksUri }),
    };
    this.#kept = new Kept(source, clock);
  }

  /** The keys at hand, fetched first when there are none or they are too old. Undefined when there are none at all. */
  current(limitMs: number): Promise<Keys | undefined> {
    return this.#kept.current(limitMs);
  }

  /** Keys fetched after `than`, for a token whose key is not among those; undefined when there are none yet. */
  newerThan(than: Keys, limitMs: number): Promise<Keys | undefined> {
    return this.#kept.newerThan(than, limitMs);
  }

  /** True when the issuer did not answer last time it was asked: an unknown key may be a new one. */
  get issuerAway(): boolean {
    return this.#kept.away;
  }

  /** True when the keys are to be fetched again, while the ones at hand still serve. */
  due(nowMs: number): boolean {
    return this.#kept.due(nowMs);
  }

  /** Fetches beside a handler. */
  refresh(signal: AbortSignal): Promise<void> {
    return this.#kept.refresh(signal);
  }
}

/** `fetch` says only that it failed. Why is in its cause, which has but a code where several addresses were tried. */
function whyOf(error: unknown): Record<string, unknown> {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const fields = errorFields(cause);
  return cause instanceof Error && cause.message === '' && 'code' in cause ? { ...fields, reason: cause.code } : fields;
}

/** @throws {Error} unless an answer holds keys. */
function keySetOf(answer: unknown): JSONWebKeySet {
  if (isKeySet(answer)) return answer;
  throw new Error('the answer is no set of keys');
}

/** An issuer has keys: a list without any is a mistake of its own, and no reason to forget those it had. */
function isKeySet(value: unknown): value is JSONWebKeySet {
  if (typeof value !== 'object' || value === null || !('keys' in value) || !Array.isArray(value.keys)) return false;
  return value.keys.length > 0 && value.keys.every((key) => typeof key === 'object' && key !== null);
}

const FETCH = {};

/** How this instance fetches keys: over the network, unless a test has put something else in its place. */
export function keyFetchOf(instance: Instance): FetchKeys {
  return instance.state(FETCH, () => fetchKeys);
}

/** Puts something in the network's place, on an instance that has fetched no keys yet. */
export function replaceKeyFetch(instance: Instance, fetch: FetchKeys): void {
  instance.state(FETCH, () => fetch);
}

/** Key sets are a few KB; what is larger is something else. */
const LARGEST_BYTES = 256 * 1024;

/** Over the network, without following a redirect; bounded in size, and in time by the signal. */
export async function fetchKeys(uri: string, signal: AbortSignal): Promise<unknown> {
  const belongs = platformAt(uri, process.env['AWS_LAMBDA_RUNTIME_API']);
  // Asked for its next invocation, the runtime's own API would give it away.
  if (belongs === 'runtime') throw new Error('no keys are at the runtime API');
  if (belongs === 'credentials') throw new Error('no keys are at a link-local address');
  // Not where a redirect points: the rules name the one address that is trusted. No connection is kept: the next fetch is
  // minutes away, perhaps on the other side of a freeze.
  const headers = { accept: 'application/json', connection: 'close' };
  const response = await fetch(uri, { signal, redirect: 'error', headers });
  if (response.status !== 200 || !response.body) {
    await response.body?.cancel();
    throw new Error(`the issuer answered ${response.status}`);
  }
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > LARGEST_BYTES) throw new Error(`the issuer's answer is longer than ${LARGEST_BYTES} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return JSON.parse(text + decoder.decode()) as unknown;
}

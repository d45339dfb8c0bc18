// An issuer's public keys as an instance knows them: fetched once by all who wait, kept while the issuer is away.
import type { JSONWebKeySet } from 'jose';
import type { Clock } from '../kernel/clock.ts';
import type { Instance } from '../kernel/instance.ts';
import { errorFields, type Logger } from '../kernel/logger.ts';

/** Older keys are fetched again beside the handler, ms. */
const FRESH_MS = 600_000;
/** Older keys are fetched again before they are used, ms; if that fails, they are used all the same. */
const STALE_MS = 3_600_000;
/** A key nobody has heard of is a reason to ask the issuer this often, ms: anybody can name one. */
const ASK_AGAIN_MS = 30_000;
/** An issuer that did not answer is left alone for so long, ms. */
const RETRY_MS = 5_000;
/** How long one fetch may take, ms. */
export const FETCH_LIMIT_MS = 1_000;

/** Gets the JSON at an issuer's `jwksUri`. Whatever it throws means that there are no news. */
export type FetchKeys = (uri: string, signal: AbortSignal) => Promise<unknown>;

/** Keys of one fetch; a later fetch gives another object. */
export interface Keys {
  readonly set: JSONWebKeySet;
  readonly fetchedAt: number;
}

/** What a fetch came to: keys, or why there are none. */
type Fetched = { readonly keys: Keys } | { readonly keys?: never; readonly error: unknown };

interface Flight {
  readonly startedAt: number;
  done: Promise<void>;
}

export class KeySet {
  readonly #uri: string;
  readonly #clock: Clock;
  readonly #fetch: FetchKeys;
  readonly #logger: Logger;
  #keys: Keys | undefined;
  #askedAt = -Infinity;
  #failedAt: number | undefined;
  #flight: Flight | undefined;

  constructor(uri: string, clock: Clock, fetch: FetchKeys, logger: Logger) {
    this.#uri = uri;
    this.#clock = clock;
    this.#fetch = fetch;
    this.#logger = logger;
  }

  /** The keys at hand, fetched first when there are none or they are too old. Undefined when there are none at all. */
  async current(limitMs: number): Promise<Keys | undefined> {
    const keys = this.#keys;
    if (keys && this.#clock.now() - keys.fetchedAt <= STALE_MS) return keys;
    if (this.#mayRetry()) await this.#load(limitMs);
    return this.#keys;
  }

  /** Keys fetched after `than`, for a token whose key is not among those; undefined when there are none yet. */
  async newerThan(than: Keys, limitMs: number): Promise<Keys | undefined> {
    if (this.#keys !== than) return this.#keys;
    const mayAsk = this.#clock.now() - this.#askedAt >= ASK_AGAIN_MS;
    if (this.#flight || mayAsk) await this.#load(limitMs);
    return this.#keys === than ? undefined : this.#keys;
  }

  /** True when the issuer did not answer last time it was asked: an unknown key may be a new one. */
  get issuerAway(): boolean {
    return this.#failedAt !== undefined;
  }

  /** True when the keys are to be fetched again, while the ones at hand still serve. */
  due(nowMs: number): boolean {
    return this.#keys !== undefined && nowMs - this.#keys.fetchedAt > FRESH_MS && this.#mayRetry();
  }

  /** Fetches beside a handler. */
  async refresh(signal: AbortSignal): Promise<void> {
    await this.#load(FETCH_LIMIT_MS, signal);
  }

  #mayRetry(): boolean {
    return this.#failedAt === undefined || this.#clock.now() - this.#failedAt >= RETRY_MS;
  }

  /** Joins the fetch under way, unless that is one which an environment was frozen in. */
  async #load(limitMs: number, signal?: AbortSignal): Promise<void> {
    const now = this.#clock.now();
    const underWay = this.#flight;
    if (underWay && now - underWay.startedAt <= FETCH_LIMIT_MS) {
      await underWay.done;
      return;
    }
    this.#askedAt = now;
    const flight: Flight = { startedAt: now, done: Promise.resolve() };
    this.#flight = flight;
    flight.done = this.#fly(flight, limitMs, signal);
    await flight.done;
  }

  async #fly(flight: Flight, limitMs: number, signal: AbortSignal | undefined): Promise<void> {
    const fetched = await this.#get(limitMs, signal);
    if (this.#flight !== flight) return;
    this.#flight = undefined;
    this.#tell(fetched);
    this.#failedAt = fetched.keys ? undefined : this.#clock.now();
    this.#keys = fetched.keys ?? this.#keys;
  }

  /** One line when the issuer goes away and one when it is back, however many requests meet it meanwhile. */
  #tell(fetched: Fetched): void {
    // What follows the question mark may be a key of its own.
    const [jwksUri] = this.#uri.split('?', 1);
    if (fetched.keys) {
      if (this.issuerAway) this.#logger.info('flyball has the keys of an issuer again', { jwksUri });
    } else if (!this.issuerAway) {
      const keys = this.#keys ? 'the last ones' : 'none';
      this.#logger.warn('flyball cannot get the keys of an issuer', { jwksUri, keys, ...whyOf(fetched.error) });
    }
  }

  /** Never rejects: no answer, a late one and one that holds no keys are all the same. */
  async #get(limitMs: number, signal: AbortSignal | undefined): Promise<Fetched> {
    const abort = new AbortController();
    const end = () => abort.abort(new DOMException('the issuer did not give its keys in time', 'TimeoutError'));
    const aborted = new Promise<undefined>((resolve) => {
      abort.signal.addEventListener('abort', () => resolve(undefined), { once: true });
    });
    const cancel = this.#clock.after(Math.min(limitMs, FETCH_LIMIT_MS), end);
    signal?.addEventListener('abort', end, { once: true });
    if (signal?.aborted) end();
    try {
      const answer = await Promise.race([this.#fetch(this.#uri, abort.signal), aborted]);
      if (isKeySet(answer)) return { keys: { set: answer, fetchedAt: this.#clock.now() } };
      return { error: abort.signal.aborted ? abort.signal.reason : new Error('the answer is no set of keys') };
    } catch (error) {
      return { error };
    } finally {
      cancel();
      signal?.removeEventListener('abort', end);
    }
  }
}

/** `fetch` says only that it failed. Why is in its cause, which has but a code where several addresses were tried. */
function whyOf(error: unknown): Record<string, unknown> {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const fields = errorFields(cause);
  return cause instanceof Error && cause.message === '' && 'code' in cause ? { ...fields, reason: cause.code } : fields;
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

async function fetchKeys(uri: string, signal: AbortSignal): Promise<unknown> {
  // Asked for its next invocation, the runtime's own API would give it away.
  if (new URL(uri).host === process.env['AWS_LAMBDA_RUNTIME_API']) throw new Error('no keys are at the runtime API');
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

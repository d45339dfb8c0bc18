// Something an instance gets from elsewhere and keeps: fetched once by all who wait, used while the source is away.
import type { Clock } from './clock.ts';

/** What is asked for again because of one request's say-so is asked for this often, ms: anybody can say so. */
const ASK_AGAIN_MS = 30_000;
/** A source that did not answer is left alone for so long, ms. */
const RETRY_MS = 5_000;
/** How long one fetch may take, ms. */
export const FETCH_LIMIT_MS = 1_000;

export interface Source<Value> {
  /** What is said of an answer that does not come in time. */
  readonly late: string;
  /** Gives another object each time; rejects when there are no news. */
  readonly fetch: (signal: AbortSignal) => Promise<Value>;
  /** What goes on missing is asked for less and less often, down to this, ms; always as often when left out. */
  readonly askAgainMostMs?: number;
  /** Older values are fetched again beside the handler, ms. */
  readonly freshMs: number;
  /** Older values are fetched again before they are used, ms; if that fails, they are used all the same, */
  readonly staleMs: number;
  /** and until they are so old, ms. */
  readonly keepMs: number;
  /** Says that the source has gone away; `kept` tells whether there is something to go on with. */
  readonly onAway: (error: unknown, kept: boolean) => void;
  readonly onBack: () => void;
}

interface Got<Value> {
  readonly value: Value;
  readonly fetchedAt: number;
}

type Fetched<Value> = { readonly got: Got<Value> } | { readonly got?: never; readonly error: unknown };

interface Flight {
  readonly startedAt: number;
  done: Promise<void>;
}

export class Kept<Value extends object> {
  readonly #source: Source<Value>;
  readonly #clock: Clock;
  #got: Got<Value> | undefined;
  #askedAt = -Infinity;
  #askAgainMs = ASK_AGAIN_MS;
  #failedAt: number | undefined;
  #flight: Flight | undefined;

  constructor(source: Source<Value>, clock: Clock) {
    this.#source = source;
    this.#clock = clock;
  }

  /** What is at hand, fetched first when there is nothing or it is too old. Undefined when there is nothing at all. */
  async current(limitMs: number): Promise<Value | undefined> {
    const got = this.#got;
    if (got && this.#clock.now() - got.fetchedAt <= this.#source.staleMs) return got.value;
    if (this.#mayRetry()) await this.#load(limitMs);
    return this.#usable();
  }

  /**
   * What was fetched after `than`, for whoever has found something missing there; undefined when there is none yet. `has`
   * tells whether it is there now.
   */
  async newerThan(than: Value, limitMs: number, has?: (value: Value) => boolean): Promise<Value | undefined> {
    if (this.#got?.value !== than) return this.#got?.value;
    const mayAsk = this.#clock.now() - this.#askedAt >= this.#askAgainMs;
    if (mayAsk && !this.#flight) await this.#ask(limitMs, has);
    else if (this.#flight) await this.#load(limitMs);
    return this.#got.value === than ? undefined : this.#got.value;
  }

  /** Whoever makes up what is missing must not have the source asked for ever as often as for something new. */
  async #ask(limitMs: number, has: ((value: Value) => boolean) | undefined): Promise<void> {
    await this.#load(limitMs);
    const isThere = has !== undefined && this.#got !== undefined && has(this.#got.value);
    const { askAgainMostMs = ASK_AGAIN_MS } = this.#source;
    this.#askAgainMs = isThere ? ASK_AGAIN_MS : Math.min(2 * this.#askAgainMs, askAgainMostMs);
  }

  /** True when the source did not answer last time it was asked: what is missing here may be there. */
  get away(): boolean {
    return this.#failedAt !== undefined;
  }

  /** True when it is to be fetched again, while what is at hand still serves. */
  due(nowMs: number): boolean {
    return this.#got !== undefined && nowMs - this.#got.fetchedAt > this.#source.freshMs && this.#mayRetry();
  }

  /** Fetches beside a handler. */
  async refresh(signal: AbortSignal): Promise<void> {
    await this.#load(FETCH_LIMIT_MS, signal);
  }

  #usable(): Value | undefined {
    const got = this.#got;
    return got && this.#clock.now() - got.fetchedAt <= this.#source.keepMs ? got.value : undefined;
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
    this.#failedAt = fetched.got ? undefined : this.#clock.now();
    this.#got = fetched.got ?? this.#got;
  }

  /** Once when the source goes away and once when it is back, however many requests meet it meanwhile. */
  #tell(fetched: Fetched<Value>): void {
    if (!fetched.got && !this.away) this.#source.onAway(fetched.error, this.#usable() !== undefined);
    if (fetched.got && this.away) this.#source.onBack();
  }

  /** Never rejects: no answer, a late one and one that cannot be read are all the same. */
  async #get(limitMs: number, signal: AbortSignal | undefined): Promise<Fetched<Value>> {
    const abort = new AbortController();
    const end = () => abort.abort(new DOMException(this.#source.late, 'TimeoutError'));
    const aborted = new Promise<never>((_, reject) => {
      abort.signal.addEventListener('abort', () => reject(abort.signal.reason as Error), { once: true });
    });
    // Nobody may be waiting for it any more.
    aborted.catch(() => {});
    const cancel = this.#clock.after(Math.min(limitMs, FETCH_LIMIT_MS), end);
    signal?.addEventListener('abort', end, { once: true });
    if (signal?.aborted) end();
    try {
      const value = await Promise.race([this.#source.fetch(abort.signal), aborted]);
      return { got: { value, fetchedAt: this.#clock.now() } };
    } catch (error) {
      return { error };
    } finally {
      cancel();
      signal?.removeEventListener('abort', end);
    }
  }
}

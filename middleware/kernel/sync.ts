// Exchanges with the store that run beside the handler: started when due, awaited at the end, abandoned at their limit.
import type { Clock } from './clock.ts';
import { errorFields, type Logger } from './logger.ts';
import { storeLimitMs } from './patience.ts';

/** How long an exchange may keep an invocation from ending, in ms. */
export const SYNC_LIMIT_MS = storeLimitMs(100);
/** The same while the store is away: an exchange is then only a probe of it. */
const PROBE_LIMIT_MS = storeLimitMs(25);

/** Something that exchanges with the store when it is due. */
export interface Syncable {
  readonly name: string;
  due(nowMs: number): boolean;
  /** Rejections are contained. Must apply nothing once the signal has aborted: the exchange has been abandoned. */
  run(nowMs: number, signal: AbortSignal): Promise<void>;
}

interface Flight {
  readonly name: string;
  readonly until: number;
  readonly abort: AbortController;
  done: Promise<void>;
}

export class Syncs {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #syncables: Syncable[] = [];
  readonly #flights = new Map<string, Flight>();

  readonly #storeAway: () => boolean;

  constructor(clock: Clock, logger: Logger, storeAway: () => boolean) {
    this.#clock = clock;
    this.#logger = logger;
    this.#storeAway = storeAway;
  }

  /** The store is known not to answer: an exchange would be a probe of it. */
  get storeAway(): boolean {
    return this.#storeAway();
  }

  add(syncable: Syncable): void {
    if (!this.#syncables.includes(syncable)) this.#syncables.push(syncable);
  }

  /** Starts what is due; called once at the start of an invocation. What a frozen hour left in flight is abandoned. */
  startDue(nowMs: number): void {
    if (this.#flights.size > 0) this.#abandon((flight) => flight.until < nowMs);
    for (const syncable of this.#syncables) {
      if (syncable.due(nowMs)) void this.start(syncable.name, (signal) => syncable.run(nowMs, signal));
    }
  }

  /**
   * Starts an exchange unless one of that name is under way, and returns when that one has ended or been abandoned.
   * Never rejects. An exchange may keep the invocation from ending for SYNC_LIMIT_MS.
   */
  start(name: string, run: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const underWay = this.#flights.get(name);
    if (underWay) return underWay.done;
    const abort = new AbortController();
    const aborted = new Promise<void>((resolve) => {
      abort.signal.addEventListener('abort', () => resolve(), { once: true });
    });
    const limitMs = this.#storeAway() ? PROBE_LIMIT_MS : SYNC_LIMIT_MS;
    const flight: Flight = { name, until: this.#clock.now() + limitMs, abort, done: aborted };
    this.#flights.set(name, flight);
    flight.done = Promise.race([this.#run(flight, run), aborted]);
    return flight.done;
  }

  async #run(flight: Flight, run: (signal: AbortSignal) => Promise<void>): Promise<void> {
    try {
      await run(flight.abort.signal);
    } catch (error) {
      if (!flight.abort.signal.aborted) {
        this.#logger.warn('flyball could not sync', { sync: flight.name, ...errorFields(error) });
      }
    } finally {
      if (this.#flights.get(flight.name) === flight) this.#flights.delete(flight.name);
    }
  }

  /** Nothing is in flight. */
  get idle(): boolean {
    return this.#flights.size === 0;
  }

  /**
   * Waits for what is in flight, each to its own limit and `atMostMs` in all, then abandons the rest: but while another
   * invocation is `served`, which keeps the environment awake, only what is past its limit. Undefined when there is nothing.
   */
  settle(atMostMs: number = SYNC_LIMIT_MS, served = () => false): Promise<void> | undefined {
    return this.idle ? undefined : this.#settle(atMostMs, served);
  }

  async #settle(atMostMs: number, served: () => boolean): Promise<void> {
    const flights = [...this.#flights.values()];
    const waitMs = Math.min(atMostMs, Math.max(...flights.map((flight) => flight.until)) - this.#clock.now());
    if (waitMs > 0) {
      let cancel = () => {};
      const limit = new Promise<void>((resolve) => {
        cancel = this.#clock.after(waitMs, resolve);
      });
      await Promise.race([Promise.all(flights.map((flight) => flight.done)), limit]);
      cancel();
    }
    const now = this.#clock.now();
    const all = !served();
    this.#abandon((flight) => (all && flights.includes(flight)) || flight.until <= now);
  }

  #abandon(which: (flight: Flight) => boolean): void {
    for (const flight of this.#flights.values()) {
      if (!which(flight)) continue;
      this.#flights.delete(flight.name);
      flight.abort.abort(new DOMException(`${flight.name} was abandoned at its limit`, 'TimeoutError'));
    }
  }
}

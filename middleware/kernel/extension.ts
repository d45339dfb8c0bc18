// Keeps the environment awake after the response has left, until what an invocation handed over has ended.
import type { Clock } from './clock.ts';
import { ExtensionRefused, type ExtensionEvent, type ExtensionsApi } from './extensions-api.ts';
import { errorFields, type Logger } from './logger.ts';
import { storeLimitMs } from './patience.ts';

/** The platform tells an extension and the handler of an invocation at the same time: a handler not heard of by then is not ours. */
export const BEGIN_WITHIN_MS = storeLimitMs(50);
/** What is handed over has time limits of its own; this one holds when they fail. */
export const HOLD_AT_MOST_MS = storeLimitMs(250);
/** An extension that is busy when the function's time is over has the environment reset. */
const BEFORE_DEADLINE_MS = 50;
const LONGEST_INVOCATION_MS = 900_000;
/** Questions for the next event in a row that may break before this extension gives up. */
const MOST_BREAKS = 10;

/** An invocation that told of its begin, and so will tell of its end. */
interface Told {
  readonly requestId: string;
  /** Stacks around one handler may be nested. */
  open: number;
  readonly kept: Promise<void>[];
}

/** An invocation the platform told of; the environment is awake until `release`. */
interface Held {
  readonly requestId: string;
  readonly release: () => void;
}

/**
 * An in-process extension. The platform freezes an environment once the runtime has asked for its next invocation and
 * every extension for its next event, so this one asks late:
 *
 *     platform  ─ INVOKE ─▶ ............ response ▶ ........................ frozen
 *     handler        begin ── handler ── keep, end ┐
 *     extension      hold ........................ └─ what was kept ─ next ─▶
 *
 * The event and the handler's begin and end come in any order. Nothing waits longer than its limit, so that a mistake
 * here costs some ms of an environment, never the environment.
 */
export class Extension {
  readonly #clock: Clock;
  readonly #logger: Logger;
  #listening = false;
  #told: Told | undefined;
  #held: Held | undefined;
  /** The last invocation that is no longer held: what comes late for it must not count on the hold of the next. */
  #released: string | undefined;
  /** Set when a stack does not tell of its begin and end: then nothing is ever held. */
  #passive = false;

  constructor(clock: Clock, logger: Logger) {
    this.#clock = clock;
    this.#logger = logger;
  }

  /**
   * Registers, and serves events until the platform refuses. Returns when the registration has ended, well or not.
   * Never rejects.
   */
  async start(api: ExtensionsApi, name: string): Promise<void> {
    try {
      const identifier = await api.register(name);
      void this.#serve(api, identifier);
    } catch (error) {
      this.#off(error, 'end the module with `await flyball.ready()`: a registration that comes after init is refused');
    }
  }

  async #serve(api: ExtensionsApi, identifier: string): Promise<void> {
    for (let breaks = 0; breaks < MOST_BREAKS;) {
      try {
        this.#listening = true;
        const event = await api.next(identifier);
        breaks = 0;
        if (event.eventType === 'INVOKE') await this.#hold(event);
      } catch (error) {
        // Unanswered, the question is asked again at once: the platform waits for it with the environment.
        breaks = error instanceof ExtensionRefused ? MOST_BREAKS : breaks + 1;
        if (breaks === MOST_BREAKS) this.#off(error);
      }
    }
  }

  #off(error: unknown, hint?: string): void {
    this.#listening = false;
    const fields = { ...errorFields(error), ...(hint === undefined ? {} : { hint }) };
    this.#logger.warn('flyball sends its syncs before the response: no extension', fields);
  }

  /** An invocation begins whose end will be told by `end`. */
  begin(requestId: string): void {
    if (this.#told?.requestId === requestId && this.#told.open > 0) this.#told.open += 1;
    else this.#told = { requestId, open: 1, kept: [] };
  }

  /**
   * Takes what is to end before the environment may freeze. False when nothing holds the environment for this
   * invocation: whoever asked then awaits it.
   */
  keep(requestId: string, work: Promise<void> | undefined): boolean {
    const told = this.#told;
    if (told?.requestId !== requestId || told.open === 0) {
      this.#becomePassive();
      return false;
    }
    // Before its event is here, an invocation is held all the same: the question for it is out.
    const willBeHeld = this.#held ? this.#held.requestId === requestId : this.#listening;
    if (!willBeHeld || this.#passive || this.#released === requestId) return false;
    if (work) told.kept.push(work);
    return true;
  }

  /** The invocation has ended, and kept all it will. */
  end(requestId: string): void {
    if (this.#told?.requestId !== requestId) return;
    this.#told.open -= 1;
    if (this.#told.open === 0 && this.#held?.requestId === requestId) void this.#finish(this.#held, this.#told);
  }

  #becomePassive(): void {
    if (this.#passive) return;
    this.#passive = true;
    const hint = 'use governed(), or middy(governPlugin).use(govern(…))';
    this.#logger.warn('flyball sends its syncs before the response: this stack does not tell of its end', { hint });
    this.#held?.release();
  }

  /** Resolves when the invocation of this event needs the environment no more. */
  #hold({ requestId = '', deadlineMs = NaN }: ExtensionEvent): Promise<void> {
    this.#listening = false;
    this.#released = undefined;
    if (this.#passive) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    const leftMs = deadlineMs - this.#clock.now() - BEFORE_DEADLINE_MS;
    const release = () => {
      if (this.#held !== held) return;
      this.#held = undefined;
      this.#released = requestId;
      // The same id may come again: the platform repeats an asynchronous invocation under its first one.
      if (this.#told?.requestId === requestId && this.#told.open === 0) this.#told = undefined;
      for (const cancel of cancels) cancel();
      resolve();
    };
    const held: Held = { requestId, release };
    this.#held = held;
    const unheard = () => {
      if (this.#told?.requestId !== requestId) release();
    };
    const cancels = [
      this.#clock.after(BEGIN_WITHIN_MS, unheard),
      this.#clock.after(leftMs > 0 ? leftMs : LONGEST_INVOCATION_MS, release),
    ];
    const told = this.#told;
    if (told?.requestId === requestId && told.open === 0) void this.#finish(held, told);
    return promise;
  }

  async #finish(held: Held, { kept }: Told): Promise<void> {
    if (kept.length > 0) {
      const { promise: limit, resolve } = Promise.withResolvers<void>();
      const cancel = this.#clock.after(HOLD_AT_MOST_MS, resolve);
      await Promise.race([Promise.allSettled(kept), limit]);
      cancel();
    }
    held.release();
  }
}

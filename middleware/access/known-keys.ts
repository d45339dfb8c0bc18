// Keys of callers as an instance knows them: looked up once by all who wait, bounded, forgotten soon, kept while the table is away.
import type { Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';
import { MissBudget, MOST_MISSES } from './miss-budget.ts';
import { isGood, type ClientKey } from '../../store/items/client-keys.ts';

/** An older look at a key is repeated beside the handler, ms. */
const FRESH_MS = 20_000;
/** Before it is used, ms: after this a key that has been revoked is not let in any more. */
const STALE_MS = 60_000;
/** A key that was not there is asked for again after this, ms. */
const UNKNOWN_MS = 10_000;
/** Each of those that are known, and of those that are not: anybody can make up as many as they like. */
const MOST = 1_000;

/** Reads a key from the table; undefined when there is none. Rejects when the table does not answer. */
export type ReadKey = (hash: string, limitMs: number, signal?: AbortSignal) => Promise<ClientKey | undefined>;

export type Found =
  | { readonly kind: 'known'; readonly key: ClientKey }
  /** There is none, or it has expired or been revoked. */
  | { readonly kind: 'unknown' }
  /** The table does not answer, and nothing is known of it. */
  | { readonly kind: 'unavailable' }
  /** Not looked up for so long, ms: too many lately were not there. */
  | { readonly kind: 'crowded'; readonly waitMs: number };

interface Seen {
  readonly key: ClientKey;
  readonly at: number;
}

const UNKNOWN: Found = { kind: 'unknown' };
const UNAVAILABLE: Found = { kind: 'unavailable' };

export class KnownKeys {
  readonly #clock: Clock;
  readonly #read: ReadKey;
  readonly #logger: Pick<Logger, 'warn'>;
  readonly #budget = new MissBudget();
  /** The one that has not been asked about for longest is first. */
  readonly #known = new Map<string, Seen>();
  readonly #unknown = new Map<string, number>();
  readonly #flights = new Map<string, Promise<Found>>();

  constructor(clock: Clock, read: ReadKey, logger: Pick<Logger, 'warn'>) {
    this.#clock = clock;
    this.#read = read;
    this.#logger = logger;
  }

  /** What is known of a key, found out first if need be. `keepForMs`: for how long it is believed without the table. */
  async find(hash: string, limitMs: number, keepForMs: number): Promise<Found> {
    const now = this.#clock.now();
    const seen = this.#known.get(hash);
    if (seen && now - seen.at <= STALE_MS) return this.#judged(seen.key);
    const missedAt = this.#unknown.get(hash);
    if (!seen && missedAt !== undefined && now - missedAt <= UNKNOWN_MS) return UNKNOWN;
    const waitMs = seen || this.#flights.has(hash) ? 0 : this.#budget.waitMs(hash, now);
    if (waitMs > 0) return { kind: 'crowded', waitMs };
    const found = await this.#look(hash, limitMs);
    if (found.kind !== 'unavailable' || !seen || now - seen.at > keepForMs) return found;
    return this.#judged(seen.key);
  }

  /** True when a key that still serves is to be looked at again, beside the handler. */
  due(hash: string, nowMs: number): boolean {
    const seen = this.#known.get(hash);
    return seen !== undefined && nowMs - seen.at > FRESH_MS;
  }

  /** Looks at a key again. @throws when the table does not answer. */
  async refresh(hash: string, limitMs: number, signal: AbortSignal): Promise<void> {
    const key = await this.#read(hash, limitMs, signal);
    if (!signal.aborted) this.#keep(hash, key);
  }

  /** How many are remembered, for tests. */
  get size(): number {
    return this.#known.size + this.#unknown.size;
  }

  #look(hash: string, limitMs: number): Promise<Found> {
    const underWay = this.#flights.get(hash);
    if (underWay) return underWay;
    const now = this.#clock.now();
    if (this.#budget.take(hash, now)) {
      this.#logger.warn('flyball rations looks for API keys that may not exist', { looksThisMinute: MOST_MISSES });
    }
    const looking = this.#read(hash, limitMs)
      .then(
        (key) => this.#keep(hash, key),
        () => UNAVAILABLE,
      )
      .then((found) => {
        if (found !== UNKNOWN) this.#budget.giveBack(hash, now);
        return found;
      })
      .finally(() => this.#flights.delete(hash));
    this.#flights.set(hash, looking);
    return looking;
  }

  #keep(hash: string, key: ClientKey | undefined): Found {
    const now = this.#clock.now();
    if (!key) {
      this.#known.delete(hash);
      remember(this.#unknown, hash, now);
      return UNKNOWN;
    }
    this.#unknown.delete(hash);
    remember(this.#known, hash, { key, at: now });
    return this.#judged(key);
  }

  #judged(key: ClientKey): Found {
    const seen = this.#known.get(key.hash);
    if (seen) remember(this.#known, key.hash, seen);
    return isGood(key, this.#clock.now()) ? { kind: 'known', key } : UNKNOWN;
  }
}

/** As the last of a map; the first goes when there are too many. */
function remember<Value>(map: Map<string, Value>, hash: string, value: Value): void {
  map.delete(hash);
  map.set(hash, value);
  if (map.size <= MOST) return;
  for (const oldest of map.keys()) {
    map.delete(oldest);
    return;
  }
}

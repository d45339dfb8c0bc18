// Failed logins, counted by address and by credential: after too many, nothing more is looked up for a while.
import { bytesOf } from '../../middleware/kernel/cidr.ts';
import { quotaCounter } from '../../store/items/quota.ts';
import type { Table } from '../../store/port.ts';

/** Of one address in one window, on all instances of a function together. */
export const MOST_BY_ADDRESS = 20;
/** Of one key or token in one window, on one instance. */
export const MOST_BY_CREDENTIAL = 10;
/**
 * Of one address that is over its limit, and of credentials whose hashes begin alike: a good key that is new here is
 * looked up all the same, unless somebody has made up hundreds, and those cost no more looks than these.
 */
export const MOST_BY_PREFIX = 2;
const PREFIX_LENGTH = 2;
/** Windows begin with the minute, ms. */
export const WINDOW_MS = 60_000;

/** Entries of either kind that an instance remembers; beyond, the oldest is forgotten. */
const MOST_REMEMBERED = 10_000;
/** For so long after it was good, a credential is looked up whatever others at its address do, ms. */
const TRUSTED_MS = 3_600_000;
/** The count in the table goes once its window is long over, s. */
const KEPT_S = 86_400;
/** No login waits longer for the count, ms. */
const COUNT_LIMIT_MS = 500;

/** Where the counts of all instances come together. */
export interface Shared {
  readonly table: Table;
  /** Whose instances these are: the count is among their own items. */
  readonly service: string;
}

export interface Attempt {
  /** The address the gateway saw. */
  readonly address: string;
  /** The hash of what was presented. */
  readonly credential: string;
  /** ms since the epoch. */
  readonly at: number;
  /** It is verified without asking anybody: what others at its address do is no reason not to. */
  readonly isFree?: boolean;
}

/** Whether an attempt is looked at. */
export type Look =
  | { readonly kind: 'now' }
  /** Its address has failed too often: looked at all the same, and told to wait, ms, should it be no good. */
  | { readonly kind: 'despite'; readonly waitMs: number }
  | { readonly kind: 'never'; readonly waitMs: number };

export class FailedLogins {
  readonly #shared: Shared | undefined;
  #startMs = 0;
  readonly #counts = new Map<string, number>();
  readonly #beyond = new Map<string, number>();
  readonly #trusted = new Map<string, number>();

  constructor(shared?: Shared) {
    this.#shared = shared;
  }

  /** Whether this attempt is looked at. */
  look(attempt: Attempt): Look {
    const { address, credential, at, isFree = false } = attempt;
    this.#turn(at);
    const waitMs = Math.max(1, this.#startMs + WINDOW_MS - at);
    if ((this.#counts.get(`credential ${credential}`) ?? 0) >= MOST_BY_CREDENTIAL) return { kind: 'never', waitMs };
    if (!this.#isOver(address)) return { kind: 'now' };
    if (at - (this.#trusted.get(credential) ?? -Infinity) < TRUSTED_MS) return { kind: 'now' };
    const spent = !isFree && (this.#beyond.get(prefixOf(attempt)) ?? 0) >= MOST_BY_PREFIX;
    return { kind: spent ? 'never' : 'despite', waitMs };
  }

  succeeded({ credential, at }: Attempt): void {
    remember(this.#trusted, credential, at);
  }

  /** Never rejects: a count that cannot be kept for all is kept here. */
  async failed(attempt: Attempt): Promise<void> {
    const { address, credential, at } = attempt;
    this.#turn(at);
    this.#trusted.delete(credential);
    const wasOver = this.#isOver(address);
    const network = networkOf(address);
    const names = [`credential ${credential}`, `address ${network}`] as const;
    for (const name of names) remember(this.#counts, name, (this.#counts.get(name) ?? 0) + 1);
    if (wasOver) {
      // All know already, or learn it from who is counted next.
      const prefix = prefixOf(attempt);
      remember(this.#beyond, prefix, (this.#beyond.get(prefix) ?? 0) + 1);
      return;
    }
    const startMs = this.#startMs;
    const everywhere = await this.#countForAll(network, at);
    if (startMs !== this.#startMs) return;
    const [, name] = names;
    remember(this.#counts, name, Math.max(everywhere, this.#counts.get(name) ?? 0));
  }

  #isOver(address: string): boolean {
    return (this.#counts.get(`address ${networkOf(address)}`) ?? 0) >= MOST_BY_ADDRESS;
  }

  /** A window that is over counts for nothing. */
  #turn(at: number): void {
    const startMs = Math.floor(at / WINDOW_MS) * WINDOW_MS;
    if (startMs === this.#startMs) return;
    this.#startMs = startMs;
    this.#counts.clear();
    this.#beyond.clear();
  }

  async #countForAll(network: string, at: number): Promise<number> {
    if (!this.#shared) return 0;
    const { table, service } = this.#shared;
    const limit = MOST_BY_ADDRESS;
    // An underscore begins no rule's name.
    const name = { service, rule: '_logins', algorithm: 'fixed-window', generation: `${limit}`, key: network };
    try {
      const { applied, record } = await quotaCounter(table, name, this.#startMs).take(
        {
          ...{ tokens: 1, most: limit - 1, limit, nowMs: at },
          expiration: Math.ceil((this.#startMs + WINDOW_MS) / 1000) + KEPT_S,
        },
        { timeoutMs: COUNT_LIMIT_MS },
      );
      return applied ? (record?.taken ?? 0) : limit;
    } catch {
      return 0;
    }
  }
}

function prefixOf({ address, credential }: Attempt): string {
  return `${networkOf(address)} ${credential.slice(0, PREFIX_LENGTH)}`;
}

/** How ::ffff:0:0/96 begins. */
const MAPPED = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];

/** What one caller has for itself: an IPv4 address, or the /64 that an IPv6 address is in. */
function networkOf(address: string): string {
  const bytes = bytesOf(address);
  if (!bytes) return 'unknown';
  // An IPv4 address in the clothes of IPv6: all of them would be one network.
  if (MAPPED.every((byte, i) => bytes[i] === byte) && bytes.length === 16) return bytes.slice(12).join('.');
  return bytes.length === 4 ? address : Buffer.from(bytes.slice(0, 8)).toString('hex');
}

function remember(map: Map<string, number>, name: string, value: number): void {
  map.delete(name);
  map.set(name, value);
  const [oldest] = map.keys();
  if (map.size > MOST_REMEMBERED && oldest !== undefined) map.delete(oldest);
}

// Failed logins, counted by address and by credential: after too many, nothing more is looked up for a while.
import { bytesOf } from '../../middleware/kernel/cidr.ts';
import { quotaCounter } from '../../store/items/quota.ts';
import type { Table } from '../../store/port.ts';

/** Of one address in one window, on all instances of a function together. */
export const MOST_BY_ADDRESS = 20;
/** Of one key or token in one window, on one instance. */
export const MOST_BY_CREDENTIAL = 10;
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
}

export class FailedLogins {
  readonly #shared: Shared | undefined;
  #startMs = 0;
  readonly #counts = new Map<string, number>();
  readonly #trusted = new Map<string, number>();

  constructor(shared?: Shared) {
    this.#shared = shared;
  }

  /** How long this attempt is not to be looked at, ms; 0 when it is looked at now. */
  waitMs({ address, credential, at }: Attempt): number {
    this.#turn(at);
    const byCredential = this.#counts.get(`credential ${credential}`) ?? 0;
    const byAddress = this.#counts.get(`address ${networkOf(address)}`) ?? 0;
    const trusted = at - (this.#trusted.get(credential) ?? -Infinity) < TRUSTED_MS;
    const refused = byCredential >= MOST_BY_CREDENTIAL || (byAddress >= MOST_BY_ADDRESS && !trusted);
    return refused ? Math.max(1, this.#startMs + WINDOW_MS - at) : 0;
  }

  succeeded({ credential, at }: Attempt): void {
    remember(this.#trusted, credential, at);
  }

  /** Never rejects: a count that cannot be kept for all is kept here. */
  async failed({ address, credential, at }: Attempt): Promise<void> {
    this.#turn(at);
    this.#trusted.delete(credential);
    const network = networkOf(address);
    const names = [`credential ${credential}`, `address ${network}`] as const;
    for (const name of names) remember(this.#counts, name, (this.#counts.get(name) ?? 0) + 1);
    const startMs = this.#startMs;
    const everywhere = await this.#countForAll(network, at);
    if (startMs !== this.#startMs) return;
    const [, name] = names;
    remember(this.#counts, name, Math.max(everywhere, this.#counts.get(name) ?? 0));
  }

  /** A window that is over counts for nothing. */
  #turn(at: number): void {
    const startMs = Math.floor(at / WINDOW_MS) * WINDOW_MS;
    if (startMs === this.#startMs) return;
    this.#startMs = startMs;
    this.#counts.clear();
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

// The table of a simulated fleet: the product's own requests, after a latency, under the limits of a partition and a table.
import type { Random } from '../../middleware/kernel/clock.ts';
import {
  StoreUnavailable,
  type CallOptions,
  type Item,
  type Key,
  type PutRequest,
  type Table,
  type UpdateRequest,
  type Written,
} from '../../store/port.ts';
import { narrow, type SkewRecord } from '../../store/skew.ts';
import { holds, updated } from './expression.ts';
import type { World } from './world.ts';

/** One partition takes so many writes a second, and so does a new on-demand table. */
export const ITEM_WRITES_PER_S = 1_000;
/** As many, of items below 4 KB, when they are consistent; twice as many otherwise. */
export const ITEM_READS_PER_S = 3_000;
export const TABLE_WRITES_PER_S = 4_000;

/** The signed adapter's, ms. */
const DEFAULT_TIMEOUT_MS = 100;

/** How long an exchange takes, ms: there and back. */
export type Latency = (random: Random) => number;

/** 3 to 8 ms, one in a hundred 15 to 40 ms, one in a thousand 100 to 300 ms. */
export const usualLatency: Latency = (random) => {
  const tail = random();
  if (tail < 0.001) return 100 + 200 * random();
  return tail < 0.01 ? 15 + 25 * random() : 3 + 5 * random();
};

export interface StoreOptions {
  readonly latency: Latency;
  readonly itemWritesPerS: number;
  /** Consistent ones; without a bound when it is not given. */
  readonly itemReadsPerS?: number;
  readonly tableWritesPerS: number;
  /** Told of every write that was carried out and whose condition held. */
  readonly written?: (item: Item) => void;
  /** When nothing answers, epoch ms. */
  readonly outages: readonly { readonly fromMs: number; readonly toMs: number }[];
}

/** Who asks: what it is told late while it is frozen, and the time it believes it is. */
export interface Asker {
  readonly now: () => number;
  readonly deliver: (news: () => void) => void;
}

/** What one second has seen. */
class PerSecond {
  most = 0;
  #second = 0;
  #count = 0;

  /** False when it would be more than `limit`. */
  count(nowMs: number, limit: number, units = 1): boolean {
    const second = Math.floor(nowMs / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#count = 0;
    }
    if (this.#count + units > limit) return false;
    this.#count += units;
    this.most = Math.max(this.most, this.#count);
    return true;
  }
}

export class SimulatedStore {
  /** Carried out, whether or not their conditions held: those are billed. */
  writes = 0;
  lostRaces = 0;
  reads = 0;
  /** Refused for being too many. */
  throttled = 0;
  readonly #world: World;
  readonly #random: Random;
  readonly #options: StoreOptions;
  readonly #items = new Map<string, Item>();
  readonly #perItem = new Map<string, PerSecond>();
  readonly #readsPerItem = new Map<string, PerSecond>();
  readonly #perTable = new PerSecond();

  constructor(world: World, random: Random, options: StoreOptions) {
    this.#world = world;
    this.#random = random;
    this.#options = options;
  }

  /** Of the busiest item in its busiest second. */
  get mostWritesPerItemS(): number {
    let most = 0;
    for (const { most: one } of this.#perItem.values()) most = Math.max(most, one);
    return most;
  }

  get items(): readonly Item[] {
    return [...this.#items.values()];
  }

  /** The table as one instance reaches it. */
  tableOf(asker: Asker): Table {
    let skew: SkewRecord | undefined;
    const ask = <T>(options: CallOptions, carryOut: () => T): Promise<T> =>
      this.#exchange(asker, options, carryOut, (sentAtMs, dateMs) => {
        skew = narrow(skew, { sentAtMs, receivedAtMs: asker.now(), dateMs });
      });
    const unused = () => Promise.reject(new Error('the simulated table does neither delete nor query'));
    return {
      get: (key, options = {}) => ask(options, () => this.#read(key, options.consistent ?? false)),
      put: (request) => ask(request, () => this.#put(request)),
      update: (request) => ask(request, () => this.#update(request)),
      delete: unused,
      query: unused,
      skew: () => skew && { lowMs: skew.lowMs, highMs: skew.highMs },
    };
  }

  /** A request leaves, is carried out on its way, and its answer is heard unless its time is over before. */
  #exchange<T>(
    asker: Asker,
    { timeoutMs = DEFAULT_TIMEOUT_MS, signal }: CallOptions,
    carryOut: () => T,
    dated: (sentAtMs: number, dateMs: number) => void,
  ): Promise<T> {
    const world = this.#world;
    world.touched = true;
    if (signal?.aborted) return Promise.reject(new StoreUnavailable('aborted', 'its caller has gone'));
    const sentAtMs = asker.now();
    const latencyMs = this.#options.latency(this.#random);
    const thereMs = latencyMs * (0.3 + 0.4 * this.#random());
    return new Promise((resolve, reject) => {
      const end = (how: () => void) => {
        timeout.run = undefined;
        signal?.removeEventListener('abort', onAbort);
        world.touched = true;
        how();
      };
      const onAbort = () => end(() => reject(new StoreUnavailable('aborted', 'its caller has gone')));
      const timeout = world.after(timeoutMs, () =>
        asker.deliver(() => end(() => reject(new StoreUnavailable('timeout', `no answer within ${timeoutMs} ms`)))),
      );
      signal?.addEventListener('abort', onAbort, { once: true });
      world.after(thereMs, () => {
        if (this.#isAway()) return;
        const dateMs = Math.floor(world.nowMs / 1000) * 1000;
        let how: () => void;
        try {
          const answer = carryOut();
          how = () => resolve(answer);
        } catch (error) {
          how = () => reject(error instanceof Error ? error : new Error(String(error)));
        }
        world.after(latencyMs - thereMs, () =>
          asker.deliver(() => {
            dated(sentAtMs, dateMs);
            end(how);
          }),
        );
      });
    });
  }

  #isAway(): boolean {
    const { nowMs } = this.#world;
    return this.#options.outages.some(({ fromMs, toMs }) => nowMs >= fromMs && nowMs < toMs);
  }

  #read({ pk, sk }: Key, consistent: boolean): Item | undefined {
    const { itemReadsPerS } = this.#options;
    if (itemReadsPerS !== undefined) this.#admitRead(pk, itemReadsPerS, consistent ? 1 : 0.5);
    this.reads++;
    const found = this.#items.get(`${pk}\n${sk}`);
    return found && { ...found };
  }

  #put({ item, condition, ...given }: PutRequest): Written {
    this.#admitWrite(item.pk);
    const name = `${item.pk}\n${item.sk}`;
    const found = this.#items.get(name);
    if (condition !== undefined && !holds(condition, found ?? {}, given)) return this.#lost(found);
    this.#items.set(name, { ...item });
    this.#options.written?.(item);
    return { applied: true, item };
  }

  #update({ key, update, condition, ...given }: UpdateRequest): Written {
    this.#admitWrite(key.pk);
    const name = `${key.pk}\n${key.sk}`;
    const found = this.#items.get(name);
    if (condition !== undefined && !holds(condition, found ?? {}, given)) return this.#lost(found);
    const item = updated(update, found ?? { ...key }, given);
    this.#items.set(name, item);
    this.#options.written?.(item);
    return { applied: true, item: { ...item } };
  }

  #lost(found: Item | undefined): Written {
    this.lostRaces++;
    return { applied: false, item: found && { ...found } };
  }

  #admitRead(pk: string, itemReadsPerS: number, units: number): void {
    let perItem = this.#readsPerItem.get(pk);
    if (!perItem) this.#readsPerItem.set(pk, (perItem = new PerSecond()));
    if (perItem.count(this.#world.nowMs, itemReadsPerS, units)) return;
    this.throttled++;
    throw new StoreUnavailable('throttled', 'too many reads in this second');
  }

  #admitWrite(pk: string): void {
    let perItem = this.#perItem.get(pk);
    if (!perItem) this.#perItem.set(pk, (perItem = new PerSecond()));
    const { nowMs } = this.#world;
    const { itemWritesPerS, tableWritesPerS } = this.#options;
    if (!perItem.count(nowMs, itemWritesPerS) || !this.#perTable.count(nowMs, tableWritesPerS)) {
      this.throttled++;
      throw new StoreUnavailable('throttled', 'too many writes in this second');
    }
    this.writes++;
  }
}

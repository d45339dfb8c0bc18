// The table of a simulated fleet: the product's own requests, after a latency, under the limits of a partition and a table.
import { hash } from 'node:crypto';
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
  /** How many bytes an item has. Then reads count a unit for each 4 KB of it, and writes one for each KB; otherwise one each. */
  readonly bytesOf?: (item: Item) => number;
  /** Over so many partitions the keys are spread by their hash, and share what one takes; each has its own otherwise. */
  readonly partitions?: number;
  /** For how long a read that is not consistent may not see a write, ms. */
  readonly replicaLag?: Latency;
  /** Told of every write that was carried out and whose condition held. */
  readonly written?: (item: Item) => void;
  /** Told of every read that was carried out, and what it counted for. */
  readonly read?: (key: Key, units: number) => void;
  /** How many write units of each partition others take in this second. */
  readonly othersWriteUnits?: (nowMs: number) => number;
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
  /** What was there until lately. */
  readonly #replaced = new Map<string, { readonly item: Item | undefined; readonly atMs: number }>();

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

  /** Units of the busiest partition (a key, without partitions) in its busiest second. */
  get mostReadUnitsPerItemS(): number {
    let most = 0;
    for (const { most: one } of this.#readsPerItem.values()) most = Math.max(most, one);
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
    const { itemReadsPerS, replicaLag } = this.#options;
    const name = `${pk}\n${sk}`;
    let found = this.#items.get(name);
    const replaced = consistent || !replicaLag ? undefined : this.#replaced.get(name);
    if (replaced && replicaLag && this.#world.nowMs < replaced.atMs + replicaLag(this.#random)) found = replaced.item;
    const units = this.#units(found, 4096) * (consistent ? 1 : 0.5);
    if (itemReadsPerS !== undefined) this.#admitRead(pk, itemReadsPerS, units);
    this.reads++;
    this.#options.read?.({ pk, sk }, units);
    return found && { ...found };
  }

  #put({ item, condition, ...given }: PutRequest): Written {
    this.#admitWrite(item.pk, item);
    const name = `${item.pk}\n${item.sk}`;
    const found = this.#items.get(name);
    if (condition !== undefined && !holds(condition, found ?? {}, given)) return this.#lost(found);
    this.#keep(name, { ...item });
    return { applied: true, item };
  }

  #update({ key, update, condition, ...given }: UpdateRequest): Written {
    const name = `${key.pk}\n${key.sk}`;
    const found = this.#items.get(name);
    this.#admitWrite(key.pk, found);
    if (condition !== undefined && !holds(condition, found ?? {}, given)) return this.#lost(found);
    const item = updated(update, found ?? { ...key }, given);
    this.#keep(name, item);
    return { applied: true, item: { ...item } };
  }

  #keep(name: string, item: Item): void {
    if (this.#options.replicaLag) {
      this.#replaced.set(name, { item: this.#items.get(name), atMs: this.#world.nowMs });
    }
    this.#items.set(name, item);
    this.#options.written?.(item);
  }

  #lost(found: Item | undefined): Written {
    this.lostRaces++;
    return { applied: false, item: found && { ...found } };
  }

  #admitRead(pk: string, itemReadsPerS: number, units: number): void {
    if (perSecondOf(this.#readsPerItem, this.#placeOf(pk)).count(this.#world.nowMs, itemReadsPerS, units)) return;
    this.throttled++;
    throw new StoreUnavailable('throttled', 'too many reads in this second');
  }

  #admitWrite(pk: string, item: Item | undefined): void {
    const { nowMs } = this.#world;
    const { itemWritesPerS, tableWritesPerS, othersWriteUnits = () => 0 } = this.#options;
    const units = this.#units(item, 1024);
    const perItem = perSecondOf(this.#perItem, this.#placeOf(pk));
    if (
      !perItem.count(nowMs, itemWritesPerS - othersWriteUnits(nowMs), units) ||
      !this.#perTable.count(nowMs, tableWritesPerS, units)
    ) {
      this.throttled++;
      throw new StoreUnavailable('throttled', 'too many writes in this second');
    }
    this.writes++;
  }

  #units(item: Item | undefined, unitBytes: number): number {
    const { bytesOf } = this.#options;
    return bytesOf && item ? Math.ceil(bytesOf(item) / unitBytes) : 1;
  }

  /** What shares the limits of a partition. */
  #placeOf(pk: string): string {
    const { partitions } = this.#options;
    return partitions === undefined ? pk : String(hash('md5', pk, 'buffer').readUInt32BE() % partitions);
  }
}

function perSecondOf(counts: Map<string, PerSecond>, name: string): PerSecond {
  let perSecond = counts.get(name);
  if (!perSecond) counts.set(name, (perSecond = new PerSecond()));
  return perSecond;
}

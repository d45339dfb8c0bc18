// A breaker in shards: where a fleet writes more than one item takes, each part of it counts in an item of its own.
import { instanceKeys } from '../instance-keys.ts';
import { StoreUnavailable, type CallOptions, type Item, type Table, type Written } from '../port.ts';
import { moving, publishing } from './breaker-changes.ts';
import { recordOf, type BreakerRecord } from './breaker-record.ts';
import { tallyAttribute, type BreakerTally } from './breaker-tallies.ts';
import type { BreakerAnswer, BreakerStore } from './breaker.ts';

/** What of the authoritative item a shard has a copy of. */
const COPIED = [
  ...['v', 'epoch', 'state', 'openUntil', 'openForMs', 'rampFrom', 'successes', 'probeToken', 'probeBy', 'probeUntil'],
  ...['more', 'turn', 'because', 'forced'],
];

/** A view of the authoritative item may be as old as this, while the shard says nothing newer. */
const AUTHORITATIVE_EVERY_MS = 5_000;

export interface ShardOptions {
  /** Counted from 1. */
  readonly index: number;
  readonly of: number;
  readonly now: () => number;
  /** What a shard that is brought up is told of its instances, since its own counts go. */
  readonly present: () => readonly BreakerTally[];
}

/**
 * The breaker as an instance of one shard sees it. Its state is moved in the authoritative item alone; whoever moves it
 * copies it to all shards, and whoever finds its own behind brings it up. A copy never goes back: the higher epoch wins.
 */
export function shardedStore(table: Table, service: string, breaker: string, options: ShardOptions): BreakerStore {
  const { index: own, of: shards, now, present } = options;
  const authoritative = instanceKeys.breaker(service, breaker);
  const keyOf = (index: number) => instanceKeys.breakerShard(service, breaker, index);
  let readAt = -Infinity;

  /** Brings a shard up to the state of `item`, unless it is there or further already. Its counts were of an earlier epoch. */
  async function copy(item: Item, index: number, call?: CallOptions): Promise<void> {
    const { epoch = 0 } = item;
    const copied = COPIED.map((name) => [name, item[name]]).filter(([, value]) => value !== undefined);
    const counted = present().map((tally) => [tallyAttribute(tally), tally.count]);
    await table.put({
      item: { ...(Object.fromEntries([...copied, ...counted]) as Item), ...keyOf(index) },
      condition: 'attribute_not_exists(#epoch) OR #epoch < :epoch',
      names: { '#epoch': 'epoch' },
      values: { ':epoch': epoch },
      ...call,
    });
  }

  /** Whoever moves it does not know what was counted there, in the epoch that is over and before the fleet was divided. */
  async function forget({ epoch, buckets }: BreakerRecord, call?: CallOptions): Promise<void> {
    if (buckets.length === 0) return;
    await table.update({ key: authoritative, ...publishing(epoch, [], buckets), ...call });
  }

  async function readAuthoritative(call?: CallOptions): Promise<Item | undefined> {
    readAt = now();
    return table.get(authoritative, { ...call });
  }

  /** What is written beside it may be applied, whatever becomes of this: its failure must not be taken for the write's. */
  async function readBeside(call?: CallOptions): Promise<Item | undefined> {
    try {
      return await readAuthoritative(call);
    } catch (error) {
      readAt = -Infinity;
      if (error instanceof StoreUnavailable) return undefined;
      throw error;
    }
  }

  async function look(call?: CallOptions): Promise<BreakerRecord> {
    const due = now() - readAt >= AUTHORITATIVE_EVERY_MS;
    const [here, there] = await Promise.all([
      table.get(keyOf(own), { ...call }),
      due ? readAuthoritative(call) : undefined,
    ]);
    return newer(recordOf(here), there);
  }

  async function publish(...[epoch, deltas, stale, tallying, call]: Parameters<BreakerStore['publish']>) {
    const update = async () =>
      answerOf(await table.update({ key: keyOf(own), ...publishing(epoch, deltas, stale, tallying), ...call }));
    const due = now() - readAt >= AUTHORITATIVE_EVERY_MS;
    const [answer, there] = await Promise.all([update(), due ? readBeside(call) : undefined]);
    if (answer.applied || answer.record.epoch >= epoch) {
      return { ...answer, record: newer(answer.record, there) };
    }
    // Its shard has not heard of the epoch it counts in, or of anything.
    const item = there ?? (await readAuthoritative(call));
    if (item) await copy(item, own, call);
    return { ...(await update()) };
  }

  async function move(...[seen, next, drop, call]: Parameters<BreakerStore['move']>): Promise<BreakerAnswer> {
    const from = { ...seen, copied: true };
    const written = await table.update({ key: authoritative, ...moving(from, next, undefined, drop), ...call });
    const answer = answerOf(written);
    const { item } = written;
    if (!item || answer.record.epoch <= seen.epoch) return answer;
    // There may be more by now than this instance has heard of.
    const all = Math.max(shards, answer.record.shards ?? 1);
    const behind = written.applied ? Array.from({ length: all }, (_, i) => i + 1) : [own];
    const copies = behind.map((index) => copy(item, index, call));
    await Promise.allSettled(written.applied ? [...copies, forget(answer.record, call)] : copies);
    return answer;
  }

  async function read(call?: CallOptions): Promise<BreakerRecord> {
    return recordOf(await table.get(authoritative, { ...call, consistent: true }));
  }

  return { read, look, publish, move };
}

const answerOf = ({ applied, item }: Written): BreakerAnswer => ({ applied, record: recordOf(item) });

/** The state of the authoritative item where that is newer, and how many shards it says there are. */
function newer(shard: BreakerRecord, item: Item | undefined): BreakerRecord {
  if (!item) return shard;
  const authoritative = recordOf(item);
  const { shards } = authoritative;
  const known = shards === undefined ? {} : { shards };
  // What is read for little may be older than the copy; of the same epoch it knows more of a half-open state.
  if (authoritative.epoch < shard.epoch) return { ...shard, ...known };
  const buckets = authoritative.epoch === shard.epoch ? shard.buckets : [];
  return { ...authoritative, buckets, tallies: shard.tallies };
}

/** Divides the fleet's counts anew, if nobody else has. */
export async function divideBreaker(
  table: Table,
  service: string,
  breaker: string,
  { from, to }: { readonly from: number; readonly to: number },
  options?: CallOptions,
): Promise<void> {
  await table.update({
    key: instanceKeys.breaker(service, breaker),
    update: 'SET shards = :to',
    condition: from === 1 ? 'attribute_not_exists(shards) OR shards = :from' : 'shards = :from',
    values: { ':to': to, ':from': from },
    ...options,
  });
}

// Which slot to ask for next: of those that may be free, from what has been seen of them. Pure.
import type { Random } from '../kernel/clock.ts';
import { SLOTS_PER_ITEM } from '../../store/items/permits.ts';
import { isTaken, type Term } from './lease.ts';

/** What an instance has seen of one item. */
export interface ShardView {
  readonly seenAtMs: number;
  /** By slot within the shard, µs. */
  readonly expiries: ReadonlyMap<number, number>;
}

export interface Slot {
  readonly shard: number;
  /** Within the shard, from 0. */
  readonly slot: number;
}

/** Slots are numbered through all shards; which of them an invocation may have. */
export interface Claimable {
  /** Slots below this are everybody's. */
  readonly common: number;
  /** Those from `common` up to this are only for priorities as high as this one. */
  readonly upTo: number;
}

/** A view in which something is free is a hint; one in which nothing is keeps from asking, and must not for long. */
const FREE_VIEW_KEPT_MS = 250;
const FULL_VIEW_KEPT_MS = 50;

export const shardsOf = (limit: number) => Math.ceil(limit / SLOTS_PER_ITEM);

/**
 * A slot that may be free, by chance among all of them; undefined when all that may be had have just been seen taken.
 * Slots for everybody go first, so that the reserved ones stay for those who find no other.
 */
export function chooseSlot(
  { common, upTo }: Claimable,
  views: ReadonlyMap<number, ShardView>,
  nowMs: number,
  term: Term,
  random: Random,
): Slot | undefined {
  return (
    chooseBetween(0, Math.min(common, upTo), views, nowMs, term, random) ??
    chooseBetween(common, upTo, views, nowMs, term, random)
  );
}

/** Of slots from `from` up to `to`: those seen free, else those of which nothing is known. */
function chooseBetween(
  from: number,
  to: number,
  views: ReadonlyMap<number, ShardView>,
  nowMs: number,
  term: Term,
  random: Random,
): Slot | undefined {
  const free: number[] = [];
  /** Runs of slots that have not been seen lately, as their first number and length. */
  const unknown: (readonly [number, number])[] = [];
  let unknownCount = 0;
  for (let begin = from; begin < to;) {
    const shard = Math.floor(begin / SLOTS_PER_ITEM);
    const end = Math.min(to, (shard + 1) * SLOTS_PER_ITEM);
    const view = views.get(shard);
    const seen = view ? freeIn(view, shard, begin, end, term) : [];
    if (view && nowMs - view.seenAtMs < (seen.length > 0 ? FREE_VIEW_KEPT_MS : FULL_VIEW_KEPT_MS)) {
      free.push(...seen);
    } else {
      unknown.push([begin, end - begin]);
      unknownCount += end - begin;
    }
    begin = end;
  }
  if (free.length > 0) return slotOf(free[Math.floor(random() * free.length)] ?? from);
  let left = Math.floor(random() * unknownCount);
  for (const [begin, length] of unknown) {
    if (left < length) return slotOf(begin + left);
    left -= length;
  }
  return undefined;
}

function freeIn({ expiries }: ShardView, shard: number, begin: number, end: number, term: Term): number[] {
  const free: number[] = [];
  for (let number = begin; number < end; number++) {
    const expiry = expiries.get(number - shard * SLOTS_PER_ITEM);
    if (expiry === undefined || !isTaken(expiry, term)) free.push(number);
  }
  return free;
}

function slotOf(number: number): Slot {
  return { shard: Math.floor(number / SLOTS_PER_ITEM), slot: number % SLOTS_PER_ITEM };
}

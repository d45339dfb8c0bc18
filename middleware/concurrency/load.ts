// How full a rule is, for policies that act before it is full. Pure but for what it reads of the rule's memory.
import type { LoadGauge } from '../kernel/load.ts';
import { SLOTS_PER_ITEM } from '../../store/items/permits.ts';
import { isTaken, termAt } from './lease.ts';
import type { CompiledConcurrency } from './rule.ts';

/** What was seen longer ago than this says nothing any more. */
const SEEN_FOR_MS = 2_000;

/** The share of a rule's permits that are in use, of those that this instance has seen lately. */
export function gaugeOf(rule: CompiledConcurrency): LoadGauge {
  return {
    share(nowMs) {
      const limit = rule.limit();
      if (!rule.fleet) return rule.memory.heldHere / limit;
      const term = termAt(nowMs);
      let taken = 0;
      let slots = 0;
      for (const [shard, { seenAtMs, expiries }] of rule.memory.views) {
        const size = Math.min(SLOTS_PER_ITEM, limit - shard * SLOTS_PER_ITEM);
        if (size <= 0 || nowMs - seenAtMs > SEEN_FOR_MS || nowMs < seenAtMs) continue;
        slots += size;
        for (const [slot, expiry] of expiries) if (slot < size && isTaken(expiry, term)) taken++;
      }
      return slots === 0 ? undefined : taken / slots;
    },
  };
}

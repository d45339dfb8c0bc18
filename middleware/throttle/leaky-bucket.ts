// The leaky bucket as a limiter: what comes too early is given a slot in the queue, in order, and held until then.
import { AT_ONCE, LAG_US, type BucketState } from './bucket.ts';
import { certainOffsetMs } from './fleet-clock.ts';
import { bucketOf, takeTokens, whileWaiting, type Granted } from './fleet.ts';
import { compileGcra, type Gcra } from './gcra.ts';
import type { Conditions, Grant, Limiter, Slot } from './limiter.ts';
import { Slots } from './slots.ts';
import { sharedStanding } from './standing.ts';
import { wholeNumbers } from './token-bucket.ts';
import type { Instance } from '../kernel/instance.ts';
import type { Rate } from '../kernel/rates.ts';

/** How late a timer may be without its request having to queue again. */
const LATE_US = 25_000;

const ONE_NOW: Conditions = { atLeast: 1, aheadUs: 0 };

const none = () => new Slots();

/** Tokens that a fleet's burst must hold beside those of a request: clocks differ by so much, and timers are late. */
export function spareOf(rate: Rate, fleet: boolean): number {
  return fleet ? Math.ceil((LAG_US + LATE_US) / compileGcra(rate, 1).intervalUs) : 0;
}

/** How many may leave at once, unless the rule says: as few as clocks and timers allow. */
export function usualBurst(rate: Rate, fleet: boolean): number {
  if (fleet) return spareOf(rate, fleet) + 1;
  return Math.max(1, Math.ceil(LATE_US / compileGcra(rate, 1).intervalUs));
}

export function leakyBucket(rate: Rate, fleet: boolean, burst = usualBurst(rate, fleet)): Limiter {
  const gcra = compileGcra(rate, burst);
  const { intervalUs } = gcra;
  return {
    algorithm: 'leaky-bucket',
    shape: `${rate.tokens}/${rate.perMs}/${burst}`,
    policy: wholeNumbers(rate),
    spacingUs: intervalUs,
    full: burst,
    holds: Math.max(1, burst - spareOf(rate, fleet)),
    takeHere(memory, key, nowUs, wanted, { atLeast, aheadUs } = ONE_NOW) {
      return memory.held(key, none).reserve(gcra, nowUs, wanted, atLeast, aheadUs);
    },
    undoHere(memory, key, { mark }, tokens) {
      memory.held(key, none).undo(gcra, mark, tokens);
    },
    async takeFromFleet(invocation, state, wanted, { atLeast, aheadUs } = ONE_NOW) {
      const { instance } = invocation;
      const request = { tokens: wanted, atLeast, terms: AT_ONCE, aheadUs };
      const granted = await whileWaiting(invocation, (patience) =>
        takeTokens(instance, gcra, state, request, patience),
      );
      return grantOf(instance, gcra, granted, aheadUs);
    },
    async undoInFleet({ instance }, state, { mark }, tokens, signal) {
      await bucketOf(instance, state).undo(mark, mark - tokens * intervalUs, { signal });
    },
  };
}

/** In this instance's time what the table knows in the fleet's. */
function grantOf(instance: Instance, gcra: Gcra, granted: Granted, aheadUs: number): Grant {
  const { tokens, startUs, record } = granted;
  const offsetUs = certainOffsetMs(instance) * 1000;
  const nowUs = instance.clock.now() * 1000 + offsetUs;
  const { remaining, moreAtUs } = sharedStanding(gcra, record, nowUs);
  // Whoever comes so much before will be held until then.
  const freeAtUs = granted.freeAtUs - aheadUs - offsetUs;
  const common = { tokens, freeAtUs, remaining, moreAtUs: moreAtUs - offsetUs };
  if (tokens === 0 || !record) return { ...common, mark: 0 };
  const place = placeOf(gcra, startUs, record, nowUs);
  return { ...common, mark: record.tatUs, ...(place && { slot: slotOf(place, offsetUs) }) };
}

/** When what was taken may be used, µs of any clock. */
export interface Place {
  readonly fromUs: number;
  /**
   * Used later than this, the moment it was counted for, more would leave than the bucket admits: the rest of the fleet
   * knows nothing of the delay.
   */
  readonly untilUs: number;
}

/** Of tokens taken of a shared bucket that stands so now; undefined when they may be used at once. Pure. */
export function placeOf(gcra: Gcra, startUs: number, after: BucketState, nowUs: number): Place | undefined {
  if (after.tatUs <= after.baseUs + gcra.capacityUs) return undefined;
  const fromUs = after.tatUs - gcra.capacityUs + LAG_US;
  return fromUs <= nowUs ? undefined : { fromUs, untilUs: startUs };
}

function slotOf({ fromUs, untilUs }: Place, offsetUs: number): Slot {
  return { fromUs: () => fromUs - offsetUs, use: (nowUs) => nowUs + offsetUs <= untilUs };
}

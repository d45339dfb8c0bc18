// The token bucket that warms up after it has been idle, as a limiter.
import { readBucket, type BucketRecord } from '../../store/items/throttle.ts';
import type { Invocation } from '../kernel/invocation.ts';
import { AT_ONCE } from './bucket.ts';
import { byOwnClock, certainOffsetMs, fleetNowUs } from './fleet-clock.ts';
import { bucketOf, takeTokens, whileWaiting } from './fleet.ts';
import { take, type Gcra } from './gcra.ts';
import type { FleetState, Grant, Limiter } from './limiter.ts';
import { Recent } from './recent.ts';
import { sharedStanding } from './standing.ts';
import { tokenBucket } from './token-bucket.ts';
import { warmed, warmingSince, warmthOf, type Warmth } from './warm-up.ts';

/** Keys whose warmth is known without asking; of others a take reads it first. */
const KNOWN_KEYS = 10_000;

/** What an instance counts by itself. */
interface OwnBucket {
  tatUs: number;
  warmingSinceUs: number;
  /** What a token of the last take cost. */
  intervalUs: number;
}

const unused = (): OwnBucket => ({ tatUs: -Infinity, warmingSinceUs: -Infinity, intervalUs: 0 });

/** `warmUpUs` is at most the hour that the table's items are kept beyond their time. */
export function warmingBucket(gcra: Gcra, warmUpUs: number): Limiter {
  const { capacityUs, intervalUs } = gcra;
  const whole = tokenBucket(gcra, 'per-request');
  const cold = warmed(gcra, warmUpUs, 0, 0);
  const known = new Recent<Warmth>(KNOWN_KEYS);
  return {
    ...whole,
    shape: `${whole.shape}/warm-up ${warmUpUs}`,
    // What costs more than a cold bucket holds would wait for one that is warm, and nothing would warm it.
    holds: Math.floor(capacityUs / cold.intervalUs),
    takeHere(memory, key, nowUs, wanted, conditions) {
      const bucket = memory.held(key, unused);
      bucket.warmingSinceUs = warmingSince(bucket, warmUpUs, nowUs);
      const now = warmed(gcra, warmUpUs, bucket.warmingSinceUs, nowUs);
      const { tokens, tatUs, remaining, freeAtUs } = take(now, bucket.tatUs, nowUs, wanted, conditions?.atLeast);
      bucket.tatUs = tatUs;
      bucket.intervalUs = now.intervalUs;
      const moreAtUs = tatUs + (remaining + 1) * now.intervalUs - capacityUs;
      return { tokens, mark: tatUs, freeAtUs, remaining, moreAtUs };
    },
    undoHere(memory, key, { mark }, tokens) {
      const bucket = memory.held(key, unused);
      if (bucket.tatUs === mark) bucket.tatUs -= tokens * bucket.intervalUs;
    },
    takeFromFleet: (invocation, state, wanted, conditions) =>
      takeFromWarming(invocation, gcra, warmUpUs, known, state, wanted, conditions?.atLeast),
    async undoInFleet({ instance }, state, { mark, tokenUs = intervalUs }, tokens, signal) {
      await bucketOf(instance, state).undo(mark, mark - tokens * tokenUs, { signal });
    },
  };
}

/**
 * What is remembered of a key holds for as long as it cannot have been idle for the whole warm-up since; then it is read.
 * That another instance has begun to warm it up in between changes a price, never the bound.
 */
async function takeFromWarming(
  invocation: Invocation,
  gcra: Gcra,
  warmUpUs: number,
  known: Recent<Warmth>,
  state: FleetState,
  wanted: number,
  atLeast = 1,
): Promise<Grant> {
  const { instance } = invocation;
  return whileWaiting(invocation, async (patience) => {
    let warmth = known.get(state.key);
    let guess: BucketRecord | 'busy' | 'idle' = 'busy';
    if (!warmth || warmth.tatUs <= fleetNowUs(instance) - warmUpUs) {
      const name = { ...state, service: instance.service };
      const read = await readBucket(instance.table, name, { timeoutMs: patience.timeoutMs() });
      warmth = warmthOf(read);
      guess = read ?? 'idle';
    }
    const nowUs = fleetNowUs(instance);
    const warmingSinceUs = warmingSince(warmth, warmUpUs, nowUs);
    const now = warmed(gcra, warmUpUs, warmingSinceUs, nowUs);
    const request = { tokens: wanted, atLeast, terms: AT_ONCE, aheadUs: 0, guess, warmingSinceUs };
    const { tokens, record, freeAtUs } = await takeTokens(instance, now, state, request, patience);
    const learned = warmthOf(record);
    if (learned) known.set(state.key, learned);
    const { intervalUs } = now;
    const standing = sharedStanding(now, record, fleetNowUs(instance));
    const grant = { tokens, mark: record?.tatUs ?? 0, tokenUs: intervalUs, freeAtUs, ...standing };
    return byOwnClock(grant, certainOffsetMs(instance));
  });
}

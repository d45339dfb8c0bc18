// Takes tokens from a bucket the whole fleet shares: conditional updates, each deciding what the next one tries.
import { bucketStore, type BucketStore, type Taken as Written } from '../../store/items/throttle.ts';
import { StoreUnavailable } from '../../store/port.ts';
import { sleep } from '../kernel/clock.ts';
import type { Invocation } from '../kernel/invocation.ts';
import { CLOCK_ERROR_US, decide, LAG_US, type BucketState, type Decision } from './bucket.ts';
import type { Gcra } from './gcra.ts';
import type { FleetState, Grant } from './limiter.ts';
import { storeLimitMs } from '../kernel/patience.ts';

/** How long one rule may keep an invocation waiting for the store, ms. */
export const STORE_LIMIT_MS = storeLimitMs(100);

/**
 * Usually the first try tells the truth (the bucket is busy), and an idle bucket takes two. More are needed only while
 * instances race to begin the same burst, or to move on the same bucket whose tokens are shorter than an exchange.
 */
const MOST_TRIES = 16;
/** Tries that may follow each other at once; later ones wait a little, each racer another while. */
const HURRIED_TRIES = 4;
const LONGEST_PAUSE_MS = 8;

/**
 * A reading of the clock serves the tries that follow for this long: whoever lost to another's write then finds `tat`
 * ahead of its own reading, and only has to move it on, which no number of racers can fail. Half of the declared error
 * is left for the clock itself.
 */
const READING_KEPT_US = CLOCK_ERROR_US / 2;

/** An item says when it no longer matters; an hour more costs nothing and forgives every clock. */
const KEPT_BEYOND_S = 3_600;

export function bucketOf({ instance: { table, service } }: Invocation, state: FleetState): BucketStore {
  return bucketStore(table, { service, ...state });
}

/**
 * Takes up to `wanted` tokens. A lost race is no evidence that there are none: it is tried again.
 * @throws {StoreUnavailable} and whatever else the store says, also when this invocation has no time left to wait.
 */
export async function takeFromBucket(
  invocation: Invocation,
  gcra: Gcra,
  state: FleetState,
  wanted: number,
): Promise<Grant> {
  const { clock, random, recorder } = invocation.instance;
  const bucket = bucketOf(invocation, state);
  const startedMs = clock.precise();
  try {
    // More than the burst is never there at once.
    const asked = Math.min(wanted, gcra.burst);
    let seen: BucketState | undefined;
    let decision: Decision | undefined;
    let nowUs = clock.now() * 1000;
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      if (tries > HURRIED_TRIES) await sleep(clock, 1 + random() * LONGEST_PAUSE_MS);
      const timeoutMs = timeLeft(invocation, clock.precise() - startedMs);
      const readUs = clock.now() * 1000;
      // An old reading would be a clock error.
      if (readUs - nowUs > READING_KEPT_US) nowUs = readUs;
      if (tries > 0) decision = decide(gcra, seen, nowUs, asked);
      if (decision?.kind === 'exhausted') return { tokens: 0, mark: 0, freeAtUs: decision.freeAtUs };
      const written = await write(bucket, gcra, decision, seen, nowUs, asked, timeoutMs);
      if (written.applied && written.record) {
        const { tatUs } = written.record;
        const freeAtUs = nextFreeAt(gcra, written.record, nowUs);
        return { tokens: decision?.tokens ?? asked, mark: tatUs, freeAtUs };
      }
      seen = written.record;
    }
    recorder.internal('throttle:races-lost');
    throw new StoreUnavailable('throttled', `${MOST_TRIES} writes of the throttle "${state.rule}" each came too late`);
  } finally {
    invocation.storeWaitedMs += clock.precise() - startedMs;
  }
}

/** The time one write may take; `storeWaitedMs` does not yet hold what this take has waited. */
export function timeLeft(invocation: Invocation, waitedMs: number): number {
  const leftMs = Math.min(STORE_LIMIT_MS, invocation.storeWaitMs(Infinity)) - waitedMs;
  if (leftMs < 1) throw new StoreUnavailable('timeout', 'no time is left in this invocation to wait for the store');
  return leftMs;
}

function write(
  bucket: BucketStore,
  gcra: Gcra,
  decision: Extract<Decision, { kind: 'take' }> | undefined,
  seen: BucketState | undefined,
  nowUs: number,
  asked: number,
  timeoutMs: number,
): Promise<Written> {
  const { intervalUs, capacityUs } = gcra;
  const expiration = Math.ceil((nowUs + capacityUs) / 1e6) + KEPT_BEYOND_S;
  const options = { timeoutMs };
  const idleUs = nowUs - LAG_US;
  if (decision && decision.regime !== 'busy') {
    const { tatUs, baseUs } = decision.next;
    if (decision.regime === 'gap') return bucket.takeGap({ idleUs, nowUs, tatUs, baseUs, expiration }, options);
    const fullUs = baseUs + capacityUs - intervalUs;
    return bucket.takeIdle({ idleUs, baseUs, tatUs, fullUs, expiration }, options);
  }
  const tokens = decision?.tokens ?? asked;
  const costUs = tokens * intervalUs;
  const roomUs = nowUs - LAG_US + capacityUs - costUs;
  // Conditions cannot add: what the burst since the base leaves for several tokens must be known beforehand.
  const known = seen && { baseUs: seen.baseUs, roomUs: seen.baseUs + capacityUs - costUs };
  return bucket.takeBusy({ nowUs, costUs, roomUs, burst: tokens === 1 ? 'full' : known, expiration }, options);
}

/** When one more token is there: now, or when the bucket says. */
function nextFreeAt(gcra: Gcra, state: BucketState, nowUs: number): number {
  const one = decide(gcra, state, nowUs, 1);
  return one.kind === 'exhausted' ? one.freeAtUs : nowUs;
}

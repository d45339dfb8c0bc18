// Takes tokens from a bucket the whole fleet shares: conditional updates, each deciding what the next one tries.
import {
  bucketStore,
  type BucketRecord,
  type BucketStore,
  type DemandReport,
  type Taken as Written,
} from '../../store/items/throttle.ts';
import { UnreadableItem } from '../../store/items/fields.ts';
import { StoreUnavailable } from '../../store/port.ts';
import { sleep } from '../kernel/clock.ts';
import type { Instance } from '../kernel/instance.ts';
import type { Invocation } from '../kernel/invocation.ts';
import { storeLimitMs } from '../kernel/patience.ts';
import {
  AT_ONCE,
  ceilingUs,
  CLOCK_ERROR_US,
  costUs,
  decide,
  freeAtUs,
  lagUs,
  type BucketState,
  type Decision,
  type Regime,
  type Terms,
} from './bucket.ts';
import type { Gcra } from './gcra.ts';
import type { FleetState, Grant } from './limiter.ts';
import { byOwnClock, certainOffsetMs, fleetNowUs } from './fleet-clock.ts';
import { sharedStanding } from './standing.ts';

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

export function bucketOf({ table, service }: Instance, state: FleetState): BucketStore {
  return bucketStore(table, { service, ...state });
}

export interface Wanted {
  readonly tokens: number;
  /** Fewer are none; 1 unless given. */
  readonly atLeast?: number;
  readonly terms: Terms;
  /** Takes also what may be used only so much later, µs. */
  readonly aheadUs: number;
  /** Takes also what the bucket does not have: what it is charged for has been used. */
  readonly force?: boolean;
  readonly report?: DemandReport | undefined;
  /** Where a bucket begins that has no item yet; without it, with its whole burst. */
  readonly initial?: BucketState | undefined;
  /** How the bucket is thought to stand; by default that it is busy. */
  readonly guess?: BucketState | Regime | undefined;
  /** Of a bucket that warms up: since when, if a burst is begun. */
  readonly warmingSinceUs?: number | undefined;
}

export interface Granted {
  /** From 0 to what was wanted. */
  readonly tokens: number;
  /** Which moment of the bucket's time the first of them was counted for, µs. */
  readonly startUs: number;
  /** How the bucket stood. */
  readonly regime: Regime;
  /** As it stands now. */
  readonly record: BucketRecord | undefined;
  /** When one more token may be used: now, or when the bucket says. By the fleet's clock, µs. */
  readonly freeAtUs: number;
  /** The bucket is kept elsewhere now, as the record says: nothing was taken. */
  readonly moved?: true;
}

/** Time an exchange has; throws when there is none left. */
export interface Patience {
  timeoutMs(): number;
  readonly signal?: AbortSignal;
}

/**
 * Takes up to as many tokens as are wanted. A lost race is no evidence that there are none: it is tried again.
 * @throws {StoreUnavailable} and whatever else the store says or `patience` throws.
 */
export async function takeTokens(
  instance: Instance,
  gcra: Gcra,
  state: FleetState,
  wanted: Wanted,
  patience: Patience,
): Promise<Granted> {
  const { clock, random, recorder } = instance;
  const bucket = bucketOf(instance, state);
  const { terms, aheadUs } = wanted;
  // More than the burst is never there at once; what has been used is charged for whatever it is.
  const asked = wanted.force ? wanted.tokens : Math.min(wanted.tokens, gcra.burst);
  const limits = wanted.force ? { ...gcra, capacityUs: gcra.capacityUs + FORCED_US } : gcra;
  let nowUs = fleetNowUs(instance);
  let record: BucketRecord | undefined;
  const { guess = 'busy' } = wanted;
  let seen = typeof guess === 'string' ? undefined : guess;
  let decision = guessed(limits, guess, nowUs, asked, wanted);
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    if (tries > HURRIED_TRIES) await sleep(clock, 1 + random() * LONGEST_PAUSE_MS);
    const timeoutMs = patience.timeoutMs();
    const readUs = fleetNowUs(instance);
    // An old reading would be a clock error.
    if (readUs - nowUs > READING_KEPT_US) nowUs = readUs;
    if (tries > 0) {
      const decided = decide(limits, seen, nowUs, asked, terms, aheadUs);
      const { atLeast = 1 } = wanted;
      if (decided.kind === 'exhausted' || decided.tokens < atLeast) {
        const oneAtUs = freeAtUs(limits, seen?.tatUs ?? nowUs, terms);
        const atUs = oneAtUs + costUs(gcra, atLeast - 1);
        return { tokens: 0, startUs: 0, regime: 'busy', record, freeAtUs: atUs };
      }
      decision = decided;
    }
    const options = { timeoutMs, report: wanted.report, ...(patience.signal ? { signal: patience.signal } : {}) };
    const isNew = tries > 0 && record === undefined && seen !== undefined;
    const place = { nowUs, asked, terms, aheadUs, isNew, warmingSinceUs: wanted.warmingSinceUs };
    const written = await write(bucket, gcra, limits, decision, seen, place, options);
    ({ record } = written);
    if (written.applied && record) {
      const tokens = decision?.tokens ?? asked;
      const startUs = record.tatUs - costUs(gcra, tokens);
      const regime = decision?.regime ?? 'busy';
      return { tokens, startUs, regime, record, freeAtUs: nextFreeAt(gcra, record, nowUs, terms) };
    }
    if (record?.parts !== undefined) {
      return { tokens: 0, startUs: 0, regime: 'busy', record, freeAtUs: nowUs, moved: true };
    }
    if (record && record.tatUs > nowUs + limits.capacityUs + lagUs(terms) + FORCED_US) {
      throw new UnreadableItem(
        `The bucket of the throttle "${state.rule}" stands further ahead than any request can take it`,
      );
    }
    seen = record ?? wanted.initial;
  }
  recorder.internal('throttle:races-lost');
  throw new StoreUnavailable('throttled', `${MOST_TRIES} writes of the throttle "${state.rule}" each came too late`);
}

/** What a charge may run ahead of its bucket: an hour of its rate says that something else is wrong. */
const FORCED_US = 3_600e6;

/** The first write's decision; undefined moves on what is busy. A guess that there is nothing is not believed. */
function guessed(
  gcra: Gcra,
  guess: BucketState | Regime,
  nowUs: number,
  asked: number,
  { terms, aheadUs }: Wanted,
): Taking | undefined {
  if (guess === 'busy') return undefined;
  const state = typeof guess === 'string' ? undefined : guess;
  const decision = decide(gcra, state, nowUs, asked, terms, aheadUs);
  if (decision.kind === 'exhausted' || decision.regime === 'busy') return undefined;
  if (guess !== 'gap') return decision;
  // By the clock alone, whose ceiling needs no base.
  const mostUs = ceilingUs(gcra, -Infinity, nowUs + aheadUs, terms);
  return decision.next.tatUs <= mostUs
    ? { ...decision, regime: 'gap', next: { ...decision.next, baseUs: nowUs } }
    : undefined;
}

type Taking = Extract<Decision, { kind: 'take' }>;

/**
 * Takes up to `wanted` tokens, to be used at once, while the invocation waits.
 * @throws {StoreUnavailable} and whatever else the store says, also when this invocation has no time left to wait.
 */
export async function takeFromBucket(
  invocation: Invocation,
  gcra: Gcra,
  state: FleetState,
  wanted: number,
  atLeast = 1,
): Promise<Grant> {
  const { instance } = invocation;
  const request = { tokens: wanted, atLeast, terms: AT_ONCE, aheadUs: 0 };
  const { tokens, record, freeAtUs } = await whileWaiting(invocation, (patience) =>
    takeTokens(instance, gcra, state, request, patience),
  );
  const standing = sharedStanding(gcra, record, fleetNowUs(instance));
  return byOwnClock({ tokens, mark: record?.tatUs ?? 0, freeAtUs, ...standing }, certainOffsetMs(instance));
}

/** Runs an exchange that an invocation waits for, within what it may wait. */
export async function whileWaiting<T>(
  invocation: Invocation,
  exchange: (patience: Patience) => Promise<T>,
): Promise<T> {
  const { clock } = invocation.instance;
  const startedMs = clock.precise();
  try {
    return await exchange({ timeoutMs: () => timeLeft(invocation, clock.precise() - startedMs) });
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

interface Try {
  readonly nowUs: number;
  readonly asked: number;
  readonly terms: Terms;
  readonly aheadUs: number;
  /** There is no item yet, and what was decided begins it. */
  readonly isNew: boolean;
  readonly warmingSinceUs: number | undefined;
}

function write(
  bucket: BucketStore,
  gcra: Gcra,
  limits: Gcra,
  decision: Taking | undefined,
  seen: BucketState | undefined,
  { nowUs, asked, terms, aheadUs, isNew, warmingSinceUs }: Try,
  options: { readonly timeoutMs: number; readonly report: DemandReport | undefined; readonly signal?: AbortSignal },
): Promise<Written> {
  const { intervalUs, capacityUs } = gcra;
  const expiration = Math.ceil((nowUs + capacityUs) / 1e6) + KEPT_BEYOND_S;
  const idleUs = nowUs - lagUs(terms);
  const sinceUs = nowUs - terms.slackUs;
  if (decision && isNew) {
    const { tatUs, baseUs } = decision.next;
    const fullUs = Math.floor(baseUs + capacityUs - intervalUs);
    return bucket.takeIdle({ idleUs: 0, baseUs, tatUs, fullUs, expiration }, options);
  }
  if (decision && decision.regime !== 'busy') {
    const { tatUs, baseUs } = decision.next;
    const fullUs = Math.floor(baseUs + capacityUs - intervalUs);
    if (decision.regime === 'gap' && seen) {
      return bucket.takeGap({ idleUs, sinceUs, tatUs, baseUs, expiration }, options);
    }
    if (decision.regime === 'gap') return bucket.takeStale({ sinceUs, tatUs, baseUs, fullUs, expiration }, options);
    return bucket.takeIdle({ idleUs, baseUs, tatUs, fullUs, expiration, warmingSinceUs }, options);
  }
  const tokens = decision?.tokens ?? asked;
  const cost = costUs(gcra, tokens);
  const roomUs = Math.floor(ceilingUs(limits, -Infinity, nowUs + aheadUs, terms) - cost);
  // Conditions cannot add: what the burst since the base leaves for several tokens must be known beforehand.
  const known = seen && { baseUs: seen.baseUs, roomUs: Math.floor(seen.baseUs + limits.capacityUs - cost) };
  // What stands in the item is of one token's cost when the burst began, which is more while a bucket is cold.
  const burst = tokens === 1 && (warmingSinceUs === undefined || !known) ? 'full' : known;
  return bucket.takeBusy({ sinceUs, costUs: cost, roomUs, burst, expiration }, options);
}

/** When one more token is there: now, or when the bucket says. */
function nextFreeAt(gcra: Gcra, state: BucketState, nowUs: number, terms: Terms): number {
  const one = decide(gcra, state, nowUs, 1, terms);
  return one.kind === 'exhausted' ? one.freeAtUs : nowUs;
}

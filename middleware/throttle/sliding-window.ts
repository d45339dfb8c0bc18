// The sliding window as a limiter: two counts a key, in memory or in one item of the table.
import {
  slidingStore,
  type SlidingRecord,
  type SlidingStore,
  type SlidingTaken,
} from '../../store/items/sliding-window.ts';
import { StoreUnavailable } from '../../store/port.ts';
import type { Invocation } from '../kernel/invocation.ts';
import type { Rate } from '../kernel/rates.ts';
import { LAG_US } from './bucket.ts';
import { byOwnClock, certainOffsetMs } from './fleet-clock.ts';
import { timeLeft } from './fleet.ts';
import type { Conditions, FleetState, Grant, Limiter } from './limiter.ts';
import { Recent } from './recent.ts';
import {
  compileSliding,
  freeAtMs,
  mostBefore,
  room,
  slideTo,
  stillCovered,
  type Sliding,
  type SlidingCount,
} from './sliding-estimate.ts';

/** Keys whose window is known without asking; of others the first take may cost a second write. */
const KNOWN_KEYS = 10_000;
/** A key unknown here costs two; more only while instances race to begin the same window. */
const MOST_TRIES = 8;
/** An item says when it no longer matters; an hour more costs nothing and forgives every clock. */
const KEPT_BEYOND_S = 3_600;
/** Records sent back come one after another, but not hours apart. */
const MOST_SPACING_US = 1_000_000;

/** @throws {RangeError} when the limit is no whole number or its time is longer than a day. */
export function slidingWindow(rate: Rate): Limiter {
  const alone = compileSliding(rate, 0);
  const together = compileSliding(rate, LAG_US / 1000);
  const known = new Recent<SlidingRecord>(KNOWN_KEYS);
  const { limit, lengthMs } = alone;
  return {
    algorithm: 'sliding-window',
    // Not the limit: when that is raised or lowered, what was counted still counts.
    shape: `${lengthMs}`,
    policy: { quota: limit, seconds: lengthMs / 1000 },
    spacingUs: Math.min(MOST_SPACING_US, (lengthMs * 1000) / limit),
    full: limit,
    holds: limit,
    takeHere(memory, key, nowUs, wanted, conditions) {
      const nowMs = nowUs / 1000;
      const counts = memory.held(key, begun);
      const now = slideTo(alone, counts, nowMs);
      const free = room(alone, now, nowMs);
      const tokens = ofUse(Math.min(wanted, free), conditions);
      counts.startMs = now.startMs;
      counts.previous = now.previous;
      counts.current = now.current + tokens;
      return granted(alone, counts, nowMs, tokens, wanted, conditions);
    },
    undoHere(memory, key, { mark }, tokens) {
      const counts = memory.held(key, begun);
      if (counts.startMs === mark) counts.current = Math.max(0, counts.current - tokens);
    },
    takeFromFleet: (invocation, state, wanted, conditions) =>
      takeFromWindow(invocation, together, known, state, wanted, conditions),
    undoInFleet: (invocation, state, { mark }, tokens, signal) =>
      storeOf(invocation, state).giveBack(tokens, mark, { signal }),
  };
}

/** What an instance counts by itself, written over in place. */
type OwnCount = { -readonly [Field in keyof SlidingCount]: SlidingCount[Field] };

const begun = (): OwnCount => ({ startMs: 0, current: 0, previous: 0 });

/** Requests that cost several are admitted whole or not. */
function ofUse(tokens: number, conditions: Conditions = ONE): number {
  return tokens - (tokens % conditions.atLeast);
}

const ONE: Conditions = { atLeast: 1, aheadUs: 0 };

/** What a take gives, when the counts stand as they do after it. */
function granted(
  sliding: Sliding,
  counts: SlidingCount,
  nowMs: number,
  tokens: number,
  wanted: number,
  conditions: Conditions = ONE,
): Grant {
  const freeMs = tokens === wanted ? nowMs : freeAtMs(sliding, counts, nowMs, conditions.atLeast);
  const remaining = room(sliding, counts, nowMs);
  const moreMs = freeAtMs(sliding, counts, nowMs, remaining + 1);
  return { tokens, mark: counts.startMs, freeAtUs: freeMs * 1000, remaining, moreAtUs: moreMs * 1000 };
}

function storeOf({ instance: { table, service } }: Invocation, state: FleetState): SlidingStore {
  return slidingStore(table, { service, ...state });
}

async function takeFromWindow(
  invocation: Invocation,
  sliding: Sliding,
  known: Recent<SlidingRecord>,
  state: FleetState,
  wanted: number,
  conditions: Conditions = ONE,
): Promise<Grant> {
  const { clock, recorder } = invocation.instance;
  const store = storeOf(invocation, state);
  const startedMs = clock.precise();
  // A clock that is certainly off would begin windows for the others before their time.
  const offsetMs = certainOffsetMs(invocation.instance);
  try {
    let seen = known.get(state.key);
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const timeoutMs = timeLeft(invocation, clock.precise() - startedMs);
      const nowMs = clock.now() + offsetMs;
      const now = slideTo(sliding, seen, nowMs);
      const tokens = ofUse(Math.min(wanted, room(sliding, now, nowMs)), conditions);
      // What is remembered may have been given back since: only what the table said just now refuses.
      if (tokens === 0 && tries > 0) return byOwnClock(granted(sliding, now, nowMs, 0, wanted, conditions), offsetMs);
      const asked = Math.max(conditions.atLeast, tokens);
      const written = await write(store, sliding, seen, now, nowMs, asked, timeoutMs);
      seen = written.record;
      if (seen) known.set(state.key, seen);
      if (written.applied && seen) {
        return byOwnClock(granted(sliding, seen, nowMs, asked, wanted, conditions), offsetMs);
      }
    }
    recorder.internal('throttle:races-lost');
    throw new StoreUnavailable('throttled', `${MOST_TRIES} writes of the throttle "${state.rule}" each came too late`);
  } finally {
    invocation.storeWaitedMs += clock.precise() - startedMs;
  }
}

/** The write that is right if the item still stands as it was seen, but for what was counted in its window since. */
function write(
  store: SlidingStore,
  sliding: Sliding,
  seen: SlidingRecord | undefined,
  { startMs, previous }: SlidingCount,
  nowMs: number,
  tokens: number,
  timeoutMs: number,
): Promise<SlidingTaken> {
  const { limit, lengthMs } = sliding;
  const expiration = Math.ceil((startMs + 2 * lengthMs) / 1000) + KEPT_BEYOND_S;
  const take = { tokens, startMs, expiration };
  const lastMs = startMs - lengthMs;
  if (seen?.startMs === startMs) {
    const most = limit - tokens - stillCovered(sliding, startMs, previous, nowMs);
    return store.takeOn({ ...take, previous, most }, { timeoutMs });
  }
  if (seen?.startMs === lastMs) {
    return store.takeNext({ ...take, lastMs, most: mostBefore(sliding, startMs, nowMs, tokens) }, { timeoutMs });
  }
  return store.takeFirst({ ...take, lastMs }, { timeoutMs });
}

// A throttle's limit for whoever replays it: the most and the least that it lets through, and the product's own algorithm. Pure.
import { parseRate, parseWindowRate } from '../../../middleware/kernel/rates.ts';
import type { ThrottleRule } from '../../../middleware/kernel/rules/document.ts';
import { parseDuration } from '../../../middleware/kernel/units.ts';
import { compileGcra, take } from '../../../middleware/throttle/gcra.ts';
import { usualBurst } from '../../../middleware/throttle/leaky-bucket.ts';
import { compileSliding, room, slideTo, type SlidingCount } from '../../../middleware/throttle/sliding-estimate.ts';
import { windowAt } from '../../../middleware/throttle/window.ts';
import type { Allowance } from './bounds.ts';

const MINUTE_MS = 60_000;

/** One limit: a rule's own, or one of its overrides'. */
export type LimitRule = Pick<
  ThrottleRule,
  'algorithm' | 'limit' | 'burst' | 'timezone' | 'maxWait' | 'warmUp' | 'scope'
>;

export interface Limit {
  /** The most it lets through, as far as its state at the beginning is not known; and the least. */
  readonly most: Allowance;
  readonly least: Allowance;
  /** Of a leaky bucket: what goes through at once, so that the rest is delayed. */
  readonly atOnce?: { readonly most: Allowance; readonly least: Allowance };
  /** A new one, full: how many of so many that come at this moment it lets through. Moments never go back. */
  readonly begin: () => (nowMs: number, wanted: number) => number;
}

/** `cost` is what each request takes; of one window the record may end in, `toMs` is when. */
export function limitOf(rule: LimitRule, cost: number, fromMs: number, toMs: number): Limit {
  switch (rule.algorithm) {
    case 'fixed-window':
      return windowLimit(rule, cost, fromMs, toMs);
    case 'sliding-window':
      return slidingLimit(rule, cost);
    default:
      return bucketLimit(rule, cost);
  }
}

function bucketLimit(rule: LimitRule, cost: number): Limit {
  const rate = parseRate(rule.limit);
  const leaky = rule.algorithm === 'leaky-bucket';
  const burst = rule.burst ?? (leaky ? usualBurst(rate, rule.scope !== 'instance') : undefined);
  const gcra = compileGcra(rate, burst);
  const aMinute = (rate.tokens / rate.perMs) * MINUTE_MS;
  const aheadUs = leaky && rule.maxWait !== undefined ? parseDuration(rule.maxWait) * 1000 : 0;
  const holds = gcra.burst + aheadUs / gcra.intervalUs;
  const cold = rule.warmUp === undefined ? 1 : 1 / 3;
  const allowance = (tokens: number, share: number): Allowance => ({
    burst: Math.floor((tokens * share) / cost),
    aMinute: (aMinute * share) / cost,
    idleMinutes: 0,
  });
  return {
    most: { ...allowance(holds, 1), burst: holds / cost },
    least: allowance(holds, cold),
    ...(leaky
      ? { atOnce: { most: { ...allowance(gcra.burst, 1), burst: gcra.burst / cost }, least: allowance(0, 1) } }
      : {}),
    begin: () => {
      let tatUs = 0;
      return (nowMs, wanted) => {
        const taken = take(gcra, tatUs, nowMs * 1000, wanted * cost, cost, aheadUs);
        const whole = Math.floor(taken.tokens / cost);
        tatUs = taken.tatUs - (taken.tokens - whole * cost) * gcra.intervalUs;
        return whole;
      };
    },
  };
}

function windowLimit(rule: LimitRule, cost: number, fromMs: number, toMs: number): Limit {
  const rate = parseWindowRate(rule.limit);
  const timezone = rule.timezone ?? 'UTC';
  const windowOf = (ms: number) => windowAt(rate, timezone, ms);
  const burst = Math.floor(rate.tokens / cost);
  const aMinute = (burst / rate.perMs) * MINUTE_MS;
  const isShort = rate.perMs <= MINUTE_MS;
  // A long window is counted as a whole: none of it comes back while it lasts.
  const most: Allowance = isShort
    ? { burst, aMinute: Math.ceil(MINUTE_MS / rate.perMs) * burst, idleMinutes: 0 }
    : { burst: burst * windowsIn(windowOf, fromMs, toMs), aMinute: 0, idleMinutes: 0 };
  return {
    most,
    least: { burst, aMinute, idleMinutes: rate.perMs / MINUTE_MS, windowMs: rate.perMs },
    begin: () => {
      let [startMs, used] = [NaN, 0];
      return (nowMs, wanted) => {
        const window = windowOf(nowMs);
        if (window.startMs !== startMs) [startMs, used] = [window.startMs, 0];
        const given = Math.min(wanted, burst - used);
        used += given;
        return given;
      };
    },
  };
}

/** With the one that goes on two minutes later, where the last requests may lie. */
function windowsIn(windowOf: (ms: number) => { readonly endMs: number }, fromMs: number, toMs: number): number {
  let windows = 0;
  for (let at = fromMs; at < toMs + 2 * MINUTE_MS; at = windowOf(at).endMs) windows++;
  return windows;
}

/** What two windows weigh together lets through between half and twice of a bucket's. */
function slidingLimit(rule: LimitRule, cost: number): Limit {
  const rate = parseRate(rule.limit);
  const sliding = compileSliding(rate, 0);
  const burst = Math.floor(rate.tokens / cost);
  const aMinute = (burst / rate.perMs) * MINUTE_MS;
  return {
    most: { burst: 2 * burst, aMinute, idleMinutes: 0 },
    least: { burst, aMinute: aMinute / 2, idleMinutes: (2 * rate.perMs) / MINUTE_MS + 1 },
    begin: () => {
      let count: SlidingCount | undefined;
      return (nowMs, wanted) => {
        count = slideTo(sliding, count, nowMs);
        const given = Math.min(wanted, Math.floor(room(sliding, count, nowMs) / cost));
        count = { ...count, current: count.current + given * cost };
        return given;
      };
    },
  };
}

/** Steps of a minute in which requests are let in: as many as make the steps small beside what the limit holds. */
const FEWEST_STEPS = 60;
/** Of one stream of requests, however long. */
const MOST_WORK = 30_000;

/** How many it refuses when the requests of each minute come evenly, from a full bucket on. */
export function refusedEvenly(limit: Limit, counts: readonly number[], fromMs: number): number {
  const ask = limit.begin();
  const busy = counts.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0);
  const mostSteps = Math.max(FEWEST_STEPS, Math.floor(MOST_WORK / Math.max(1, busy)));
  let refused = 0;
  counts.forEach((count, minute) => {
    const wanted = Math.ceil(Math.min(count, Math.max(FEWEST_STEPS, (4 * count) / Math.max(1, limit.least.burst))));
    // A bucket that is tiny beside what flows through it lets the flow through, and hardly more.
    if (wanted > mostSteps) refused += Math.max(0, count - limit.most.aMinute);
    for (let step = 0, sent = 0; step < wanted && wanted <= mostSteps; step++) {
      const until = Math.round((count * (step + 1)) / wanted);
      const nowMs = fromMs + (minute + (step + 0.5) / wanted) * MINUTE_MS;
      const now = until - sent;
      if (now > 0) refused += now - ask(nowMs, now);
      sent = until;
    }
  });
  return refused;
}

// The fixed window as a limiter, which is what a quota is: so many in a day, a week or a month of the calendar.
import type { ThrottleRule } from '../kernel/rules/document.ts';
import type { Invocation } from '../kernel/invocation.ts';
import { parseWindowRate, type WindowRate } from '../kernel/rates.ts';
import { whileWaiting } from './fleet.ts';
import type { FleetState, Grant, Limiter } from './limiter.ts';
import { freeAtMs, isListed, notifiedShares, type Quota } from './quota.ts';
import { QuotaExchange } from './quota-exchange.ts';
import { isLeasedByItself } from './quota-lease.ts';
import { quotaLeasing } from './quota-leasing.ts';
import { windowAt, type Window } from './window.ts';

const ONE = { atLeast: 1, aheadUs: 0 };
/** Records sent back until the next window come one after another, but not days apart. */
const MOST_SPACING_US = 1_000_000;

/** @throws {RangeError} on a limit that is none of windows, or a timezone that does not exist. */
export function fixedWindow(rule: Pick<ThrottleRule, 'limit' | 'timezone' | 'sync' | 'notify'>): Limiter {
  const rate = parseWindowRate(rule.limit);
  const { tokens: limit, perMs } = rate;
  const timezone = rule.timezone ?? 'UTC';
  const windowOf = windowsOf(rate, timezone);
  const quota: Quota = { limit, windowOf, listed: isListed(perMs), notify: notifiedShares(rule.notify) };

  function granted(
    tokens: number,
    used: number,
    freeMs: number,
    window: Window,
    nowUs: number,
    atLeast: number,
  ): Grant {
    const left = Math.max(0, limit - used);
    const moreAtUs = freeMs * 1000;
    return {
      tokens,
      mark: window.startMs,
      freeAtUs: left < atLeast ? moreAtUs : nowUs,
      left,
      remaining: left,
      moreAtUs,
    };
  }

  const takeHere: Limiter['takeHere'] = (memory, key, nowUs, wanted, { atLeast } = ONE) => {
    const window = windowOf(nowUs / 1000);
    const counter = memory.counter(key, window.startMs);
    const left = limit - counter.used;
    const tokens = left < atLeast ? 0 : Math.min(wanted, left);
    counter.used += tokens;
    return granted(tokens, counter.used, window.endMs, window, nowUs, atLeast);
  };

  const exchangeOf = ({ instance }: Invocation, state: FleetState, window: Window) =>
    new QuotaExchange(instance, quota, state, window);

  return {
    algorithm: 'fixed-window',
    shape: shapeOf(rate, timezone),
    policy: { quota: limit, seconds: perMs / 1000 },
    spacingUs: Math.min(MOST_SPACING_US, (perMs * 1000) / limit),
    full: limit,
    holds: limit,
    leasing: isLeased(rule.sync, quota, perMs) ? quotaLeasing(quota, takeHere) : undefined,
    takeHere,
    undoHere(memory, key, { mark }, tokens) {
      memory.uncount(key, mark, tokens);
    },
    takeFromFleet: (invocation, state, wanted, { atLeast } = ONE) =>
      whileWaiting(invocation, async (patience) => {
        const nowMs = invocation.instance.clock.now();
        const window = windowOf(nowMs);
        const { tokens, record } = await exchangeOf(invocation, state, window).takeExactly(wanted, atLeast, patience);
        const freeMs = freeAtMs(record, window, nowMs);
        return granted(tokens, record?.taken ?? limit, freeMs, window, nowMs * 1000, atLeast);
      }),
    undoInFleet: (invocation, state, { mark }, tokens, signal) =>
      exchangeOf(invocation, state, { startMs: mark, endMs: mark }).giveBack(tokens, signal),
  };
}

/** Names windows by all they depend on. Not the limit: a quota that is raised in mid-month still knows what was used. */
export function shapeOf({ unit, perMs }: WindowRate, timezone: string): string {
  return `${unit}/${perMs}/${unit === 'time' ? '' : timezone}`;
}

/** Reckoned once per window: time zones are slow. */
function windowsOf(rate: WindowRate, timezone: string): (nowMs: number) => Window {
  let current: Window = { startMs: 0, endMs: 0 };
  return (nowMs) => {
    if (nowMs < current.startMs || nowMs >= current.endMs) current = windowAt(rate, timezone, nowMs);
    return current;
  };
}

function isLeased(sync: ThrottleRule['sync'], { limit }: Quota, windowMs: number): boolean {
  return sync === 'leased' || (sync !== 'per-request' && isLeasedByItself(limit, windowMs));
}

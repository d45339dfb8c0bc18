// The fixed window as a limiter, which is what a quota is: so many in a day, a week or a month of the calendar.
import { quotaCounter } from '../../store/items/quota.ts';
import type { WindowRate } from '../kernel/units.ts';
import type { Invocation } from '../kernel/invocation.ts';
import { timeLeft } from './fleet.ts';
import type { FleetState, Grant, Limiter } from './limiter.ts';
import { windowAt, type Window } from './window.ts';

/** A counter outlives its window, for those who ask what was used. */
const KEPT_BEYOND_S = 40 * 86_400;

export function fixedWindow(rate: WindowRate, timezone: string): Limiter {
  const { tokens: limit, perMs, unit } = rate;
  let current: Window = { startMs: 0, endMs: 0 };

  /** Reckoned once per window: time zones are slow. */
  function windowOf(nowMs: number): Window {
    if (nowMs < current.startMs || nowMs >= current.endMs) current = windowAt(rate, timezone, nowMs);
    return current;
  }

  function granted(tokens: number, used: number, { startMs, endMs }: Window, nowUs: number): Grant {
    return { tokens, mark: startMs, freeAtUs: used < limit ? nowUs : endMs * 1000, left: Math.max(0, limit - used) };
  }

  return {
    algorithm: 'fixed-window',
    // Not the limit: a quota that is raised in mid-month still knows what was used.
    shape: `${unit}/${perMs}/${unit === 'time' ? '' : timezone}`,
    policy: { quota: limit, seconds: perMs / 1000 },
    spacingUs: Math.min(MOST_SPACING_US, (perMs * 1000) / limit),
    takeHere(memory, key, nowUs, wanted) {
      const window = windowOf(nowUs / 1000);
      const counter = memory.counter(key, window.startMs);
      const tokens = Math.max(0, Math.min(wanted, limit - counter.used));
      counter.used += tokens;
      return granted(tokens, counter.used, window, nowUs);
    },
    undoHere(memory, key, { mark }, tokens) {
      memory.uncount(key, mark, tokens);
    },
    takeFromFleet: async (invocation, state, wanted) => {
      const { clock } = invocation.instance;
      const startedMs = clock.precise();
      const nowMs = clock.now();
      const window = windowOf(nowMs);
      const counter = counterOf(invocation, state, window.startMs);
      const expiration = Math.ceil(window.endMs / 1000) + KEPT_BEYOND_S;
      try {
        // A second try only for what a batch found left; should that be gone by then, there is nothing.
        let asked = Math.min(wanted, limit);
        for (let tries = 0; tries < 2 && asked > 0; tries++) {
          const timeoutMs = timeLeft(invocation, clock.precise() - startedMs);
          const { applied, used } = await counter.take(asked, limit, expiration, { timeoutMs });
          if (applied) return granted(asked, used, window, nowMs * 1000);
          asked = Math.min(asked, limit - used);
        }
        return { tokens: 0, mark: window.startMs, freeAtUs: window.endMs * 1000 };
      } finally {
        invocation.storeWaitedMs += clock.precise() - startedMs;
      }
    },
    undoInFleet: (invocation, state, { mark }, tokens, signal) =>
      counterOf(invocation, state, mark).giveBack(tokens, { signal }),
  };
}

/** Records sent back until the next window come one after another, but not days apart. */
const MOST_SPACING_US = 1_000_000;

function counterOf({ instance: { table, service } }: Invocation, state: FleetState, startMs: number) {
  return quotaCounter(table, { service, ...state }, startMs);
}

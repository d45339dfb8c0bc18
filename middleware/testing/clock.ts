// A clock that only moves when a test says so, and fires the timers it passes in their order.
import type { Clock } from '../kernel/clock.ts';

export interface FakeClock extends Clock {
  /** Moves on by `ms`, firing due timers in order of time. */
  advance(ms: number): void;
  /** Jumps to an instant without firing what a frozen environment would have missed. */
  set(ms: number): void;
  /** Timers still to fire: a test can assert that none outlive an invocation. */
  readonly timers: number;
  /** When the next of them fires, epoch ms; undefined while there are none. */
  readonly nextAt: number | undefined;
}

/** When the clock of a test begins unless it says otherwise: a Monday noon, UTC. */
export const START_MS = Date.UTC(2026, 0, 5, 12, 0, 0);

export function fakeClock(startMs = START_MS): FakeClock {
  let now = startMs;
  let order = 0;
  const timers = new Map<number, { at: number; callback: () => void }>();
  const first = () => [...timers].sort((a, b) => a[1].at - b[1].at || a[0] - b[0])[0];
  return {
    now: () => Math.floor(now),
    precise: () => now,
    after(ms, callback) {
      const id = order++;
      timers.set(id, { at: now + ms, callback });
      return () => timers.delete(id);
    },
    advance(ms) {
      const end = now + ms;
      for (let next = first(); next && next[1].at <= end; next = first()) {
        const [id, timer] = next;
        timers.delete(id);
        now = Math.max(now, timer.at);
        timer.callback();
      }
      now = end;
    },
    set(ms) {
      now = ms;
    },
    get timers() {
      return timers.size;
    },
    get nextAt() {
      return first()?.[1].at;
    },
  };
}

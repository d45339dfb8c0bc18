// The only file that reads time or chance from the machine; everything else is given a Clock and a Random.

export interface Clock {
  /** Wall-clock time in ms since the epoch. State is derived from it, so that an hour frozen is an hour passed. */
  now(): number;
  /** Monotonic time in ms with fractions, for durations only. */
  precise(): number;
  /**
   * Calls back once after `ms`, within an invocation; the returned function cancels it. Whoever starts one ends it
   * before the invocation ends: no timer outlives an invocation.
   */
  after(ms: number, callback: () => void): () => void;
}

/** A number in [0, 1). */
export type Random = () => number;

export const systemClock: Clock = {
  now: () => Date.now(),
  precise: () => performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

export const systemRandom: Random = () => Math.random();

/** Waits `ms`; rejects with the signal's reason as soon as it aborts. */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(asError(signal.reason));
      return;
    }
    const onAbort = () => {
      cancel();
      reject(asError(signal?.reason));
    };
    const cancel = clock.after(ms, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('aborted', { cause: reason });
}

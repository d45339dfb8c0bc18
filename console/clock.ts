// The page's only source of time, and a hook that renders anew as it passes.
import { useEffect, useState } from 'preact/hooks';

/** Now, ms since the epoch, by the viewer's clock. */
export const now = (): number => Date.now();

/** Time that only moves on, ms: for how long something took. */
export const elapsed = (): number => performance.now();

const beats = new Map<number, { listeners: Set<(at: number) => void>; timer: ReturnType<typeof setInterval> }>();

/** The present, anew every so many ms; one timer serves everybody with the same beat. */
export function useNow(everyMs = 1_000): number {
  const [at, setAt] = useState(now);
  useEffect(() => {
    const beat = beats.get(everyMs) ?? begin(everyMs);
    beat.listeners.add(setAt);
    return () => {
      beat.listeners.delete(setAt);
      if (beat.listeners.size > 0) return;
      clearInterval(beat.timer);
      beats.delete(everyMs);
    };
  }, [everyMs]);
  return at;
}

function begin(everyMs: number) {
  const listeners = new Set<(at: number) => void>();
  const timer = setInterval(() => {
    const at = now();
    for (const listener of listeners) listener(at);
  }, everyMs);
  const beat = { listeners, timer };
  beats.set(everyMs, beat);
  return beat;
}

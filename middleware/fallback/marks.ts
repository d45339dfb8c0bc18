// Remembers which fallbacks answered in an invocation, so that its answer says so.
import type { Invocation } from '../kernel/invocation.ts';

const MARKS = {};

/** `name` is the dependency or the resource that a fallback answered for. */
export function markFallback(invocation: Invocation, name: string): void {
  invocation.state(MARKS, () => new Set<string>()).add(name);
  invocation.instance.recorder.internal(`fallback:${name}`);
}

export function marksOf(invocation: Invocation): ReadonlySet<string> {
  return invocation.state(MARKS, () => new Set<string>());
}

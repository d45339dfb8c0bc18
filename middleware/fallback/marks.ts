// Remembers which fallbacks answered in an invocation, and how, so that its answer says so.
import type { Invocation } from '../kernel/invocation.ts';

const MARKS = {};

/** How a step answered; a fixed answer needs no words. */
export interface Mark {
  readonly step?: 'lastGood' | 'function' | 'dependency' | 'skip';
  /** Of a kept answer. */
  readonly ageMs?: number;
}

/** `name` is the dependency or the resource that a fallback answered for. */
export function markFallback(invocation: Invocation, name: string, mark: Mark = {}): void {
  invocation.state(MARKS, () => new Map<string, Mark>()).set(name, mark);
  invocation.instance.recorder.internal(`fallback:${name}${mark.step === undefined ? '' : `/${mark.step}`}`);
}

/** As RFC 9651 writes a list of names with parameters; empty when nothing fell back. */
export function marksOf(invocation: Invocation): string {
  const marks = invocation.state(MARKS, () => new Map<string, Mark>());
  return [...marks].map(([name, mark]) => `${name}${parameters(mark)}`).join(', ');
}

function parameters({ step, ageMs }: Mark): string {
  const age = ageMs === undefined ? '' : `;age=${Math.max(0, Math.floor(ageMs / 1000))}`;
  return step === undefined ? '' : `;step=${step}${age}`;
}

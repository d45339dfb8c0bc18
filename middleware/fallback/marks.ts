// Remembers which fallbacks answered in an invocation, and how, so that its answer says so.
import type { Invocation } from '../kernel/invocation.ts';

const MARKS = {};

/** How a step answered; a fixed answer needs no words. */
export interface Mark {
  readonly step?: 'lastGood' | 'function' | 'dependency' | 'skip';
  /** Of a kept answer. */
  readonly ageMs?: number;
}

interface Marks {
  readonly byName: Map<string, Mark>;
  /** How often somebody fell back: a name may have done so twice. */
  count: number;
}

const stateOf = (invocation: Invocation) => invocation.state(MARKS, (): Marks => ({ byName: new Map(), count: 0 }));

/** `name` is the dependency or the resource that a fallback answered for. */
export function markFallback(invocation: Invocation, name: string, mark: Mark = {}): void {
  const marks = stateOf(invocation);
  marks.byName.set(name, mark);
  marks.count += 1;
  invocation.instance.recorder.internal(`fallback:${name}${mark.step === undefined ? '' : `/${mark.step}`}`);
}

/** Grows whenever a fallback answers. */
export function fallenBack(invocation: Invocation): number {
  return stateOf(invocation).count;
}

/** As RFC 9651 writes a list of names with parameters; empty when nothing fell back. */
export function marksOf(invocation: Invocation): string {
  return [...stateOf(invocation).byName].map(([name, mark]) => `${name}${parameters(mark)}`).join(', ');
}

function parameters({ step, ageMs }: Mark): string {
  const age = ageMs === undefined ? '' : `;age=${Math.max(0, Math.floor(ageMs / 1000))}`;
  return step === undefined ? '' : `;step=${step}${age}`;
}

// What one invocation holds: taken rule by rule before the handler, given back all at once when it ends, however it does.
import type { Invocation } from '../kernel/invocation.ts';
import type { CompiledConcurrency } from './rule.ts';

/** Something to give back. */
export interface Permit {
  release(): void;
}

export class Holding {
  readonly #permits: Permit[] = [];
  readonly #measured: CompiledConcurrency[] = [];
  #admittedAt: number | undefined;
  #ended = false;

  constructor(invocation: Invocation) {
    const others = invocation.atEnd;
    invocation.atEnd = () => {
      this.#end(invocation);
      return others?.();
    };
  }

  /** One that comes after the end is given back at once. */
  add(permit: Permit): void {
    if (this.#ended) permit.release();
    else this.#permits.push(permit);
  }

  /** All rules have admitted: from here on the work itself is measured, for those whose limit follows it. */
  admitted(rules: readonly CompiledConcurrency[], preciseMs: number): void {
    this.#admittedAt = preciseMs;
    for (const rule of rules) if (rule.bounds) this.#measured.push(rule);
  }

  #end({ instance, outcome }: Invocation): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const permit of this.#permits) permit.release();
    // What failed at once says nothing of the backend's speed; what ran into its time limit does.
    if (this.#admittedAt === undefined || (outcome !== 'ok' && outcome !== 'timeout')) return;
    const durationMs = instance.clock.precise() - this.#admittedAt;
    for (const { memory } of this.#measured) memory.measure(durationMs, instance.clock.now());
  }
}

/** A permit that only this instance counts; undefined when there is none, by this limit. */
export function claimHere({ memory }: CompiledConcurrency, upTo: number): Permit | undefined {
  if (memory.heldHere >= upTo) return undefined;
  memory.heldHere++;
  return { release: () => void memory.heldHere-- };
}

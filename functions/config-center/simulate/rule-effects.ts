// What the replay says of one rule: what it would have done under the rules in force and under the draft. Pure.
import { NONE, type Range } from './range.ts';

/** Of requests or calls; what is left out does not apply to this kind of rule, and what is null cannot be said. */
export interface Effects {
  readonly refused?: Range | null;
  readonly delayed?: Range | null;
  /** Took longer than the deadline. */
  readonly exceeded?: Range | null;
  /** How often a breaker opened, and for how long altogether. */
  readonly opened?: Range | null;
  readonly openMs?: Range | null;
  /** Counted, not replayed. */
  readonly measured?: true;
  /** It decides and records, and refuses nothing: what it would have refused. */
  readonly shadow?: true;
}

export interface SideEffects extends Effects {
  readonly cannotSay: readonly string[];
}

export type Kind = 'throttle' | 'concurrency' | 'shedding' | 'deadline' | 'breaker';

/** One rule replayed in both documents; a side that does not have it has no effects. */
export interface Replayed {
  readonly path: string;
  readonly kind: Kind;
  /** Requests or calls it was asked about. */
  readonly seen: number;
  readonly of: 'requests' | 'calls';
  readonly now: SideEffects | undefined;
  readonly draft: SideEffects | undefined;
  /** Which resources its requests were for; of calls none. */
  readonly resources: ReadonlySet<string>;
}

export const NOTHING: SideEffects = { refused: NONE, cannotSay: [] };

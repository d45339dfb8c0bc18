// A change of a breaker as whoever asked for it is told: which, from what to what, and who or what caused it.
import type { Because } from '../../store/items/breaker-because.ts';

export interface BreakerTransition {
  /** A dependency's name, or `resource:` and a resource's. */
  readonly breaker: string;
  /** Of a rule with a key, the value as it is stored: no secret can be read from it. */
  readonly key?: string;
  /** `CLOSED`, `OPEN`, `HALF_OPEN`, `FORCED_OPEN` or `FORCED_CLOSED`. */
  readonly from: string;
  readonly to: string;
  /** `instance`: of this instance alone, by what it has seen itself. */
  readonly scope: 'fleet' | 'instance';
  /** This instance moved it; the others learn of it, and of two changes in a short time only of the second. */
  readonly decidedHere: boolean;
  /** Epoch ms of the change. */
  readonly at: number;
  /** Tells changes of one breaker apart, strictly increasing; 0 with the scope `instance`. */
  readonly epoch: number;
  /** `forcedUntil`: the time is over for which it was forced. Undefined where nobody has said. */
  readonly cause?: Because['cause'] | 'forcedUntil';
  /** The instance that moved it, or the operator. */
  readonly by?: string;
  readonly function?: string;
  /** What was counted, e.g. `calls`, `failures`, `windowMs`. */
  readonly counts?: Readonly<Record<string, number>>;
  /** An operator's. */
  readonly reason?: string;
}

export type OnTransition = (transition: BreakerTransition) => void;

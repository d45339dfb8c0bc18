// What there is to say of a job or a check, and until when that holds.
import type { Condition } from '../condition.ts';

export interface Said {
  readonly conditions: readonly Condition[];
  /** Epoch ms: when time alone may change it, `Infinity` if nobody knows; undefined of what only a write can change. */
  readonly turnsAt?: number | undefined;
}

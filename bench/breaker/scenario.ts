// What a simulated fleet with a breaker is put through: its size, its load, its dependency's fate and its store's.
import type { BreakerRule } from '../../middleware/kernel/rules/document.ts';
import type { Phase } from '../simulation/load.ts';
import type { Goals } from './judgement.ts';

/** From `fromS` on so large a share of the calls fails. */
export interface Health {
  readonly fromS: number;
  readonly failing: number;
}

export interface Scenario {
  /** Says the load, e.g. `n=100 outage 100%`. */
  readonly name: string;
  readonly instances: number;
  /** Calls a second that an instance makes on average. */
  readonly rps: number;
  readonly rule: BreakerRule;
  /** Well until the first. All of them are moved by the same part of a second, another for each seed. */
  readonly health: readonly Health[];
  /** When what is measured begins: the dependency's death, or the load's step. One of `health` or `phases`. */
  readonly deathS: number;
  /** When the dependency is well again. One of `health`. */
  readonly recoveryS?: number;
  /** How a call fails: at once, or by a timeout after so many ms. */
  readonly timeoutMs?: number;
  /** So many instances all of whose calls fail from `deathS` on, whatever the dependency does. */
  readonly poisoned?: number;
  readonly phases?: readonly Phase[];
  /** New instances that come up within so many seconds from `fromS`. */
  readonly joining?: { readonly instances: number; readonly fromS: number; readonly withinS: number };
  readonly storeAway?: { readonly fromS: number; readonly forS: number };
  readonly itemWritesPerS?: number;
  readonly untilS: number;
  readonly seeds: number;
  readonly subjects: readonly SubjectName[];
  /** What flyball is to reach. */
  readonly goals?: Goals;
}

export const SUBJECT_NAMES = ['flyball', 'oracle', 'read-modify-write', 'elected prober'] as const;
export type SubjectName = (typeof SUBJECT_NAMES)[number];

/** The share that fails at a time, ms since the beginning. */
export function failingAt(health: readonly Health[], sinceMs: number): number {
  let failing = 0;
  for (const one of health) {
    if (one.fromS * 1000 > sinceMs) break;
    failing = one.failing;
  }
  return failing;
}

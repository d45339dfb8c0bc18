// The shedding rule compiled once per revision.
import type { RuleDocument } from '../kernel/rules/document.ts';
import { parseShare } from '../kernel/units.ts';

export interface Shedding {
  /** The gauge that is looked at. */
  readonly concurrency: string;
  /** 0 to 1. */
  readonly above: number;
  /** Decides and counts, never refuses. */
  readonly shadow: boolean;
}

/** Undefined when nothing is shed by load; a pause needs no rule. @throws {RangeError} naming a text that is no share. */
export function compileShedding({ shedding }: RuleDocument): Shedding | undefined {
  if (!shedding || shedding.mode === 'disabled') return undefined;
  const { concurrency, above } = shedding.when;
  return { concurrency, above: parseShare(above), shadow: shedding.mode === 'shadow' };
}

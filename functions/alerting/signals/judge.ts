// What judges of a service are given, and what they are asked.
import type { RuleDocument } from '../../../middleware/kernel/rules/document.ts';
import type { Table } from '../../../store/port.ts';
import type { Settled } from '../../telemetry/series/settled.ts';
import type { Condition, ConditionKind } from '../condition.ts';

/** One service at one moment. */
export interface ServiceAt {
  readonly table: Table;
  readonly service: string;
  readonly nowMs: number;
  /** As published; empty when nothing is. */
  readonly rules: Partial<RuleDocument>;
  /** Up to when its series have everything. */
  readonly settled: Settled;
}

/** Looks at one kind of thing that can be wrong with a service. */
export interface Judge {
  readonly kind: ConditionKind;
  /** What rules have of it, by name: an open alert of anything else is over. */
  readonly names: (rules: Partial<RuleDocument>) => readonly string[];
  /** All that can be said of those: what fires, and what is known to be well; what cannot be told is left out. */
  readonly judge: (at: ServiceAt) => Promise<readonly Condition[]>;
}

/** Of a condition of a service: the same for as long as it is about the same. */
export const keyOf = (kind: ConditionKind, service: string, name: string): string => `${kind}/${service}/${name}`;

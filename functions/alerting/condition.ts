// What a source of signals says of one thing that can be wrong: whether it is, since when, and what somebody woken by it has to know.
import type { ConditionKind, Severity } from '../../store/items/alert-condition.ts';

export type { Condition, ConditionKind, Severity } from '../../store/items/alert-condition.ts';

export const SEVERITIES = ['realtime', 'high', 'deferred'] as const satisfies readonly Severity[];

export const CONDITION_KINDS = [
  'job',
  'check',
  'breaker',
  'throttle',
  'quota',
  'slo',
  'rule',
  'saturation',
  'business',
  'fleet',
  'flyball',
] as const satisfies readonly ConditionKind[];

// What of AWS's own limits follows which rule, and whether it is to be changed now. Pure.
import { limitNow } from '../../middleware/concurrency/adaptive.ts';
import { boundsOf } from '../../middleware/concurrency/rule.ts';
import type { ConcurrencyRule } from '../../middleware/kernel/rules/document.ts';
import type { AdaptiveRecord } from '../../store/items/permits.ts';

export type Kind = 'reservedConcurrency' | 'maximumConcurrency';

/** One limit of AWS's that follows a rule. */
export interface Actuation {
  readonly rule: string;
  readonly kind: Kind;
  /** A function's name or ARN, or an event source mapping's UUID. */
  readonly target: string;
  readonly min: number;
  readonly max: number;
  /** What the rule asks for, within `min` and `max`. */
  readonly wanted: number;
  /** Decided and told, never done. */
  readonly shadow: boolean;
}

/** A change that is smaller than this share of what is set waits until it is larger: each takes effect slowly. */
const WORTH_A_CHANGE = 0.1;

/**
 * What a rule sets; nothing when it sets nothing, and while an adaptive limit has not been measured: `record` is what the
 * fleet has found, `prefix` what stands before the names of the stage's functions.
 */
export function actuationsOf(
  name: string,
  rule: ConcurrencyRule,
  record: AdaptiveRecord | undefined,
  prefix: string,
): Actuation[] {
  const { actuate, mode, limit } = rule;
  if (!actuate || mode === 'disabled') return [];
  const bounds = boundsOf(rule);
  if (bounds && !record) return [];
  const asked = bounds && record ? limitNow(steady(record), bounds) : Number(limit);
  const found: Actuation[] = [];
  const add = (kind: Kind, target: string, { min, max }: { readonly min: number; readonly max: number }) =>
    found.push({
      ...{ rule: name, kind, target, min, max, shadow: mode === 'shadow' },
      wanted: Math.min(max, Math.max(min, asked)),
    });
  const { reservedConcurrency: reserved, maximumConcurrency: maximum } = actuate;
  if (reserved) add('reservedConcurrency', fullName(reserved.function, prefix), reserved);
  if (maximum) add('maximumConcurrency', maximum.eventSource, maximum);
  return found;
}

/** A measurement lowers the limit for seconds: AWS's own is not moved for it. */
const steady = (record: AdaptiveRecord): AdaptiveRecord => ({ ...record, probe: 0 });

/** A function of the stage; nothing else is reached without a whole ARN. */
function fullName(name: string, prefix: string): string {
  return name.startsWith('arn:') || name.startsWith(prefix) ? name : `${prefix}${name}`;
}

/**
 * Whether what is set is to be changed: it is missing, out of bounds, or a tenth or more off. A function that reserves 0
 * was stopped by somebody, and stays so.
 */
export function isDue({ min, max, wanted }: Actuation, set: number | undefined): boolean {
  if (set === undefined) return true;
  if (set === wanted || set === 0) return false;
  return set < min || set > max || Math.abs(wanted - set) >= WORTH_A_CHANGE * set;
}

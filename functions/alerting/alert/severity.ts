// How severities compare. Pure.
import type { Alert } from '../../../store/items/alert-record.ts';
import type { Severity } from '../condition.ts';

const RANK: Readonly<Record<Severity, number>> = { deferred: 0, high: 1, realtime: 2 };

/** As its source says, and no more severe than the routing document lets it become. */
export function severityOf({ condition, limit }: Pick<Alert, 'condition' | 'limit'>): Severity {
  const { severity } = condition;
  return limit !== undefined && isWorse(severity, limit.severity) ? limit.severity : severity;
}

export const isWorse = (a: Severity, than: Severity): boolean => RANK[a] > RANK[than];

/** The worst comes first, and of those that are equally bad the oldest. */
export const worstFirst = (a: Alert, b: Alert): number =>
  RANK[severityOf(b)] - RANK[severityOf(a)] || a.since - b.since || (a.id < b.id ? -1 : 1);

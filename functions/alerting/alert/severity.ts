// How severities compare. Pure.
import type { Alert } from '../../../store/items/alert-record.ts';
import type { Severity } from '../condition.ts';

const RANK: Readonly<Record<Severity, number>> = { deferred: 0, high: 1, realtime: 2 };

export const isWorse = (a: Severity, than: Severity): boolean => RANK[a] > RANK[than];

/** The worst comes first, and of those that are equally bad the oldest. */
export const worstFirst = (a: Alert, b: Alert): number =>
  RANK[b.condition.severity] - RANK[a.condition.severity] || a.since - b.since || (a.id < b.id ? -1 : 1);

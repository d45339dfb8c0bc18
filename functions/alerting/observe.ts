// Keeps what a source says: one write of one item, and none when nothing is new.
import type { Clock } from '../../middleware/kernel/clock.ts';
import { hashOfCondition } from '../../store/alert-keys.ts';
import { changeAlert, type Alert } from '../../store/items/alerts.ts';
import type { Table } from '../../store/port.ts';
import { observed } from './alert/episode.ts';
import type { Condition } from './condition.ts';

export interface ObserveParts {
  readonly table: Table;
  readonly clock: Clock;
}

/**
 * `seenAt` is when whoever looked began to look, before they read the truth: of two who look at once the later word counts.
 * @returns the alert as it stands then, if there has been one.
 */
export async function observe(
  { table, clock }: ObserveParts,
  condition: Condition,
  seenAt: number,
): Promise<Alert | undefined> {
  const nowMs = clock.now();
  const { alert } = await changeAlert(table, hashOfCondition(condition.key), (current) =>
    observed(current, condition, { seenAt, nowMs }),
  );
  return alert;
}

/** Whether what a condition says would change an alert, had others not seen it later than this: that is looked at again. */
export function isOutdated(alert: Alert | undefined, condition: Condition, seenAt: number): boolean {
  if (alert === undefined || alert.seenAt <= seenAt) return false;
  return observed(alert, condition, { seenAt: alert.seenAt, nowMs: alert.seenAt }) !== undefined;
}

/** Whether a condition says nothing new of an alert as it was seen a moment ago; what is missed so is seen in a minute. */
export function saysNothingNew(alert: Alert | undefined, condition: Condition, seenAt: number): boolean {
  if (alert === undefined) return !condition.firing;
  return observed(alert, condition, { seenAt, nowMs: seenAt }) === undefined;
}

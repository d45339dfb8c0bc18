// What goes first and what stays under overload: the priorities of resources, without the validator.
import type { Resource } from '../resources.ts';

/** From the first to be shed to the last. */
export const PRIORITIES = ['sheddable', 'normal', 'critical'] as const;

export type Priority = (typeof PRIORITIES)[number];

/** What no rule says anything about is normal. */
export function priorityOf({ rule }: Resource): Priority {
  return rule?.priority ?? 'normal';
}

/** Whether `one` is to go no later than `other`: the same priority or a lower one. */
export function isAtMost(one: Priority, other: Priority): boolean {
  return PRIORITIES.indexOf(one) <= PRIORITIES.indexOf(other);
}

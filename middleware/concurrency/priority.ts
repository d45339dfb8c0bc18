// What a resource's priority means to a limit: which permits are kept for those above it, and how soon it asks again. Pure.
import type { Random } from '../kernel/clock.ts';
import type { Priority } from '../kernel/rules/document.ts';
import type { Claimable } from './slots.ts';

/** Shares of a limit that lower priorities leave to higher ones. */
const KEPT_FROM_SHEDDABLE = 0.1;
const KEPT_FROM_NORMAL = 0.05;

/** Which priorities a rule's resources have: nothing is kept for those that nobody has. */
export type Priorities = ReadonlySet<Priority>;

/**
 * The slots that an invocation of this priority may take. Of a limit under 10 nothing is kept from sheddable work, of one
 * under 20 nothing from normal.
 */
export function claimable(limit: number, priority: Priority, present: Priorities): Claimable {
  const normal = limit - (present.has('critical') ? Math.floor(limit * KEPT_FROM_NORMAL) : 0);
  const above = present.has('critical') || present.has('normal');
  const sheddable = limit - (above ? Math.floor(limit * KEPT_FROM_SHEDDABLE) : 0);
  const common = present.has('sheddable') ? sheddable : normal;
  return { common, upTo: { sheddable, normal, critical: limit }[priority] };
}

const FIRST_WAIT_MS = 25;
const LONGEST_WAIT_MS = 200;
const PACE: Record<Priority, number> = { critical: 0.5, normal: 1, sheddable: 2 };

/** How long to wait before asking the `tries`th time again (from 0), ms: longer each time, and not in step with others. */
export function waitMs(tries: number, priority: Priority, random: Random): number {
  const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** tries * PACE[priority]);
  return longest * (0.5 + 0.5 * random());
}

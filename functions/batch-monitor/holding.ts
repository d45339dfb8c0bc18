// Pauses made by hand on a declared job: how they begin, change and end. Pure.
import type { Hold, Job } from '../../store/items/jobs.ts';

/** More are not kept: slots before the end of one that is forgotten are not expected any more, either. */
const HOLDS_KEPT = 20;

/** The pause by hand that a moment lies in. */
export const holdAt = ({ holds = [] }: Job, nowMs: number): Hold | undefined =>
  holds.findLast(({ from, until = Infinity }) => from <= nowMs && nowMs < until);

/**
 * Paused from now on, and with it the slot that is `awaited`, if that has come already; of a job that is paused, the pause
 * gets another end and reason.
 */
export function held(job: Job, said: Omit<Hold, 'from'>, nowMs: number, awaited = nowMs): Job {
  const holds = job.holds ?? [];
  const open = holdAt(job, nowMs);
  const next: Hold = { ...said, from: open?.from ?? Math.min(awaited, nowMs) };
  const all = [...holds.filter((hold) => hold !== open), next];
  const forgotten = all.slice(0, -HOLDS_KEPT);
  const watchFrom = Math.max(job.watchFrom, ...forgotten.map(({ from, until }) => until ?? from));
  return { ...job, watchFrom, holds: all.slice(-HOLDS_KEPT), dueAt: nowMs };
}

/** Expected again from now on; undefined when nobody has paused it by hand. */
export function released(job: Job, nowMs: number): Job | undefined {
  const open = holdAt(job, nowMs);
  if (!open) return undefined;
  const holds = (job.holds ?? []).map((hold) => (hold === open ? { ...hold, until: nowMs } : hold));
  return { ...job, holds, dueAt: nowMs };
}

// When a job is expected next, as it stands: at its schedule's next slots, or so long after one another. Pure.
import type { Check } from '../../store/items/check-record.ts';
import type { Job } from '../../store/items/jobs.ts';
import { expectedAfter } from './checks/expected.ts';
import { graceStartOf } from './checks/fold.ts';
import { expectationOf } from './judge.ts';

/** The next slots of a declared job, the one that is awaited first, though it may have passed. */
export function slotsOf(job: Job, count: number): number[] {
  const slots: number[] = [];
  if (job.retiredAt !== undefined) return slots;
  let { anchorAt } = job;
  while (slots.length < count) {
    const slot = expectationOf({ ...job, anchorAt })?.slot;
    if (slot === undefined) break;
    slots.push(slot);
    anchorAt = slot;
  }
  return slots;
}

/**
 * When a check's next pings come by its schedule, also before the first one, from which on it is watched. None of one that is
 * paused, nor, without a schedule, of one that is down or that nobody has pinged yet.
 */
export function pingsOf(check: Check, count: number, nowMs: number): number[] {
  const { status, kind } = check;
  if (status === 'paused' || (status !== 'up' && kind === 'simple')) return [];
  const times: number[] = [];
  let at = graceStartOf(check, false) ?? expectedAfter(check, nowMs);
  while (at !== undefined && times.length < count) {
    times.push(at);
    at = expectedAfter(check, at);
  }
  return times;
}

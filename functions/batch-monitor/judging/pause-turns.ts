// When what pauses a job begins or ends next. Pure.
import type { Job } from '../../../store/items/jobs.ts';
import { parseSchedule } from '../../api/schedule.ts';
import { pausesOf } from './pauses.ts';

/** The first moment after `nowMs` at which a pause begins or ends; `Infinity` when nobody knows of any. */
export function pauseTurnsAfter(job: Job, nowMs: number): number {
  const { pauses = [], holds = [], timezone } = job;
  const begins = pauses.map((pause) =>
    'from' in pause ? Date.parse(pause.from) : (parseSchedule(pause.schedule, timezone).next(nowMs) ?? Infinity),
  );
  const ends = [pausesOf(job)(nowMs) ?? Infinity, ...holds.map(({ until = Infinity }) => until)];
  return Math.min(...[...begins, ...ends].filter((at) => at > nowMs), Infinity);
}

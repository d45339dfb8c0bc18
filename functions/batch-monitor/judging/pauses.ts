// Planned pauses, and those made by hand: a slot within one is not expected. Pure.
import { parseDuration } from '../../../middleware/kernel/units.ts';
import type { Job } from '../../../store/items/jobs.ts';
import { parseSchedule } from '../../api/schedule.ts';

/** Ends the pause that a moment lies in: when that is, `Infinity` if nobody knows; undefined outside of all. */
export type PauseEnd = (atMs: number) => number | undefined;

export function pausesOf({ pauses = [], holds = [], timezone }: Job): PauseEnd {
  const ends: PauseEnd[] = [
    ...pauses.map((pause): PauseEnd => {
      if ('from' in pause) return span(Date.parse(pause.from), Date.parse(pause.to));
      const schedule = parseSchedule(pause.schedule, timezone);
      const forMs = parseDuration(pause.for);
      return (atMs) => {
        const from = schedule.previous(atMs + 1);
        return from === undefined ? undefined : span(from, from + forMs)(atMs);
      };
    }),
    ...holds.map(({ from, until = Infinity }) => span(from, until)),
  ];
  return (atMs) => {
    const found = ends.map((endOf) => endOf(atMs)).filter((end) => end !== undefined);
    return found.length === 0 ? undefined : Math.max(...found);
  };
}

/** From its first moment on, until the last, which is no longer in it. */
const span =
  (from: number, to: number): PauseEnd =>
  (atMs) =>
    from <= atMs && atMs < to ? to : undefined;

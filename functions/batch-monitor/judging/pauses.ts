// Planned pauses, and those made by hand: a slot within one is not expected. Pure.
import type { Job } from '../../../store/items/jobs.ts';
import { lastBegunOf, type Span } from '../../api/planned.ts';

/** Ends the pause that a moment lies in: when that is, `Infinity` if nobody knows; undefined outside of all. */
export type PauseEnd = (atMs: number) => number | undefined;

export function pausesOf({ pauses = [], holds = [], timezone }: Job): PauseEnd {
  const ends: PauseEnd[] = [
    ...pauses.map((pause): PauseEnd => {
      const lastBegun = lastBegunOf(pause, timezone);
      return (atMs) => endOf(lastBegun(atMs), atMs);
    }),
    ...holds.map(({ from, until: to = Infinity }): PauseEnd => {
      return (atMs) => endOf({ from, to }, atMs);
    }),
  ];
  return (atMs) => {
    const found = ends.map((end) => end(atMs)).filter((end) => end !== undefined);
    return found.length === 0 ? undefined : Math.max(...found);
  };
}

const endOf = (span: Span | undefined, atMs: number): number | undefined =>
  span && span.from <= atMs && atMs < span.to ? span.to : undefined;

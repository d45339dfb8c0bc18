// How long a run took, in ms and for people. Pure.
import type { Run } from '../../../store/items/job-runs.ts';

/** Of a run that has ended. */
export const tookMs = ({ durationMs, startedAt, endedAt = startedAt }: Run) =>
  durationMs ?? Math.max(0, endedAt - startedAt);

/** A time in its two largest units: `850ms`, `9.4s`, `2m40s`, `1h05m`. */
export function inWords(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)}ms`;
  if (ms < 60_000) return `${Math.floor(ms / 100) / 10}s`;
  const [whole, part, units] =
    ms < 3_600_000 ? [ms / 60_000, (ms % 60_000) / 1_000, 'ms'] : [ms / 3_600_000, (ms % 3_600_000) / 60_000, 'hm'];
  return `${Math.floor(whole)}${units[0]}${String(Math.floor(part)).padStart(2, '0')}${units[1]}`;
}

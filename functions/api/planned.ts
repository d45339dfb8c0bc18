// Times that are planned to be unlike others: once from a moment to another, or for so long whenever a schedule comes. Pure.
import { parseDuration } from '../../middleware/kernel/units.ts';
import { parseSchedule } from './schedule.ts';

/** As rules say it. */
export type Planned =
  | { readonly from: string; readonly to: string }
  | { readonly schedule: string; readonly for: string; readonly timezone?: string | undefined };

/** From its first moment on, until the last, which is no longer in it; epoch ms. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** That of the planned times which was the last to begin by a moment. */
export type LastBegun = (atMs: number) => Span | undefined;

/** `timezone` is that of schedules that say none. */
export function lastBegunOf(planned: Planned, timezone?: string): LastBegun {
  if ('from' in planned) {
    const span = { from: Date.parse(planned.from), to: Date.parse(planned.to) };
    return (atMs) => (span.from <= atMs ? span : undefined);
  }
  const schedule = parseSchedule(planned.schedule, planned.timezone ?? timezone);
  const forMs = parseDuration(planned.for);
  return (atMs) => {
    const from = schedule.previous(atMs + 1);
    return from === undefined ? undefined : { from, to: from + forMs };
  };
}

/** Whether any of these times lies in the span. */
export function meets(planned: readonly Planned[], { from, to }: Span): boolean {
  // All times of a schedule are as long: the last to begin is the last to end.
  return planned.some((one) => {
    const last = lastBegunOf(one)(to - 1);
    return last !== undefined && last.to > from;
  });
}

// What a schedule is, whichever way it was written.

/** By whose rules a text is read. `eventbridge` is EventBridge Scheduler; the rules of EventBridge itself know UTC alone. */
export const SCHEDULE_KINDS = ['cron', 'oncalendar', 'eventbridge', 'eventbridge-rule'] as const;
export type ScheduleKind = (typeof SCHEDULE_KINDS)[number];

/** When something is due. Every time is in ms since the epoch. */
export interface Schedule {
  readonly kind: ScheduleKind;
  /** The distance between two slots in ms, of a `rate(…)`, which counts from a start of its own. */
  readonly everyMs: number | undefined;
  /** Whose clock it goes by. */
  readonly timezone: string;
  /** The first slot after `afterMs`, or undefined when there is none any more. */
  next(afterMs: number): number | undefined;
  /** The last slot before `beforeMs`, or undefined when there was none. */
  previous(beforeMs: number): number | undefined;
  /** What it makes of the changes of its clock within (fromMs, toMs]. */
  changes(fromMs: number, toMs: number): ClockChange[];
  /** The schedule in words, for people. */
  describe(): string;
}

/**
 * What a schedule makes of a change of the clock: times that the clock skips do not come (`skipped`) or come when it is
 * over (`afterwards`), times that it repeats come `once` or `twice`; `none`: it has no such times.
 */
export type ChangeEffect = 'skipped' | 'afterwards' | 'once' | 'twice' | 'none';

export interface ClockChange {
  readonly at: number;
  readonly timezone: string;
  /** What the clock is ahead of UTC, in ms, before and from `at` on. */
  readonly before: number;
  readonly after: number;
  readonly effect: ChangeEffect;
}

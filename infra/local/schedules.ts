// Runs functions by their rate(…) and cron(…) schedules, in UTC, as EventBridge rules do; what is seldom runs once at first.
import { randomUUID } from 'node:crypto';
import { parseSchedule } from '../../functions/api/schedule.ts';
import { scheduleEvent } from '../../functions/batch-monitor/schedule-event.ts';
import { systemClock } from '../../middleware/kernel/clock.ts';
import type { ScheduleRule } from './event-sources.ts';
import type { LocalLambda } from './lambda.ts';

/** A longer timer would fire at once; what is due later is looked at again then. */
const LONGEST_TIMER_MS = 3_600_000;

/** Runs until the returned function is called. Throws a RangeError for an expression that is none. */
export function runSchedules(
  rules: readonly ScheduleRule[],
  lambda: LocalLambda,
  { region, account }: { readonly region: string; readonly account: string },
): () => void {
  const stops = rules.map(({ name, functionName, expression, input, retries }) => {
    const schedule = parseSchedule(expression, 'UTC', 0, 'eventbridge-rule');
    let timer: NodeJS.Timeout | undefined;
    const run = (at: number) => {
      const event = input ?? scheduleEvent(name, randomUUID(), at, region, account);
      lambda.invokeLater(functionName, event, retries);
    };
    const wait = (afterMs: number) => {
      const due = schedule.next(afterMs);
      if (due === undefined) return;
      const left = due - systemClock.now();
      if (left > LONGEST_TIMER_MS) {
        timer = setTimeout(() => wait(afterMs), LONGEST_TIMER_MS);
        return;
      }
      timer = setTimeout(() => {
        run(due);
        // A laptop that slept catches up with nothing, as EventBridge would not have waited for it either.
        wait(Math.max(due, systemClock.now()));
      }, left);
    };
    const last = schedule.everyMs === undefined ? schedule.previous(systemClock.now()) : undefined;
    // A new world has no night behind it, and nobody waits for the next one to see a job, or to start it by hand.
    if (last !== undefined) run(last);
    wait(systemClock.now());
    return () => clearTimeout(timer);
  });
  return () => stops.forEach((stop) => stop());
}

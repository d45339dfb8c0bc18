// Runs functions by their rate(…) and cron(…) schedules, in UTC, as EventBridge rules do.
import { randomUUID } from 'node:crypto';
import { parseSchedule } from '../../functions/api/schedule.ts';
import { systemClock } from '../../middleware/kernel/clock.ts';
import type { ScheduleRule } from './event-sources.ts';
import { scheduleEvent } from './events/schedule-event.ts';
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
    const schedule = parseSchedule(expression, 'UTC');
    let timer: NodeJS.Timeout | undefined;
    const wait = (afterMs: number) => {
      const due = schedule.next(afterMs);
      if (due === undefined) return;
      const left = due - systemClock.now();
      if (left > LONGEST_TIMER_MS) {
        timer = setTimeout(() => wait(afterMs), LONGEST_TIMER_MS);
        return;
      }
      timer = setTimeout(() => {
        const event = input ?? scheduleEvent(name, randomUUID(), due, region, account);
        lambda.invokeLater(functionName, event, retries);
        // A laptop that slept catches up with nothing, as EventBridge would not have waited for it either.
        wait(Math.max(due, systemClock.now()));
      }, left);
    };
    wait(systemClock.now());
    return () => clearTimeout(timer);
  });
  return () => stops.forEach((stop) => stop());
}

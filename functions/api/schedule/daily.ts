// A time of each day, such as 06:00, by which something is to be done.
import { parseTimeOfDay } from '../../../middleware/kernel/rules/job-terms.ts';
import { cron } from './cron.ts';
import type { Schedule } from './kinds.ts';

/** When it is this time of the day: the first of two times on the night that has two, the end of the gap if it has none. */
export function daily(time: string, timezone: string): Schedule {
  const { hour, minute } = parseTimeOfDay(time);
  return cron(`${minute} ${hour} * * *`, timezone);
}

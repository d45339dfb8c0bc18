// The line by which cron runs what a check waits for. Pure.
import type { Job } from './answers.ts';
import { msOf } from './duration.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** What every cron reads: numbers and three-letter names; `L`, `#` and `?` are of few. */
const FIELD = /^(?:[\d*,/-]|[a-z]{3})+$/i;

/**
 * The five fields of its schedule; of a period as often as it or, where cron has no such rhythm, the next oftener one.
 * Undefined of a calendar that cron cannot go by.
 */
export function crontabOf({ schedule, period }: Pick<Job, 'schedule' | 'period'>): string | undefined {
  if (schedule !== undefined) {
    const fields = schedule.trim().split(/\s+/);
    const isCron = !schedule.includes('\n') && fields.length === 5 && fields.every((field) => FIELD.test(field));
    return isCron ? fields.join(' ') : undefined;
  }
  const periodMs = msOf(period);
  return periodMs === undefined ? undefined : ofPeriod(periodMs);
}

function ofPeriod(ms: number): string {
  if (ms < HOUR) return stepOf(ms / MINUTE, 60, (step) => `${step} * * * *`);
  if (ms < DAY) return stepOf(ms / HOUR, 24, (step) => `0 ${step} * * *`);
  const days = Math.floor(ms / DAY);
  if (days >= 31) return '0 0 1 * *';
  if (days >= 7) return '0 0 * * 0';
  // A step over days of the month begins anew with each month: never later than it should.
  return days === 1 ? '0 0 * * *' : `0 0 */${String(days)} * *`;
}

/** The longest step that divides the larger unit. */
function stepOf(most: number, of: number, said: (step: string) => string): string {
  let step = Math.max(1, Math.floor(most));
  while (of % step !== 0) step -= 1;
  return said(step === 1 ? '*' : `*/${String(step)}`);
}

/** A zone as the last word of a line. */
const ZONED = / (?:UTC|[A-Za-z_]+\/[A-Za-z_/+-]+)$/;

/** The timer by which systemd runs what a check waits for, where its schedule is a calendar of systemd's: not of cron. */
export function timerOf({ schedule, timezone }: Pick<Job, 'schedule' | 'timezone'>): string | undefined {
  if (schedule === undefined) return undefined;
  const lines = schedule.split('\n').map((line) => line.trim());
  if (lines.length === 1 && lines[0]?.split(/\s+/).length === 5) return undefined;
  const zone = timezone === undefined ? '' : ` ${timezone}`;
  const times = lines.filter((line) => line !== '').map((line) => `OnCalendar=${line}${ZONED.test(line) ? '' : zone}`);
  return ['[Timer]', ...times].join('\n');
}

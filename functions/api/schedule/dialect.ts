// Which dialect a schedule is written in, told from its text; a text that may be of two is refused with both readings.
import type { ScheduleKind } from './kinds.ts';
import { SHORTHAND_NAMES } from './oncalendar.ts';
import { isWeekdays } from './oncalendar-fields.ts';

/** @throws {RangeError} when the text is of none, or may be of two. */
export function kindOf(text: string): ScheduleKind {
  if (/^[a-z]+\(/i.test(text)) return 'eventbridge';
  if (/^@[a-z]/i.test(text)) return 'cron';
  const lines = text.split('\n');
  const tokens = text.split(/\s+/);
  if (lines.length === 1 && tokens.length === 5) return 'cron';
  if (lines.length > 1 && lines.some((line) => line.trim().split(/\s+/).length === 5)) {
    throw new RangeError(
      'several lines are of OnCalendar alone, and one of these is cron; give each cron a job of its own',
    );
  }
  const readings = readingsOf(text, tokens);
  if (readings !== undefined) throw new RangeError(readings);
  if (looksOnCalendar(tokens)) return 'oncalendar';
  throw new RangeError(
    'write five cron fields (0 2 * * *), cron(0 2 * * ? *), rate(5 minutes), at(2026-12-24T18:00:00) or OnCalendar (Mon..Fri 02:00)',
  );
}

/** Both readings of what may be of two dialects. */
function readingsOf(text: string, tokens: readonly string[]): string | undefined {
  if (tokens.length === 6 && !text.includes(':')) {
    return `it may be cron with seconds or EventBridge's six fields; write five cron fields (${tokens.slice(1).join(' ')}) or cron(${text})`;
  }
  if (/^\d{4}-\d{2}-\d{2}T[\d:]+$/.test(text)) {
    return `it may be EventBridge's or systemd's; write at(${text}) or ${text.replace('T', ' ')} (OnCalendar)`;
  }
  const rate = /^(?:every )?(\d+) ?(minutes?|hours?|days?)$/i.exec(text);
  return rate ? `write rate(${rate[1] ?? ''} ${(rate[2] ?? '').toLowerCase()})` : undefined;
}

function looksOnCalendar(tokens: readonly string[]): boolean {
  const [first = ''] = tokens;
  if (first === '') return false;
  return (
    /^@\d/.test(first) ||
    isWeekdays(first) ||
    SHORTHAND_NAMES.includes(first.toLowerCase()) ||
    tokens.some((token) => /^[\d*][^A-Za-z]*[-~:]/.test(token))
  );
}

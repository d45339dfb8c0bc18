// Which dialect a text is of, what it says in words, and what is refused with which reason.
import { describe, expect, it } from 'vitest';
import { parseSchedule, type ScheduleKind } from '../../../../../functions/api/schedule.ts';

describe('a text says which dialect it is of, and is told in words', () => {
  it.each([
    ['0 2 * * *', 'cron', 'at 02:00, UTC'],
    ['*/15 9-17 * * 1-5', 'cron', 'every 15 minutes of hours 9 to 17, on Monday to Friday, UTC'],
    ['0 12 13 * 5', 'cron', 'at 12:00, on the 13th as well as on Friday, UTC'],
    ['0 0 1-7 * */7', 'cron', 'at 00:00, on the 1st to 7th if that is Sunday, UTC'],
    ['30 4 1,15 JAN-MAR,dec ?', 'cron', 'at 04:30, on the 1st and 15th, in January to March and December, UTC'],
    ['0 9 L,15W * *', 'cron', 'at 09:00, on the last day and the weekday nearest to the 15th, UTC'],
    ['0 9 LW * *', 'cron', 'at 09:00, on the last weekday, UTC'],
    ['0 9 * * MON#2,FRIL', 'cron', 'at 09:00, on the 2nd Monday of the month and the last Friday of the month, UTC'],
    ['0 9 * * FRI#L', 'cron', 'at 09:00, on the last Friday of the month, UTC'],
    ['10/20 * * * *', 'cron', 'minutes 10, 30 and 50, UTC'],
    ['* * * * *', 'cron', 'every minute, UTC'],
    ['@weekly', 'cron', 'at 00:00, on Sunday, UTC'],
    ['@MIDNIGHT', 'cron', 'at 00:00, UTC'],
    ['weekly', 'oncalendar', 'at 00:00, on Monday, UTC'],
    ['Mon', 'oncalendar', 'at 00:00, on Monday, UTC'],
    ['Mon..Fri *-*-* 02:00 Europe/Berlin', 'oncalendar', 'at 02:00, on Monday to Friday, Europe/Berlin'],
    ['Mon,Wed *-*-1..7 2:0', 'oncalendar', 'at 02:00, on the 1st to 7th if that is Monday or Wednesday, UTC'],
    ['*-02~03', 'oncalendar', 'at 00:00, on the 3rd last day, in February, UTC'],
    ['Mon *-05~07/1', 'oncalendar', 'at 00:00, on the 7th last to last day if that is Monday, in May, UTC'],
    ['2027-12-24 18:00:30.25', 'oncalendar', 'at 18:00:30.250, on the 24th, in December, in 2027, UTC'],
    ['*:*:0/0.5', 'oncalendar', 'every 0.5 seconds, UTC'],
    ['*:0/5:10', 'oncalendar', 'second 10 of every 5 minutes, UTC'],
    ['@1800000000', 'oncalendar', 'once, on 2027-01-15 at 08:00:00, UTC'],
    ['Mon 12:00\nTue 13:00 Asia/Tokyo', 'oncalendar', 'at 12:00, on Monday, UTC; at 13:00, on Tuesday, Asia/Tokyo'],
    ['cron(0 18 ? * 2-6 2027-2028)', 'eventbridge', 'at 18:00, on Monday to Friday, in 2027 and 2028, UTC'],
    [
      'cron(0/10 8 1,L * ? *)',
      'eventbridge',
      'at 08:00, 08:10, 08:20, 08:30, 08:40 and 08:50, on the 1st and the last day, UTC',
    ],
    ['rate(5 minutes)', 'eventbridge', 'every 5 minutes'],
    ['at(2027-12-24T18:00:00)', 'eventbridge', 'once, on 2027-12-24 at 18:00:00, UTC'],
  ])('%s is %s: %s', (text, kind, words) => {
    const schedule = parseSchedule(text);
    expect(schedule.kind).toBe(kind);
    expect(schedule.describe()).toBe(words);
  });

  it('the zone in an OnCalendar text is the schedule’s, unless its lines have several', () => {
    expect(parseSchedule('daily Europe/Berlin', 'Asia/Tokyo').timezone).toBe('Europe/Berlin');
    expect(parseSchedule('daily utc', 'Asia/Tokyo').timezone).toBe('UTC');
    expect(parseSchedule('12:00 Europe/Berlin\r\n12:00 UTC', 'Asia/Tokyo').timezone).toBe('Asia/Tokyo');
  });
});

describe('what may be of two dialects is refused with both readings', () => {
  it.each([
    ['0 0 2 * * *', 'write five cron fields (0 2 * * *) or cron(0 0 2 * * *)'],
    ['2027-12-24T18:00:00', 'write at(2027-12-24T18:00:00) or 2027-12-24 18:00:00 (OnCalendar)'],
    [
      'cron(0 2 * * 1)',
      'it takes six: minutes, hours, day of month, month, day of week, year; five fields of cron are written without cron(…): 0 2 * * 1',
    ],
    ['0 2 * * *\n0 3 * * *', 'several lines are of OnCalendar alone, and one of these is cron'],
    ['5 minutes', 'write rate(5 minutes)'],
  ])('%s', (text, readings) => {
    expect(() => parseSchedule(text)).toThrow(readings);
  });
});

describe('what is refused says what is wrong, and where', () => {
  it.each([
    ['0 2 * * 8', undefined, 'the day of week cannot be 8; it is 0 to 7, or SUN to SAT'],
    ['0 2 * FOO *', undefined, 'the month cannot be FOO; it is 1 to 12, or JAN to DEC'],
    ['0 22-2 * * *', undefined, 'the hour 22-2 runs backwards; write 22-23,0-2 to go round'],
    ['*/0 * * * *', undefined, 'the step of the minute */0 must be a number of at least 1'],
    ['0 2 * * 1#6', undefined, 'the day of week 1#6 must end in #1 to #5, or #L'],
    ['0 2 32W * *', undefined, 'the day of month cannot be 32; it is 1 to 31'],
    ['1,,2 2 * * *', undefined, 'the minute has an empty value; it is 0 to 59'],
    ['1/2/3 2 * * *', undefined, 'the minute 1/2/3 has more than one step'],
    ['1-2-3 2 * * *', undefined, 'the minute 1-2-3 is no range'],
    ['0 2 * * L', undefined, 'the day of week cannot be L'],
    ['@reboot', undefined, 'cron knows @yearly, @annually, @monthly, @weekly, @daily, @midnight, @hourly alone'],
    ['daily', 'cron', 'write five cron fields: minute, hour, day of month, month, day of week'],
    ['cron(0/90 2 * * ? *)', undefined, 'the step of the minute 0/90 is longer than its 60 values'],
    ['cron()', undefined, 'cron(…) has 0 fields; it takes six'],
    ['at(2027-02-29T18:00:00)', undefined, 'is no date and time of the years 1970 to 2199'],
    ['at(2027-02-28)', undefined, 'is not a time; write at(2026-12-24T18:00:00), without a zone'],
    ['every(5 minutes)', undefined, 'EventBridge takes cron(0 2 * * ? *), rate(5 minutes) or at(2026-12-24T18:00:00)'],
    ['Fri..Mon 12:00', undefined, 'the weekdays Fri..Mon run backwards: a week begins on Monday; write Fri..Sun,Mon'],
    ['Mon..Wed..Fri', undefined, 'the weekdays Mon..Wed..Fri are no range'],
    ['Monda 12:00', 'oncalendar', 'the weekday Monda is none; write Mon or Monday'],
    ['Mon 12:00\nTue 25:00', undefined, 'line 2: the hour 25 is out of range; it is 0 to 23'],
    ['12:00\n\n13:00', undefined, 'line 2: it is empty'],
    ['*/2:00', undefined, 'the hour */2 cannot be read; write *, 5, 1..5, 0/15, or a list of those without *'],
    ['*:0/0', undefined, 'the minute 0/0 is repeated after nothing'],
    ['5..2:00', undefined, 'the hour 5..2 runs backwards'],
    ['12:00:60', undefined, 'the second 60 is out of range; it is 0 to 59.999999'],
    ['12:00:0/0.0001', undefined, 'is repeated more often than each millisecond'],
    ['12:00:0.0..0.9', undefined, 'is a range within one second'],
    ['*-*~29', undefined, 'the day from the end of the month 29 is out of range; it is 1 to 28'],
    ['2027~1-2', undefined, 'the date 2027~1-2 is none'],
    ['12:00:00:00', undefined, 'has more than hours, minutes and seconds'],
    ['12:00 13:00', undefined, '"13:00" is no part of it'],
    ['2027-01-01 Mon', undefined, '"Mon" is no part of it'],
    ['daily Mars/Phobos', undefined, '"Mars/Phobos" is not a timezone'],
    ['@9999999999', undefined, '@9999999999 is no moment'],
    ['@daily', 'oncalendar', '@daily is no moment'],
    ['0 2 * * *', 'oncalendar', '"0" is no part of it'],
    ['*-02-31', undefined, 'never comes'],
    ['0 2 * * *', 'eventbridge', 'EventBridge takes cron('],
    ['at(2027-12-24T18:00:00)', 'eventbridge-rule', 'rules of EventBridge take no at(…); use EventBridge Scheduler'],
  ] as const)('%s (%s): %s', (text, kind, reason) => {
    expect(() => parseSchedule(text, 'UTC', 0, kind)).toThrow(reason);
    expect(() => parseSchedule(text, 'UTC', 0, kind)).toThrow(RangeError);
  });

  it('rules of EventBridge know UTC alone', () => {
    const kind: ScheduleKind = 'eventbridge-rule';
    expect(parseSchedule('cron(0 2 * * ? *)', 'UTC', 0, kind).kind).toBe(kind);
    expect(() => parseSchedule('cron(0 2 * * ? *)', 'Europe/Berlin', 0, kind)).toThrow(
      'rules of EventBridge run in UTC; leave the timezone out, or use EventBridge Scheduler',
    );
  });
});

describe('fractions of a second', () => {
  it('are rounded to microseconds as by systemd, and are slots by the millisecond', () => {
    const schedule = parseSchedule('12:00:01.0004,01.00049999,02.9999999');
    const noon = Date.parse('2026-01-01T12:00Z');
    expect(schedule.next(noon)).toBe(noon + 1000);
    expect(schedule.next(noon + 1000)).toBe(noon + 3000);
  });
});

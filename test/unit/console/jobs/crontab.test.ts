// Which line cron is given for what a check waits for.
import { describe, expect, it } from 'vitest';
import { crontabOf, timerOf } from '../../../../console/screens/jobs/crontab.ts';

describe('the line for cron', () => {
  it.each([
    ['30 6 * * 1-5', '30 6 * * 1-5'],
    ['*/10  8-18 * JAN-MAR mon,FRI', '*/10 8-18 * JAN-MAR mon,FRI'],
  ])('of the schedule %s is %s', (schedule, line) => {
    expect(crontabOf({ schedule })).toBe(line);
  });

  it.each([
    'Mon..Fri 02:30',
    '0 2 L * *',
    '0 2 * * 5#1',
    '0 2 ? * MON',
    'Mon *-*-1..7 18:00:00 Europe/Berlin x',
    '@daily',
    '0 2 * * *\n0 3 * * *',
  ])(
    // prettier-ignore
    'is none of %j, which not every cron reads',
    (schedule) => {
      expect(crontabOf({ schedule })).toBeUndefined();
    },
  );

  it.each([
    ['1m', '* * * * *'],
    ['90s', '* * * * *'],
    ['5m', '*/5 * * * *'],
    ['7m', '*/6 * * * *'],
    ['45m', '*/30 * * * *'],
    ['1h', '0 * * * *'],
    ['90m', '0 * * * *'],
    ['6h', '0 */6 * * *'],
    ['7h', '0 */6 * * *'],
    ['1d', '0 0 * * *'],
    ['3d', '0 0 */3 * *'],
    ['7d', '0 0 * * 0'],
    ['30d', '0 0 * * 0'],
    ['31d', '0 0 1 * *'],
  ])('of a ping every %s is %s: as often, or oftener', (period, line) => {
    expect(crontabOf({ period })).toBe(line);
  });
});

describe('the timer of systemd', () => {
  it('goes by each line of the calendar, in its zone', () => {
    expect(timerOf({ schedule: 'Mon..Fri 02:00', timezone: 'Europe/Berlin' })).toBe(
      '[Timer]\nOnCalendar=Mon..Fri 02:00 Europe/Berlin',
    );
    expect(timerOf({ schedule: '02:00 Asia/Tokyo\n04:00 UTC', timezone: 'Europe/Berlin' })).toBe(
      '[Timer]\nOnCalendar=02:00 Asia/Tokyo\nOnCalendar=04:00 UTC',
    );
  });

  it('is none of what cron goes by, nor of a period', () => {
    expect(timerOf({ schedule: '0 2 * * 5#1', timezone: 'UTC' })).toBeUndefined();
    expect(timerOf({})).toBeUndefined();
  });
});

// When jobs are due: dialects, timezones, both daylight-saving nights, and what is refused with which reason.
import * as fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { checkTimezone } from '../../../../middleware/kernel/zone.ts';
import { parseSchedule } from '../../../../functions/api/schedule.ts';

const at = (iso: string) => Date.parse(iso);

/** The next slots after a moment, as ISO strings without seconds. */
function slots(expression: string, timezone: string, after: string, count: number): string[] {
  const schedule = parseSchedule(expression, timezone);
  const found: string[] = [];
  let from = at(after);
  for (let i = 0; i < count; i++) {
    const next = schedule.next(from);
    if (next === undefined) break;
    found.push(new Date(next).toISOString().replace(':00.000Z', 'Z'));
    from = next;
  }
  return found;
}

describe('dialects', () => {
  it.each([
    ['0 2 * * *', '2026-11-01T02:00Z', ['2026-11-02T02:00Z', '2026-11-03T02:00Z']],
    ['*/15 9 * * 1-5', '2026-11-06T09:40Z', ['2026-11-06T09:45Z', '2026-11-09T09:00Z']],
    ['0 12 13 * 5', '2026-11-06T00:00Z', ['2026-11-06T12:00Z', '2026-11-13T12:00Z']],
    ['0 2 29 2 *', '2026-11-01T00:00Z', ['2028-02-29T02:00Z', '2032-02-29T02:00Z']],
    ['cron(0 2 * * ? *)', '2026-11-01T02:00Z', ['2026-11-02T02:00Z', '2026-11-03T02:00Z']],
    ['cron(0 18 ? * MON-FRI *)', '2026-11-06T18:00Z', ['2026-11-09T18:00Z', '2026-11-10T18:00Z']],
    ['cron(0 18 ? * 1 *)', '2026-11-06T18:00Z', ['2026-11-08T18:00Z', '2026-11-15T18:00Z']],
    ['cron(0 18 ? * 7 *)', '2026-11-06T18:00Z', ['2026-11-07T18:00Z', '2026-11-14T18:00Z']],
    ['cron(0 18 ? * L *)', '2026-11-06T18:00Z', ['2026-11-07T18:00Z', '2026-11-14T18:00Z']],
    ['cron(0 9 ? * 2#1 *)', '2026-11-02T09:00Z', ['2026-12-07T09:00Z', '2027-01-04T09:00Z']],
    ['cron(0 9 ? * 6L *)', '2026-11-02T09:00Z', ['2026-11-27T09:00Z', '2026-12-25T09:00Z']],
    ['cron(0 9 L * ? *)', '2026-11-02T09:00Z', ['2026-11-30T09:00Z', '2026-12-31T09:00Z']],
    ['cron(0 9 15W * ? *)', '2026-11-02T09:00Z', ['2026-11-16T09:00Z', '2026-12-15T09:00Z']],
    ['cron(5/20 9 * * ? *)', '2026-11-02T09:00Z', ['2026-11-02T09:05Z', '2026-11-02T09:25Z']],
    ['cron(0/15 8-10 1,15 JAN,JUL ? 2027-2028)', '2026-11-02T09:00Z', ['2027-01-01T08:00Z', '2027-01-01T08:15Z']],
    ['cron(0 0 1 1 ? 2027)', '2026-11-02T09:00Z', ['2027-01-01T00:00Z']],
    ['rate(5 minutes)', '2026-11-02T09:00Z', ['2026-11-02T09:05Z', '2026-11-02T09:10Z']],
    ['rate(1 day)', '2026-11-02T09:00Z', ['2026-11-03T00:00Z', '2026-11-04T00:00Z']],
  ])('%s after %s', (expression, after, expected) => {
    expect(slots(expression, 'UTC', after, 2)).toEqual(expected);
  });

  it('counts a rate from its anchor', () => {
    const schedule = parseSchedule('rate(10 minutes)', 'UTC', at('2026-11-02T09:03:30Z'));
    expect(schedule.next(at('2026-11-02T09:03:30Z'))).toBe(at('2026-11-02T09:13:30Z'));
    expect(schedule.next(at('2026-11-02T09:13:29.999Z'))).toBe(at('2026-11-02T09:13:30Z'));
    expect(schedule.previous(at('2026-11-02T09:03:30Z'))).toBe(at('2026-11-02T08:53:30Z'));
    expect(schedule.everyMs).toBe(600_000);
  });

  it('has no slot after its last year', () => {
    expect(parseSchedule('cron(0 0 1 1 ? 2027)').next(at('2027-01-01T00:00Z'))).toBeUndefined();
  });

  it('says what it is in words', () => {
    expect(parseSchedule('rate(1 hour)').describe()).toBe('every hour');
    expect(parseSchedule('rate(3 days)').describe()).toBe('every 3 days');
    expect(parseSchedule('0 2 * * *', 'Europe/Berlin').describe()).toBe('at 02:00, Europe/Berlin');
  });
});

describe('daylight-saving nights', () => {
  const nights = {
    berlinSpring: ['Europe/Berlin', '2026-03-28T00:00Z'],
    berlinAutumn: ['Europe/Berlin', '2026-10-24T12:00Z'],
    newYorkSpring: ['America/New_York', '2026-03-07T12:00Z'],
    newYorkAutumn: ['America/New_York', '2026-10-31T12:00Z'],
  } as const;

  describe('as cron has them', () => {
    it.each([
      [
        'a skipped time comes at the end of the gap',
        '30 2 * * *',
        nights.berlinSpring,
        ['2026-03-28T01:30Z', '2026-03-29T01:00Z', '2026-03-30T00:30Z'],
      ],
      [
        'a repeated time comes once',
        '30 2 * * *',
        nights.berlinAutumn,
        ['2026-10-25T00:30Z', '2026-10-26T01:30Z', '2026-10-27T01:30Z'],
      ],
      [
        'a skipped time comes at the end of the gap',
        '30 2 * * *',
        nights.newYorkSpring,
        ['2026-03-08T07:00Z', '2026-03-09T06:30Z', '2026-03-10T06:30Z'],
      ],
      [
        'a repeated time comes once',
        '30 1 * * *',
        nights.newYorkAutumn,
        ['2026-11-01T05:30Z', '2026-11-02T06:30Z', '2026-11-03T06:30Z'],
      ],
    ])('%s: %s %s', (_what, expression, [zone, after], expected) => {
      expect(slots(expression, zone, after, 3)).toEqual(expected);
    });

    it('goes on every half hour through a repeated hour', () => {
      expect(slots('*/30 * * * *', 'Europe/Berlin', '2026-10-24T23:50Z', 4)).toEqual([
        '2026-10-25T00:00Z',
        '2026-10-25T00:30Z',
        '2026-10-25T01:00Z',
        '2026-10-25T01:30Z',
      ]);
    });
  });

  describe('as EventBridge has them', () => {
    it.each([
      [
        'a skipped time does not come',
        'cron(30 2 * * ? *)',
        nights.berlinSpring,
        ['2026-03-28T01:30Z', '2026-03-30T00:30Z', '2026-03-31T00:30Z'],
      ],
      [
        'a repeated time comes once',
        'cron(30 2 * * ? *)',
        nights.berlinAutumn,
        ['2026-10-25T00:30Z', '2026-10-26T01:30Z', '2026-10-27T01:30Z'],
      ],
      [
        'a skipped time does not come',
        'cron(30 2 * * ? *)',
        nights.newYorkSpring,
        ['2026-03-09T06:30Z', '2026-03-10T06:30Z', '2026-03-11T06:30Z'],
      ],
      [
        'a repeated time comes once',
        'cron(30 1 * * ? *)',
        nights.newYorkAutumn,
        ['2026-11-01T05:30Z', '2026-11-02T06:30Z', '2026-11-03T06:30Z'],
      ],
    ])('%s: %s %s', (_what, expression, [zone, after], expected) => {
      expect(slots(expression, zone, after, 3)).toEqual(expected);
    });

    it('goes through a repeated hour once', () => {
      expect(slots('cron(0/30 * * * ? *)', 'Europe/Berlin', '2026-10-24T23:50Z', 4)).toEqual([
        '2026-10-25T00:00Z',
        '2026-10-25T00:30Z',
        '2026-10-25T02:00Z',
        '2026-10-25T02:30Z',
      ]);
    });

    it('finds the next slot from within a repeated hour', () => {
      expect(slots('cron(0/30 * * * ? *)', 'Europe/Berlin', '2026-10-25T01:10Z', 1)).toEqual(['2026-10-25T02:00Z']);
    });
  });
});

describe('previous and next', () => {
  const expressions = [
    ['*/20 * * * *', 'Europe/Berlin'],
    ['30 2 * * *', 'America/New_York'],
    ['cron(0/20 * * * ? *)', 'Europe/Berlin'],
    ['cron(30 1,2 * * ? *)', 'America/New_York'],
    ['cron(15 2 ? * SUN *)', 'Australia/Lord_Howe'],
    ['rate(7 minutes)', 'UTC'],
  ] as const;

  it('are strict, and turn each other around', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...expressions),
        fc.integer({ min: at('2026-01-01T00:00Z'), max: at('2027-01-01T00:00Z') }),
        ([expression, zone], now) => {
          const schedule = parseSchedule(expression, zone);
          const next = schedule.next(now) ?? Number.NaN;
          expect(next).toBeGreaterThan(now);
          const previous = schedule.previous(next) ?? Number.NaN;
          expect(previous).toBeLessThanOrEqual(now);
          expect(schedule.next(previous)).toBe(next);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('what is refused', () => {
  it.each([
    ['', 'UTC', /is not a schedule: write five cron fields/],
    ['tomorrow', 'UTC', /is not a schedule: write five cron fields/],
    ['0 2 * *', 'UTC', /is not a schedule: write five cron fields/],
    [
      '0 0 2 * * *',
      'UTC',
      /may be cron with seconds or EventBridge's six fields; write five cron fields \(0 2 \* \* \*\) or cron\(0 0/,
    ],
    ['@reboot', 'UTC', /cron knows @yearly, .* alone/],
    ['61 2 * * *', 'UTC', /is not a schedule: the minute cannot be 61; it is 0 to 59/],
    ['0 25 * * *', 'UTC', /is not a schedule: the hour cannot be 25; it is 0 to 23/],
    ['cron(0 2 * * ?)', 'UTC', /has 5 fields; it takes six/],
    ['cron(0 2 * * * *)', 'UTC', /must be a \? in the day of month or in the day of week/],
    ['cron(0 2 ? * ? *)', 'UTC', /and not in both/],
    ['cron(? 2 ? * MON *)', 'UTC', /alone/],
    ['cron(0 2 ? * 0 *)', 'UTC', /is not a schedule/],
    ['cron(0 2 1 1 ? 1969)', 'UTC', /the year cannot be 1969; it is 1970 to 2199/],
    ['0 2 30 2 *', 'UTC', /never comes/],
    ['cron(0 2 31 4 ? *)', 'UTC', /never comes/],
    ['rate(5)', 'UTC', /is not a rate/],
    ['rate(0 minutes)', 'UTC', /is not a rate/],
    ['rate(1 minutes)', 'UTC', /write rate\(1 minute\)/],
    ['rate(5 minute)', 'UTC', /write rate\(5 minutes\)/],
    ['rate(5 seconds)', 'UTC', /is not a rate/],
    ['0 2 * * *', 'Mars/Olympus', /is not a timezone/],
    ['0 2 * * *', '+02:00', /is not a timezone/],
    ['0 2 * * *', '', /is not a timezone/],
    ['1,'.repeat(200), 'UTC', /256 characters at most/],
  ])('%s in %s', (expression, timezone, reason) => {
    expect(() => parseSchedule(expression, timezone)).toThrow(reason);
    expect(() => parseSchedule(expression, timezone)).toThrow(RangeError);
  });
});

describe('timezones', () => {
  it('are made once, however their letters are written, and no more than a few are kept', () => {
    const made = vi.spyOn(Intl, 'DateTimeFormat');
    const spellings = Array.from({ length: 64 }, (_, i) =>
      [...'africa/lagos'].map((letter, at) => ((i >> (at % 6)) & 1 ? letter.toUpperCase() : letter)).join(''),
    );
    for (const spelling of spellings) checkTimezone(spelling);
    expect(made).toHaveBeenCalledTimes(1);

    for (const zone of Intl.supportedValuesOf('timeZone').slice(0, 100)) checkTimezone(zone);
    made.mockClear();
    checkTimezone('Africa/Lagos');
    expect(made).toHaveBeenCalledTimes(1);
    made.mockRestore();
  });

  it.each(['Europe/Nowhere', '+01:00', 'Asia/\u212aolkata', ''])('do not include %o', (timezone) => {
    checkTimezone('Asia/Kolkata');
    expect(() => checkTimezone(timezone)).toThrow(RangeError);
  });
});

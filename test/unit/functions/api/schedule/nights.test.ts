// Both nights of three zones on which the clock is changed: what each dialect makes of times that are skipped and repeated.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toWallClock } from '../../../../../middleware/kernel/zone.ts';
import { parseSchedule } from '../../../../../functions/api/schedule.ts';

const BERLIN = 'Europe/Berlin';
const NEW_YORK = 'America/New_York';
/** Its clock is changed by half an hour. */
const LORD_HOWE = 'Australia/Lord_Howe';

const at = (iso: string) => Date.parse(iso);

function slots(expression: string, timezone: string, after: string, count: number): string[] {
  const schedule = parseSchedule(expression, timezone);
  const found: string[] = [];
  let slot = schedule.next(at(after));
  for (; slot !== undefined && found.length < count; slot = schedule.next(slot)) {
    found.push(new Date(slot).toISOString().replace(':00.000Z', 'Z'));
  }
  return found;
}

/** The day before: noon of which is well before the change. */
const SPRING = {
  [BERLIN]: '2026-03-28T11:00Z',
  [NEW_YORK]: '2026-03-07T17:00Z',
  [LORD_HOWE]: '2026-10-03T01:30Z',
} as const;
const AUTUMN = {
  [BERLIN]: '2026-10-24T10:00Z',
  [NEW_YORK]: '2026-10-31T16:00Z',
  [LORD_HOWE]: '2026-04-04T01:00Z',
} as const;

describe('when the clock is put forward', () => {
  it.each([
    // Berlin goes from 2:00 to 3:00 at 01:00Z, New York at 07:00Z, Lord Howe from 2:00 to 2:30 at 15:30Z.
    ['a fixed time of cron comes as the gap ends', '30 2 * * *', BERLIN, ['2026-03-29T01:00Z', '2026-03-30T00:30Z']],
    ['a fixed time of cron comes as the gap ends', '30 2 * * *', NEW_YORK, ['2026-03-08T07:00Z', '2026-03-09T06:30Z']],
    ['a fixed time of cron comes as the gap ends', '15 2 * * *', LORD_HOWE, ['2026-10-03T15:30Z', '2026-10-04T15:15Z']],
    ['two skipped times of cron come as one', '10,40 2 * * *', BERLIN, ['2026-03-29T01:00Z', '2026-03-30T00:10Z']],
    [
      'what cron does each half hour goes on',
      '*/30 1-3 * * *',
      BERLIN,
      ['2026-03-29T00:00Z', '2026-03-29T00:30Z', '2026-03-29T01:00Z', '2026-03-29T01:30Z'],
    ],
    [
      'a star in the minute makes it no fixed time',
      '*/30 2 * * *',
      NEW_YORK,
      ['2026-03-09T06:00Z', '2026-03-09T06:30Z'],
    ],
    [
      'what cron does each hour goes on',
      '0 * 4 * *',
      LORD_HOWE,
      ['2026-10-03T13:30Z', '2026-10-03T14:30Z', '2026-10-03T16:00Z'],
    ],
    ['a skipped time of OnCalendar does not come', '02:30', BERLIN, ['2026-03-30T00:30Z', '2026-03-31T00:30Z']],
    ['a skipped time of OnCalendar does not come', '02:30', NEW_YORK, ['2026-03-09T06:30Z', '2026-03-10T06:30Z']],
    ['a skipped time of OnCalendar does not come', '02:15', LORD_HOWE, ['2026-10-04T15:15Z', '2026-10-05T15:15Z']],
    ['the end of the gap is a time like others', '02,03:00', BERLIN, ['2026-03-29T01:00Z', '2026-03-30T00:00Z']],
    [
      'a skipped time of EventBridge does not come',
      'cron(30 2 * * ? *)',
      BERLIN,
      ['2026-03-30T00:30Z', '2026-03-31T00:30Z'],
    ],
    [
      'a skipped time of EventBridge does not come',
      'cron(30 2 * * ? *)',
      NEW_YORK,
      ['2026-03-09T06:30Z', '2026-03-10T06:30Z'],
    ],
    [
      'a skipped time of EventBridge does not come',
      'cron(15 2 * * ? *)',
      LORD_HOWE,
      ['2026-10-04T15:15Z', '2026-10-05T15:15Z'],
    ],
    ['a rate is time gone by', 'rate(1 day)', BERLIN, ['2026-03-29T00:00Z', '2026-03-30T00:00Z']],
  ] as const)('%s: %s in %s', (_what, expression, zone, expected) => {
    expect(slots(expression, zone, SPRING[zone], expected.length)).toEqual(expected);
  });

  it('a time that never was is refused where it is the only one', () => {
    expect(() => parseSchedule('at(2026-03-29T02:30:00)', BERLIN)).toThrow(/never comes: .* or the clock skips it/);
    expect(() => parseSchedule('2026-03-29 02:30', BERLIN)).toThrow(/never comes/);
    expect(slots('at(2026-03-29T02:30:00)', NEW_YORK, '2026-01-01T00:00Z', 2)).toEqual(['2026-03-29T06:30Z']);
  });

  it('a day whose midnight is skipped has no daily run of systemd’s, and cron’s as it begins', () => {
    expect(slots('daily', 'Africa/Cairo', '2026-04-23T10:00Z', 1)).toEqual(['2026-04-24T21:00Z']);
    expect(slots('@daily', 'Africa/Cairo', '2026-04-23T10:00Z', 1)).toEqual(['2026-04-23T22:00Z']);
  });

  it('a clock put forward by a day is set right: cron does not make up for it', () => {
    // Samoa had no 30 December 2011.
    expect(slots('0 6 * * *', 'Pacific/Apia', '2011-12-29T00:00Z', 2)).toEqual([
      '2011-12-29T16:00Z',
      '2011-12-30T16:00Z',
    ]);
  });
});

describe('when the clock is put back', () => {
  it.each([
    // Berlin goes from 3:00 to 2:00 at 01:00Z, New York from 2:00 to 1:00 at 06:00Z, Lord Howe from 2:00 to 1:30 at 15:00Z.
    ['a fixed time of cron comes the first time', '30 2 * * *', BERLIN, ['2026-10-25T00:30Z', '2026-10-26T01:30Z']],
    ['a fixed time of cron comes the first time', '30 1 * * *', NEW_YORK, ['2026-11-01T05:30Z', '2026-11-02T06:30Z']],
    ['a fixed time of cron comes the first time', '45 1 * * *', LORD_HOWE, ['2026-04-04T14:45Z', '2026-04-05T15:15Z']],
    [
      'what has a star comes both times',
      '*/30 2 * * *',
      BERLIN,
      ['2026-10-25T00:00Z', '2026-10-25T00:30Z', '2026-10-25T01:00Z', '2026-10-25T01:30Z', '2026-10-26T01:00Z'],
    ],
    [
      'what has a star comes both times',
      '15 * * 11 *',
      NEW_YORK,
      ['2026-11-01T04:15Z', '2026-11-01T05:15Z', '2026-11-01T06:15Z', '2026-11-01T07:15Z'],
    ],
    [
      'what has a star comes both times',
      '*/20 1 * * *',
      LORD_HOWE,
      ['2026-04-04T14:00Z', '2026-04-04T14:20Z', '2026-04-04T14:40Z', '2026-04-04T15:10Z', '2026-04-05T14:30Z'],
    ],
    [
      'a repeated time of OnCalendar comes the first time',
      '*-*-25 02:30',
      BERLIN,
      ['2026-10-25T00:30Z', '2026-11-25T01:30Z'],
    ],
    [
      'a repeated time of OnCalendar comes the first time',
      '0..3:0/30',
      NEW_YORK,
      ['2026-11-01T04:00Z', '2026-11-01T04:30Z', '2026-11-01T05:00Z', '2026-11-01T05:30Z', '2026-11-01T07:00Z'],
    ],
    [
      'a repeated time of OnCalendar comes the first time',
      '01:45',
      LORD_HOWE,
      ['2026-04-04T14:45Z', '2026-04-05T15:15Z'],
    ],
    [
      'a repeated time of EventBridge comes the first time',
      'cron(30 2 * * ? *)',
      BERLIN,
      ['2026-10-25T00:30Z', '2026-10-26T01:30Z'],
    ],
    [
      'a repeated time of EventBridge comes the first time',
      'cron(0/30 1 * * ? *)',
      NEW_YORK,
      ['2026-11-01T05:00Z', '2026-11-01T05:30Z', '2026-11-02T06:00Z'],
    ],
    [
      'a repeated time of EventBridge comes the first time',
      'cron(45 1 * * ? *)',
      LORD_HOWE,
      ['2026-04-04T14:45Z', '2026-04-05T15:15Z'],
    ],
    ['a moment of EventBridge is the first of two', 'at(2026-10-25T02:30:00)', BERLIN, ['2026-10-25T00:30Z']],
    [
      'a rate is time gone by',
      'rate(12 hours)',
      BERLIN,
      ['2026-10-24T12:00Z', '2026-10-25T00:00Z', '2026-10-25T12:00Z'],
    ],
  ] as const)('%s: %s in %s', (_what, expression, zone, expected) => {
    expect(slots(expression, zone, AUTUMN[zone], expected.length)).toEqual(expected);
  });

  it('from within the second time, the next is the next day’s', () => {
    for (const expression of ['30 2 * * *', '02:30', 'cron(30 2 * * ? *)']) {
      expect(slots(expression, BERLIN, '2026-10-25T01:10Z', 1)).toEqual(['2026-10-26T01:30Z']);
    }
  });

  it('each line of OnCalendar keeps its own clock, and the earliest counts', () => {
    const lines = '02:30 Europe/Berlin\n02:30 America/New_York\n02:30 UTC';
    expect(slots(lines, LORD_HOWE, '2026-10-25T00:00Z', 5)).toEqual([
      '2026-10-25T00:30Z',
      '2026-10-25T02:30Z',
      '2026-10-25T06:30Z',
      '2026-10-26T01:30Z',
      '2026-10-26T02:30Z',
    ]);
  });
});

describe('on and around both nights', () => {
  const MINUTE = 60_000;
  const zones = [BERLIN, NEW_YORK, LORD_HOWE] as const;
  const changes = [
    '2026-03-29T01:00Z',
    '2026-10-25T01:00Z',
    '2026-03-08T07:00Z',
    '2026-11-01T06:00Z',
    '2026-10-03T15:30Z',
    '2026-04-04T15:00Z',
  ];
  const moments = fc
    .tuple(fc.constantFrom(...changes), fc.integer({ min: -180, max: 180 }), fc.integer({ min: 0, max: 59_999 }))
    .map(([change, minutes, ms]) => at(change) + minutes * MINUTE + ms);
  const minutes = fc.constantFrom('0', '30', '15,45', '*/20', '*', '5-10');
  const hours = fc.constantFrom('*', '1', '2', '1-3', '0,2', '*/2');
  const cron = fc.tuple(minutes, hours).map(([minute, hour]) => `${minute} ${hour} * * *`);
  const eventBridge = fc.tuple(minutes, hours).map(([minute, hour]) => `cron(${minute} ${hour} * * ? *)`);
  const onCalendar = fc
    .tuple(
      fc.constantFrom('', 'Sat,Sun ', '*-*~1..10 '),
      fc.constantFrom('*', '1', '2', '1..3'),
      fc.constantFrom('0', '15,45', '0/20', '*'),
    )
    .map(([date, hour, minute]) => `${date}${hour}:${minute}`);
  const schedules = fc.tuple(fc.oneof(cron, eventBridge, onCalendar), fc.constantFrom(...zones));

  it('next is after, previous turns it around, and nothing is between', () => {
    fc.assert(
      fc.property(schedules, moments, ([expression, zone], now) => {
        const schedule = parseSchedule(expression, zone);
        const next = schedule.next(now) ?? Number.NaN;
        const previous = schedule.previous(next) ?? Number.NaN;
        expect(next).toBeGreaterThan(now);
        expect(previous).toBeLessThanOrEqual(now);
        expect(schedule.next(previous)).toBe(next);
        expect(schedule.previous(now + 1)).toBe(previous);
        const between = now + Math.floor((next - now) / 2);
        expect(schedule.next(between)).toBe(next);
      }),
      { numRuns: 1500 },
    );
  });

  it('every slot is a time of the schedule on the wall, or the end of a gap', () => {
    const ends = changes.map(at);
    const list = (text: string, all: number): Set<number> => {
      const [range = '', step = '1'] = text.split('/');
      const [from = '0', to] = range === '*' ? ['0', String(all)] : range.split('-');
      if (range.includes(',')) return new Set(range.split(',').map(Number));
      const found = new Set<number>();
      for (let n = Number(from); n <= Number(to ?? from); n += Number(step)) found.add(n);
      return found;
    };
    fc.assert(
      fc.property(minutes, hours, fc.constantFrom(...zones), moments, (minute, hour, zone, now) => {
        const isTime = (slot: number) => {
          const wall = new Date(toWallClock(slot, zone));
          return list(minute, 59).has(wall.getUTCMinutes()) && list(hour, 23).has(wall.getUTCHours());
        };
        const inEventBridge = parseSchedule(`cron(${minute} ${hour} * * ? *)`, zone).next(now) ?? Number.NaN;
        expect(isTime(inEventBridge)).toBe(true);
        const inCron = parseSchedule(`${minute} ${hour} * * *`, zone).next(now) ?? Number.NaN;
        expect(isTime(inCron) || ends.includes(inCron)).toBe(true);
        // Minute by minute: a star means whenever the clock shows it.
        if (minute.startsWith('*') || hour.startsWith('*')) {
          let first = Math.floor(now / MINUTE) * MINUTE + MINUTE;
          while (!isTime(first)) first += MINUTE;
          expect(inCron).toBe(first);
        }
      }),
      { numRuns: 200 },
    );
  });
});

// Held against others: OnCalendar against systemd itself, cron against cronsim, EventBridge's cron against croner.
import { readFileSync } from 'node:fs';
import { Cron } from 'croner';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSchedule, type ScheduleKind } from '../../../../../functions/api/schedule.ts';

/** `next` is null for what is refused. */
type Row = readonly [expression: string, timezone: string, after: string, next: readonly string[] | null];

function rowsOf(name: string): readonly Row[] {
  const text = readFileSync(new URL(`./oracles/${name}.tsv`, import.meta.url), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .slice(2)
    .map((line): Row => {
      const [expression = '', timezone = '', after = '', said = ''] = line.split('\t');
      if (said === 'refused') return [expression, timezone, after, null];
      return [expression, timezone, after, said === 'never' ? [] : said.split(',')];
    });
}

function ours(expression: string, timezone: string, after: string, kind: ScheduleKind): string[] | null {
  try {
    const schedule = parseSchedule(expression, timezone, 0, kind);
    const found: string[] = [];
    let at = schedule.next(Date.parse(after));
    for (; at !== undefined && found.length < 5; at = schedule.next(at)) {
      found.push(new Date(at).toISOString().replace('.000Z', 'Z'));
    }
    return found;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    // Systemd takes it, and says that it never elapses.
    return error.message.includes('never comes') ? [] : null;
  }
}

/** As [what is being asked, what is said], so that all differences show at once. */
const differences = (rows: readonly Row[], kind: ScheduleKind) =>
  rows.flatMap(([expression, timezone, after, next]) => {
    const found = ours(expression, timezone, after, kind);
    return JSON.stringify(found) === JSON.stringify(next) ? [] : [[expression, timezone, found?.slice(0, 2) ?? null]];
  });

describe('OnCalendar', () => {
  it('comes when systemd says so', () => {
    const rows = rowsOf('oncalendar');
    expect(rows.length).toBeGreaterThan(300);
    // A repetition that leads out of its field: systemd refuses it, healthchecks.io takes the value alone.
    expect(differences(rows, 'oncalendar').map(([expression]) => expression)).toEqual([
      'Sat,Sun *-*~1/5 *:0/9:*',
      'Tue *-*~1/5 *:*:0/21',
      'Sat,Sun *-*~1/6 22..23:43,27,12',
      'Mon..Fri *-9~1/6 *:16..36:*',
      '*-*~1/6 *:6..18:0..53',
    ]);
  });
});

describe('cron', () => {
  it('comes when cronsim says so, but where that walks by whole hours past a change, and Debian’s cron does not', () => {
    const rows = rowsOf('cron');
    expect(rows.length).toBeGreaterThan(400);
    expect(differences(rows, 'cron')).toEqual([
      // 2:00 comes half an hour after the clock was put back to 1:30 (at 15:00Z).
      ['* 2 LW mar,OCT,nov,apr sun', 'Australia/Lord_Howe', ['2026-04-04T15:30:00Z', '2026-04-04T15:31:00Z']],
      ['*/26 */2 * * sun', 'Australia/Lord_Howe', ['2026-04-04T13:00:00Z', '2026-04-04T13:26:00Z']],
      ['*/15 2 * * *', 'Australia/Lord_Howe', ['2026-04-04T15:30:00Z', '2026-04-04T15:45:00Z']],
      // 1:00 comes when the clock was put from midnight to 1:00 (at 22:00Z).
      ['*/15 1 * JAN-JUN 5,0,2', 'Africa/Cairo', ['2026-04-23T22:00:00Z', '2026-04-23T22:15:00Z']],
    ]);
  });
});

describe('EventBridge’s cron', () => {
  const number = (min: number, max: number) => fc.integer({ min, max }).map(String);
  const field = (min: number, max: number) =>
    fc.oneof(
      fc.constant('*'),
      number(min, max),
      fc.array(number(min, max), { minLength: 2, maxLength: 3 }).map((all) => [...new Set(all)].join(',')),
      fc
        .tuple(fc.integer({ min, max: max - 1 }), fc.integer({ min: 2, max: 6 }))
        .map(([from, step]) => `${from}/${step}`),
      fc
        .tuple(fc.integer({ min, max }), fc.integer({ min, max }))
        .map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
    );
  const days = fc.oneof(
    fc.tuple(fc.oneof(field(1, 28), fc.constantFrom('L', 'LW', '15W', '1W')), fc.constant('?')),
    fc.tuple(fc.constant('?'), fc.oneof(field(1, 7), fc.constantFrom('MON-FRI', '6L', '2#1', 'SUN,TUE'))),
  );
  const expressions = fc
    .tuple(field(0, 59), field(0, 23), days, field(1, 12), fc.constantFrom('*', '2026-2030', '2027/2'))
    .map(([minute, hour, [monthDay, weekday], month, year]) => [minute, hour, monthDay, month, weekday, year] as const);

  it('comes when croner says so', () => {
    fc.assert(
      fc.property(
        expressions,
        fc.integer({ min: Date.parse('2026-01-01T00:00Z'), max: Date.parse('2029-12-31T00:00Z') }),
        (fields, now) => {
          const highest = [59, 23, 31, 12, 7, 2199];
          // A step from a number on is a range to croner.
          const spelled = fields.map((text, i) => text.replace(/^([0-9]+)\//, `$1-${highest[i] ?? 0}/`));
          const options = { mode: '7-part', timezone: 'UTC', alternativeWeekdays: true, paused: true } as const;
          const theirs = new Cron(['0', ...spelled].join(' '), options);
          const schedule = parseSchedule(`cron(${fields.join(' ')})`);
          expect(schedule.next(now)).toBe(theirs.nextRun(new Date(now))?.getTime());
        },
      ),
      { numRuns: 300 },
    );
  });
});

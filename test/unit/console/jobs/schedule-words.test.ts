// Schedules that have words, and those that stand as they are written.
import { describe, expect, it } from 'vitest';
import { spansOf, whenOf } from '../../../../console/screens/jobs/schedule-words.ts';

describe('a schedule', () => {
  it.each([
    ['rate(5 minutes)', { kind: 'every', count: 5, unit: 'minute' }],
    ['rate(1 hour)', { kind: 'every', count: 1, unit: 'hour' }],
    ['* * * * *', { kind: 'every', count: 1, unit: 'minute' }],
    ['*/5 * * * *', { kind: 'every', count: 5, unit: 'minute' }],
    ['0/15 * * * *', { kind: 'every', count: 15, unit: 'minute' }],
    ['0 */6 * * *', { kind: 'every', count: 6, unit: 'hour' }],
    ['5,35 * * * *', { kind: 'hourly', minutes: [5, 35] }],
    ['30 2 * * *', { kind: 'at', times: ['02:30'] }],
    ['0 4,16 * * *', { kind: 'at', times: ['04:00', '16:00'] }],
    ['0 9-17/4 * * *', { kind: 'at', times: ['09:00', '13:00', '17:00'] }],
    ['30 6 * * 1-5', { kind: 'at', times: ['06:30'], weekdays: [1, 2, 3, 4, 5] }],
    ['0 3 * * 0', { kind: 'at', times: ['03:00'], weekdays: [0] }],
    ['0 3 * * 7', { kind: 'at', times: ['03:00'], weekdays: [0] }],
    ['0 3 * * mon,wed', { kind: 'at', times: ['03:00'], weekdays: [1, 3] }],
    ['0 0 1,15 * *', { kind: 'at', times: ['00:00'], dates: [1, 15] }],
    ['cron(0 2 * * ? *)', { kind: 'at', times: ['02:00'] }],
    ['cron(0 2 ? * MON-FRI *)', { kind: 'at', times: ['02:00'], weekdays: [1, 2, 3, 4, 5] }],
    ['cron(0 2 ? * 1 *)', { kind: 'at', times: ['02:00'], weekdays: [0] }],
  ])('%s is %o', (schedule, when) => {
    expect(whenOf(schedule)).toEqual(when);
  });

  it.each([
    'Mon..Fri 02:30',
    'at(2027-01-01T00:00:00)',
    '*/7 * * * *',
    '0 0 * 6 *',
    '0 0 1 * 1',
    '0 0 L * *',
    '61 * * * *',
    '0 5-1 * * *',
    '0 0,4,8,12,16,20 * * *',
    'cron(0 2 * * ? 2027)',
    '0 2 * *',
    '',
  ])('%s has no words of its own', (schedule) => {
    expect(whenOf(schedule)).toBeUndefined();
  });
});

describe('days in a row', () => {
  it.each([
    [[1, 2, 3, 4, 5], [[1, 5]]],
    [
      [0, 6],
      [
        [0, 0],
        [6, 6],
      ],
    ],
    [
      [1, 2, 5],
      [
        [1, 1],
        [2, 2],
        [5, 5],
      ],
    ],
    [[], []],
  ])('%j are %j', (days, spans) => {
    expect(spansOf(days)).toEqual(spans);
  });
});

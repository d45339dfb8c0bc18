// What is written of a check, and what of it is sent to its management API.
import { describe, expect, it } from 'vitest';
import type { Check } from '../../../../console/screens/jobs/answers.ts';
import { bodyOf, draftOf, inUnits, NEW_CHECK, slugOf, wrongIn } from '../../../../console/screens/jobs/check-draft.ts';

const CHECK = {
  ...{ name: 'Backup', slug: 'backup', tags: 'db nightly', desc: 'of orders', grace: 5_400 },
  ...{ manual_resume: true, methods: 'POST' as const, filter_http_body: true, filter_default_fail: true },
  ...{ start_kw: 'begin', success_kw: 'done', failure_kw: 'error' },
};
/** What is told of it and cannot be set. */
const TOLD: Pick<Check, 'n_pings' | 'badge_url'> = { n_pings: 3, badge_url: '' };

describe('a check', () => {
  it.each([
    ['by its period', { timeout: 7_200 }],
    ['by its schedule', { schedule: '0 2 * * *', tz: 'Europe/Berlin' }],
  ])('%s is sent as it was read when nothing is changed', (_what, when) => {
    expect(bodyOf(draftOf({ ...CHECK, ...TOLD, ...when }))).toEqual({ ...CHECK, ...when });
  });

  it('that is new is expected every day', () => {
    expect(bodyOf({ ...NEW_CHECK, name: ' Backup ' })).toMatchObject({ name: 'Backup', timeout: 86_400, grace: 3_600 });
  });

  it('by a schedule is sent without a period, and the other way round', () => {
    expect(bodyOf({ ...NEW_CHECK, by: 'schedule' })).not.toHaveProperty('timeout');
    expect(bodyOf(NEW_CHECK)).not.toHaveProperty('schedule');
  });
});

describe('seconds', () => {
  it.each([
    [86_400, '1', 'days'],
    [7_200, '2', 'hours'],
    [5_400, '90', 'minutes'],
    [90, '1.5', 'minutes'],
  ])('%d are %s %s', (seconds, count, unit) => {
    expect(inUnits(seconds)).toEqual({ count, unit });
  });
});

describe('what the API says is wrong', () => {
  it('stands at the field that it is about', () => {
    expect(wrongIn('json validation error: schedule is not a valid cron or OnCalendar expression')).toEqual({
      field: 'schedule',
      message: 'schedule is not a valid cron or OnCalendar expression',
    });
    expect(wrongIn('No answer within 20 s.')).toEqual({ field: undefined, message: 'No answer within 20 s.' });
  });
});

describe('a slug', () => {
  it.each([
    ['Backup of orders', 'backup-of-orders'],
    ['  Zürich: nightly! ', 'zurich-nightly'],
    ['!!!', ''],
  ])('of "%s" is "%s"', (name, slug) => {
    expect(slugOf(name)).toBe(slug);
  });
});

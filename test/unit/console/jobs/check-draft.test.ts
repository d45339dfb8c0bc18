// What is written of a check, and what of it is sent to its management API.
import { describe, expect, it } from 'vitest';
import type { Check } from '../../../../console/screens/jobs/answers.ts';
import {
  bodyOf,
  draftOf,
  inUnits,
  missingIn,
  NEW_CHECK,
  slugOf,
  toggled,
  wrongIn,
} from '../../../../console/screens/jobs/check-draft.ts';

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
    const read = draftOf({ ...CHECK, ...TOLD, ...when }, ['of-others']);
    expect(bodyOf({ ...read }, read)).toEqual({ ...CHECK, ...when });
  });

  it('that is new is expected every day', () => {
    const body = bodyOf({ ...NEW_CHECK, name: ' Backup ' }, NEW_CHECK);
    expect(body).toMatchObject({ name: 'Backup', timeout: 86_400, grace: 3_600 });
    expect(body).not.toHaveProperty('channels');
  });

  it('by a schedule is sent without a period, and the other way round', () => {
    expect(bodyOf({ ...NEW_CHECK, by: 'schedule' }, NEW_CHECK)).not.toHaveProperty('timeout');
    expect(bodyOf(NEW_CHECK, NEW_CHECK)).not.toHaveProperty('schedule');
  });
});

describe('the channels of a check', () => {
  it.each([
    ['the first of all', undefined, undefined, 'mail', ['mail']],
    ['one more', ['mail'], ['mail'], 'pager', ['mail', 'pager']],
    ['one less', ['mail', 'pager'], ['mail'], 'mail', ['pager']],
    ['the last one, which stood there', ['mail'], ['mail'], 'mail', []],
    ['the last one, which did not', ['mail'], undefined, 'mail', undefined],
  ])('with %s', (_what, chosen, before, name, left) => {
    expect(toggled(chosen, name, before)).toEqual(left);
  });

  it('are sent once somebody has changed them', () => {
    const before = draftOf({ ...CHECK, ...TOLD, timeout: 60 }, ['mail']);
    expect(bodyOf({ ...before, channels: ['mail', 'pager'] }, before)).toMatchObject({ channels: 'mail,pager' });
    expect(bodyOf({ ...before, channels: [] }, before)).toMatchObject({ channels: '' });
  });
});

describe('what has to be filled in', () => {
  it.each([
    ['nothing of a whole one', {}, 'orders', []],
    ['the service', {}, ' ', ['service']],
    ['the name', { name: ' ' }, 'orders', ['name']],
    ['the period', { period: '' }, 'orders', ['timeout']],
    ['the period, which is none', { period: '0' }, 'orders', ['timeout']],
    ['the schedule', { by: 'schedule' as const, schedule: '' }, 'orders', ['schedule']],
    ['all of that at once', { name: '', grace: '' }, '', ['service', 'name', 'grace']],
    ['the grace time', { grace: '' }, 'orders', ['grace']],
  ])('is %s', (_what, part, service, fields) => {
    expect(missingIn({ ...NEW_CHECK, name: 'Backup', ...part }, service)).toEqual(fields);
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
      fields: ['schedule'],
      message: 'schedule is not a valid cron or OnCalendar expression',
    });
    expect(wrongIn('invalid channel identifier: pager').fields).toEqual(['channels']);
    expect(wrongIn('No answer within 20 s.')).toEqual({ fields: [], message: 'No answer within 20 s.' });
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

// The preview of a schedule over HTTP: words, the next runs, what the nights of change do to them, and what is refused.
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { scheduleRoutes } from '../../../functions/batch-monitor/schedules.ts';
import { putApiKey } from '../../../store/items/api-keys.ts';
import type { Table } from '../../../store/port.ts';
import { describedApi } from '../../support/described.ts';
import { httpV2 } from '../../support/events.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { silentLogger } from '../../support/instance.ts';
import { createTable } from '../table.ts';

const NOW = Date.UTC(2026, 2, 28, 12);
const clock = fakeClock(NOW);
let table: Table;

beforeAll(async () => {
  table = (await createTable(inject('dynamodb'))).sdk;
  await putApiKey(table, { key: 'fb_viewer', role: 'viewer', name: 'viewer', services: ['orders'], createdAt: NOW });
});

async function preview(body: object) {
  const api = describedApi({ routes: scheduleRoutes(clock), table, clock, logger: silentLogger });
  const headers = { authorization: 'Bearer fb_viewer', 'content-type': 'application/json' };
  const event = httpV2({ method: 'POST', path: '/v1/schedules/preview', headers, body: JSON.stringify(body) });
  const answer = await api(event, { awsRequestId: 'request-1' });
  return { status: answer.statusCode, body: JSON.parse(answer.body ?? '') as Record<string, unknown> };
}

describe('the preview of a schedule', () => {
  it('shows the next five runs, by the clock of its zone, and what a night of change does', async () => {
    expect(await preview({ schedule: '30 2 * * *', timezone: 'Europe/Berlin' })).toEqual({
      status: 200,
      body: {
        kind: 'cron',
        description: 'at 02:30, Europe/Berlin',
        timezone: 'Europe/Berlin',
        next: [
          { at: '2026-03-29T01:00:00.000Z', local: '2026-03-29T03:00:00+02:00' },
          { at: '2026-03-30T00:30:00.000Z', local: '2026-03-30T02:30:00+02:00' },
          { at: '2026-03-31T00:30:00.000Z', local: '2026-03-31T02:30:00+02:00' },
          { at: '2026-04-01T00:30:00.000Z', local: '2026-04-01T02:30:00+02:00' },
          { at: '2026-04-02T00:30:00.000Z', local: '2026-04-02T02:30:00+02:00' },
        ],
        daylightSaving: [
          {
            at: '2026-03-29T01:00:00.000Z',
            timezone: 'Europe/Berlin',
            direction: 'forward',
            minutes: 60,
            effect: 'afterwards',
            note: 'On 2026-03-29 the clocks of Europe/Berlin are put forward from 02:00 to 03:00: times between them come as one, when the clock has been put forward.',
          },
        ],
      },
    });
  });

  it.each([
    [
      '30 2 * * *',
      'Europe/Berlin',
      '2026-10-24T12:00Z',
      'On 2026-10-25 the clocks of Europe/Berlin are put back from 03:00 to 02:00: times between them come the first time alone.',
    ],
    [
      '*/30 1 * * *',
      'America/New_York',
      '2026-10-31T16:00Z',
      'On 2026-11-01 the clocks of America/New_York are put back from 02:00 to 01:00: times between them come both times.',
    ],
    [
      '02:15',
      'Australia/Lord_Howe',
      '2026-10-03T01:30Z',
      'On 2026-10-04 the clocks of Australia/Lord_Howe are put forward from 02:00 to 02:30: times between them do not come.',
    ],
    [
      'cron(0 12 * * ? *)',
      'Europe/Berlin',
      '2026-03-28T12:00Z',
      'On 2026-03-29 the clocks of Europe/Berlin are put forward from 02:00 to 03:00: the schedule has no time between them.',
    ],
    [
      'daily America/Santiago',
      'Europe/Berlin',
      '2026-09-05T12:00Z',
      'On 2026-09-05 the clocks of America/Santiago are put forward from 00:00 to 01:00: times between them do not come.',
    ],
  ])('tells of the night of change: %s in %s after %s', async (schedule, timezone, from, note) => {
    const { body } = await preview({ schedule, timezone, from: from.replace('Z', ':00Z'), count: 2 });
    expect(body['daylightSaving']).toMatchObject([{ note }]);
  });

  it.each([
    ['a month of runs that are far from the change', { schedule: '0 12 1 * *', timezone: 'Europe/Berlin' }],
    ['a rate', { schedule: 'rate(1 day)', timezone: 'Europe/Berlin' }],
    ['UTC', { schedule: '30 2 * * *' }],
  ])('tells nothing of it for %s', async (_what, body) => {
    expect((await preview(body)).body['daylightSaving']).toEqual([]);
  });

  it('counts a rate from where it is asked from, and shows as many as are wanted', async () => {
    const { body } = await preview({ schedule: 'rate(90 minutes)', from: '2026-01-01T00:10:00Z', count: 2 });
    expect(body).toMatchObject({ kind: 'eventbridge', description: 'every 90 minutes' });
    expect(body['next']).toEqual([
      { at: '2026-01-01T01:40:00.000Z', local: '2026-01-01T01:40:00+00:00' },
      { at: '2026-01-01T03:10:00.000Z', local: '2026-01-01T03:10:00+00:00' },
    ]);
  });

  it('shows what comes once, and nothing when it has been', async () => {
    const text = 'at(2026-12-24T18:00:00)';
    const { body } = await preview({ schedule: text, timezone: 'America/New_York' });
    expect(body['next']).toEqual([{ at: '2026-12-24T23:00:00.000Z', local: '2026-12-24T18:00:00-05:00' }]);
    expect((await preview({ schedule: text, from: '2027-01-01T00:00:00Z' })).body['next']).toEqual([]);
  });

  it('refuses what comes once, and has been, from whoever does not say from when', async () => {
    const { status, body } = await preview({ schedule: 'at(2025-12-24T18:00:00)' });
    expect(status).toBe(422);
    expect(body['errors']).toEqual([
      {
        path: '/schedule',
        reason: expect.stringContaining('lies in the past: it never comes; write a time to come') as string,
      },
    ]);
  });

  it('goes by the zone that OnCalendar names, and shows fractions', async () => {
    const { body } = await preview({ schedule: '12:00:00.5 Asia/Kolkata', timezone: 'Europe/Berlin', count: 1 });
    expect(body).toMatchObject({
      timezone: 'Asia/Kolkata',
      next: [{ at: '2026-03-29T06:30:00.500Z', local: '2026-03-29T12:00:00.500+05:30' }],
    });
  });

  it.each([
    [{ schedule: '0 25 * * *' }, '/schedule', '"0 25 * * *" is not a schedule: the hour cannot be 25; it is 0 to 23'],
    [
      { schedule: '0 2 30 2 *' },
      '/schedule',
      '"0 2 30 2 *" never comes: no date fits all of its fields, or the clock skips it',
    ],
    [
      { schedule: '0 2 * * *', timezone: 'Mars/Olympus' },
      '/timezone',
      '"Mars/Olympus" is not a timezone; write a name such as UTC or Europe/Berlin',
    ],
    [
      { schedule: '0 2 * * *', kind: 'oncalendar' },
      '/schedule',
      '"0 2 * * *" is not a schedule: "0" is no part of it; write a weekday, a date, a time and a timezone, each if needed (Mon..Fri *-*-* 02:00 UTC)',
    ],
    [
      { schedule: 'rate(5 minutes)', timezone: 'Europe/Berlin', kind: 'eventbridge-rule' },
      '/schedule',
      '"rate(5 minutes)" is not a schedule: rules of EventBridge run in UTC; leave the timezone out, or use EventBridge Scheduler',
    ],
    [{ schedule: '0 2 * * *', from: 'soon' }, '/from', 'is not a time; write 2027-01-01T00:00:00Z'],
    [{ schedule: '0 2 * * *', from: '2026-02-30T00:00:00Z' }, '/from', 'is not a time; write 2027-01-01T00:00:00Z'],
  ])('refuses %o', async (body, path, reason) => {
    const answer = await preview(body);
    expect(answer.status).toBe(422);
    expect(answer.body['errors']).toEqual([{ path, reason }]);
  });

  it.each([
    {},
    { schedule: '' },
    { schedule: '0 2 * * *', count: 51 },
    { schedule: '0 2 * * *', kind: 'at' },
    { schedule: '0 2 * * *', more: 1 },
  ])('refuses a body that is none: %o', async (body) => {
    expect((await preview(body)).status).toBe(422);
  });

  it('ends with the year 9999', async () => {
    const { body } = await preview({ schedule: 'rate(100 days)', from: '9999-06-01T00:00:00Z' });
    expect(body['next']).toMatchObject([{ at: '9999-09-09T00:00:00.000Z' }, { at: '9999-12-18T00:00:00.000Z' }]);
  });

  it('is soon done with lines that never come', async () => {
    const lines = Array.from({ length: 24 }, () => 'Mon 2-30').join('\n');
    expect(await preview({ schedule: `${lines}\nhourly`, count: 50 })).toMatchObject({ status: 200 });
  });
});

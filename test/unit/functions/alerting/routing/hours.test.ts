// Until when alerts are held and routes are mute, over nights of changing clocks.
import { describe, expect, it } from 'vitest';
import { heldUntil, mutedUntil } from '../../../../../functions/alerting/routing/hours.ts';
import { muteWindow, ownerFrom, type TimesSaid } from '../../../../../functions/alerting/routing/owners.ts';

const ms = (text: string) => Date.parse(text);
const iso = (at: number | undefined) => (at === undefined || at === Infinity ? at : new Date(at).toISOString());

describe('the hour of an owner', () => {
  it.each([
    // Zone, hour, from, until.
    ['UTC', '08:00', '2026-11-22T03:12:00Z', '2026-11-22T08:00:00Z', 'the same morning'],
    ['UTC', '08:00', '2026-11-22T07:59:59.999Z', '2026-11-22T08:00:00Z', 'a moment before'],
    ['UTC', '08:00', '2026-11-22T08:00:00Z', '2026-11-22T08:00:00Z', 'at the hour itself: not held'],
    ['UTC', '08:00', '2026-11-22T08:00:00.001Z', '2026-11-23T08:00:00Z', 'a moment after: the next day'],
    ['Europe/Berlin', '08:00', '2026-11-22T02:12:00Z', '2026-11-22T07:00:00Z', 'in winter'],
    ['Europe/Berlin', '08:00', '2026-03-28T23:30:00Z', '2026-03-29T06:00:00Z', 'over the night that has 23 hours'],
    ['Europe/Berlin', '08:00', '2026-10-24T22:30:00Z', '2026-10-25T07:00:00Z', 'over the night that has 25 hours'],
    [
      'Europe/Berlin',
      '02:30',
      '2026-03-28T23:30:00Z',
      '2026-03-29T01:00:00Z',
      'an hour that does not exist: when it is over',
    ],
    ['Europe/Berlin', '02:30', '2026-10-24T22:30:00Z', '2026-10-25T00:30:00Z', 'an hour that comes twice: the first'],
    ['Europe/Berlin', '02:30', '2026-10-25T00:30:00.001Z', '2026-10-26T01:30:00Z', 'not the second'],
    ['America/New_York', '08:00', '2026-03-08T06:30:00Z', '2026-03-08T12:00:00Z', 'New York in spring'],
    ['America/New_York', '08:00', '2026-11-01T05:30:00Z', '2026-11-01T13:00:00Z', 'New York in autumn'],
    ['Australia/Lord_Howe', '08:00', '2026-10-03T13:00:00Z', '2026-10-03T21:00:00Z', 'half an hour is skipped'],
    ['Australia/Lord_Howe', '08:00', '2026-04-04T13:00:00Z', '2026-04-04T21:30:00Z', 'half an hour comes twice'],
    ['Asia/Kolkata', '08:00', '2026-11-22T00:00:00Z', '2026-11-22T02:30:00Z', 'half an hour beside the others'],
  ])('%s %s, from %s until %s: %s', (timezone, deferUntil, from, until) => {
    const owner = ownerFrom({ timezone, deferUntil }, 'UTC');
    expect(iso(heldUntil(owner, ms(from)))).toBe(iso(ms(until)));
  });

  it('is on the days that the owner works', () => {
    const owner = ownerFrom({ timezone: 'Europe/Berlin', days: ['mon-fri'] }, 'UTC');
    // Saturday night to Monday morning.
    expect(iso(heldUntil(owner, ms('2026-11-21T22:00:00Z')))).toBe('2026-11-23T07:00:00.000Z');
    expect(iso(heldUntil(owner, ms('2026-11-24T22:00:00Z')))).toBe('2026-11-25T07:00:00.000Z');
  });

  it("is 08:00 in the document's zone for who says nothing", () => {
    expect(ownerFrom({}, 'Asia/Tokyo')).toMatchObject({ timezone: 'Asia/Tokyo', deferUntil: '08:00', channels: [] });
    expect(iso(heldUntil(ownerFrom({}, 'Asia/Tokyo'), ms('2026-11-22T12:00:00Z')))).toBe('2026-11-22T23:00:00.000Z');
  });
});

describe('a mute window', () => {
  const nights: TimesSaid[] = [{ from: '22:00', to: '07:00' }];
  it.each<[string, string | undefined, string]>([
    ['2026-11-22T20:59:59.999Z', undefined, 'a moment before it begins'],
    ['2026-11-22T21:00:00Z', '2026-11-23T06:00:00.000Z', 'as it begins'],
    ['2026-11-23T03:00:00Z', '2026-11-23T06:00:00.000Z', 'at night'],
    ['2026-11-23T05:59:59.999Z', '2026-11-23T06:00:00.000Z', 'a moment before it ends'],
    ['2026-11-23T06:00:00Z', undefined, 'at its end, which is not in it'],
    ['2026-11-23T12:00:00Z', undefined, 'by day'],
    ['2026-03-28T21:00:00Z', '2026-03-29T05:00:00.000Z', 'over the night that has 23 hours: 8 hours long'],
    ['2026-10-24T20:00:00Z', '2026-10-25T06:00:00.000Z', 'over the night that has 25 hours: 10 hours long'],
    ['2026-10-25T01:30:00Z', '2026-10-25T06:00:00.000Z', 'in the hour that comes again'],
  ])('22:00 to 07:00 in Berlin, at %s: until %s, %s', (at, until) => {
    expect(iso(mutedUntil(muteWindow('nights', 'Europe/Berlin', nights), ms(at)))).toBe(until);
  });

  it.each<[string, TimesSaid, string | undefined, string]>([
    // What the clock skips is over as soon as it begins.
    ['2026-03-29T01:00:00Z', { from: '02:10', to: '02:50' }, undefined, 'wholly in the hour that is skipped'],
    ['2026-03-29T00:40:00Z', { from: '01:30', to: '02:30' }, '2026-03-29T01:00:00.000Z', 'ends in it'],
    ['2026-03-29T00:59:59Z', { from: '02:30', to: '04:00' }, undefined, 'begins in it: not before'],
    ['2026-03-29T01:00:00Z', { from: '02:30', to: '04:00' }, '2026-03-29T02:00:00.000Z', 'begins in it'],
    [
      '2026-10-25T00:15:00Z',
      { from: '01:30', to: '02:30' },
      '2026-10-25T00:30:00.000Z',
      'ends in the hour that comes twice',
    ],
    ['2026-10-25T01:15:00Z', { from: '01:30', to: '02:30' }, undefined, 'does not begin again'],
    [
      '2026-10-25T01:15:00Z',
      { from: '02:30', to: '04:00' },
      '2026-10-25T03:00:00.000Z',
      'began in the first of the two',
    ],
  ])('at %s, %j: until %s, since it %s', (at, times, until) => {
    expect(iso(mutedUntil(muteWindow('odd', 'Europe/Berlin', [times]), ms(at)))).toBe(until);
  });

  it('begins on its days and ends on the next', () => {
    const fridays = muteWindow('weekend', 'UTC', [{ days: ['fri'], from: '18:00', to: '06:00' }]);
    expect(iso(mutedUntil(fridays, ms('2026-11-21T05:00:00Z')))).toBe('2026-11-21T06:00:00.000Z');
    expect(mutedUntil(fridays, ms('2026-11-21T18:00:00Z'))).toBeUndefined();
  });

  it('takes times that touch as one, whole days among them', () => {
    const weekend = muteWindow('weekend', 'UTC', [
      { days: ['fri'], from: '18:00', to: '24:00' },
      { days: ['sat', 'sun'], from: '00:00', to: '24:00' },
    ]);
    expect(iso(mutedUntil(weekend, ms('2026-11-20T18:00:00Z')))).toBe('2026-11-23T00:00:00.000Z');
    expect(mutedUntil(weekend, ms('2026-11-23T00:00:00Z'))).toBeUndefined();
  });

  it('may never end', () => {
    const always = muteWindow('always', 'UTC', [{ from: '00:00', to: '24:00' }]);
    expect(mutedUntil(always, ms('2026-11-20T18:00:00Z'))).toBe(Infinity);
  });
});

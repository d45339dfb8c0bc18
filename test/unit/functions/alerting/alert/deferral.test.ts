import { describe, expect, it } from 'vitest';
import { sentNow } from '../../../../../functions/alerting/alert/acts.ts';
import { HOUR, MINUTE, routed, simulation } from './simulation.ts';

const routing = (timezone: string, owner: object = {}) =>
  routed({
    owners: { 'team-orders': { timezone, deferUntil: '08:00', channels: ['mail'], ...owner } },
    route: { channels: ['owner'], repeat: '30d' },
  });
const key = 'job/settlement/nightly';
const deferred = { severity: 'deferred' } as const;

describe('what can wait', () => {
  it.each([
    // The night on which the clock is put back: 08:00 is an hour later in UTC than the day before.
    ['Europe/Berlin', '2026-10-25T00:12Z', '2026-10-25T07:00Z'],
    ['Europe/Berlin', '2026-10-25T01:12Z', '2026-10-25T07:00Z'],
    ['Europe/Berlin', '2026-03-29T00:12Z', '2026-03-29T06:00Z'],
    ['America/New_York', '2026-11-01T05:30Z', '2026-11-01T13:00Z'],
    ['America/New_York', '2026-03-08T05:30Z', '2026-03-08T12:00Z'],
    ['Australia/Lord_Howe', '2026-10-03T15:00Z', '2026-10-03T21:00Z'],
    ['Australia/Lord_Howe', '2026-04-04T14:45Z', '2026-04-04T21:30Z'],
    ['UTC', '2026-06-01T08:00Z', '2026-06-01T08:00Z'],
    ['UTC', '2026-06-01T08:00:00.001Z', '2026-06-02T08:00Z'],
  ])('in %s what fails at %s is told of at %s', (timezone, failed, told) => {
    const sim = simulation(routing(timezone), failed);
    sim.is(deferred);
    sim.until(26 * HOUR);
    expect(sim.said.map((line) => line.split(' ')[0])).toEqual([told]);
  });

  it('is one digest at 08:00:00, and is shown with its countdown until then', () => {
    const sim = simulation(routing('Europe/Berlin'), '2026-07-01T01:12:30Z');
    sim.is(deferred);
    sim.until('2026-07-01T05:59:59.999Z');
    expect(sim.said).toEqual([]);
    expect(sim.alert().holds).toMatchObject([
      {
        kind: 'deferred',
        channel: 'mail',
        until: Date.parse('2026-07-01T06:00Z'),
        since: Date.parse('2026-07-01T01:12:30Z'),
      },
    ]);
    sim.until('2026-07-01T06:00:00Z');
    expect(sim.said).toEqual([`2026-07-01T06:00Z digest mail ${key}`]);
    expect(sim.alert().holds).toEqual([]);
  });

  it('is one line when it is over by then, and nobody is told of the end once more', () => {
    const sim = simulation(routing('Europe/Berlin'), '2026-07-01T01:12Z');
    sim.is(deferred);
    sim.until('2026-07-01T02:00Z');
    sim.is({ ...deferred, firing: false });
    sim.until('2026-07-02T12:00Z');
    expect(sim.said).toEqual([`2026-07-01T06:00Z recovered mail ${key}`]);
    expect(sim.alert().dueAt).toBeUndefined();
  });

  it('is a digest when it went wrong again before then', () => {
    const sim = simulation(routing('Europe/Berlin'), '2026-07-01T01:12Z');
    sim.is(deferred);
    sim.until('2026-07-01T02:00Z');
    sim.is({ ...deferred, firing: false });
    sim.until('2026-07-01T04:00Z');
    sim.is(deferred);
    sim.until('2026-07-01T12:00Z');
    expect(sim.said).toEqual([`2026-07-01T06:00Z digest mail ${key}`]);
    expect(sim.alert().n).toBe(1);
  });

  it.each([
    ['its severity rises', { severity: 'high' }, 'firing'],
    ['it blocks something now', { severity: 'deferred', blocks: ['trade'] }, 'firing'],
    ['it has failed as often as its owner lets it', { severity: 'deferred', failures: 3 }, 'firing'],
  ] as const)('is told of at once when %s', (_why, change, kind) => {
    const sim = simulation(routing('Europe/Berlin', { failures: 3 }), '2026-07-01T01:12Z');
    sim.is({ ...deferred, failures: 2 });
    sim.until('2026-07-01T02:00Z');
    sim.is({ ...change, since: Date.parse('2026-07-01T01:12Z') });
    sim.until('2026-07-01T07:00Z');
    expect(sim.said).toEqual([`2026-07-01T02:00Z ${kind} mail ${key}`]);
  });

  it('is told of an hour before something needs it', () => {
    const sim = simulation(routing('Europe/Berlin'), '2026-07-01T01:12Z');
    sim.is({ ...deferred, neededBy: Date.parse('2026-07-01T05:00Z') });
    sim.until('2026-07-01T07:00Z');
    expect(sim.said).toEqual([`2026-07-01T04:00Z firing mail ${key}`]);
    expect(sim.alert().deliveries).toMatchObject([{ reason: 'it is needed by 2026-07-01 07:00:00 +02:00' }]);
  });

  it('is told of at once when it is needed by then, and says so in the place of nothing but that it fires', () => {
    const sim = simulation(routing('Europe/Berlin'), '2026-07-01T01:12Z');
    sim.is({ ...deferred, neededBy: Date.parse('2026-07-01T02:00Z') });
    sim.until('2026-07-01T01:13Z');
    expect(sim.alert().deliveries).toMatchObject([
      { kind: 'firing', reason: 'it is needed by 2026-07-01 04:00:00 +02:00' },
    ]);
  });

  it('is sent when somebody asks for it, once', () => {
    const sim = simulation(routing('Europe/Berlin'), '2026-07-01T01:12Z');
    sim.is(deferred);
    sim.until('2026-07-01T02:00Z');
    sim.act((alert) => sentNow(alert, { by: 'ada', at: sim.now(), reason: 'I am up' }));
    sim.until('2026-07-01T07:00Z');
    expect(sim.said).toEqual([`2026-07-01T02:00Z firing mail ${key}`]);
  });

  it('is told of in the same morning when it was noticed late, and waits when the morning is over', () => {
    const late = simulation(routing('UTC'), '2026-07-01T09:30Z');
    late.is({ ...deferred, since: Date.parse('2026-07-01T03:00Z') });
    late.until(MINUTE);
    expect(late.said).toEqual([`2026-07-01T09:30Z firing mail ${key}`]);
    const later = simulation(routing('UTC'), '2026-07-01T22:30Z');
    later.is({ ...deferred, since: Date.parse('2026-07-01T03:00Z') });
    later.until(24 * HOUR);
    expect(later.said).toEqual([`2026-07-02T08:00Z digest mail ${key}`]);
  });

  it('is told of again in the morning alone', () => {
    const sim = simulation(
      routed({
        owners: { 'team-orders': { timezone: 'UTC', channels: ['mail'] } },
        route: { channels: ['owner'], repeat: '4h' },
      }),
      '2026-07-01T01:12Z',
    );
    sim.is(deferred);
    sim.until('2026-07-03T12:00Z');
    expect(sim.said).toEqual(['01', '02', '03'].map((day) => `2026-07-${day}T08:00Z digest mail ${key}`));
  });

  it('goes to those who are told of what cannot wait at once, and to nobody twice', () => {
    const sim = simulation(routing('UTC'), '2026-07-01T01:12Z');
    sim.is({ severity: 'realtime' });
    sim.until('2026-07-01T09:00Z');
    expect(sim.said).toEqual([`2026-07-01T01:12Z firing mail ${key}`]);
  });
});

import { describe, expect, it } from 'vitest';
import { acknowledged, unacknowledged } from '../../../../../functions/alerting/alert/acts.ts';
import type { Silence } from '../../../../../store/items/silences.ts';
import { HOUR, MINUTE, nightly, routed, simulation } from './simulation.ts';

const key = nightly.key;
const mail = routed({ route: { channels: ['mail'], repeat: '4h' } });

const silence = (from: string, until: string, match: Silence['match'] = { service: ['settlement'] }): Silence => ({
  id: 'moving',
  match,
  from: Date.parse(from),
  until: Date.parse(until),
  reason: 'we are moving',
  by: 'ada',
});

describe('a mute window', () => {
  const nights = (timezone: string) =>
    routed({
      windows: { nights: { timezone, times: [{ from: '22:00', to: '07:00' }] } },
      route: { channels: ['mail'], mute: ['nights'], repeat: '30d' },
    });

  it.each([
    ['Europe/Berlin', '2026-10-24T20:00Z', '2026-10-25T06:00Z'],
    ['Europe/Berlin', '2026-10-25T00:30Z', '2026-10-25T06:00Z'],
    ['Europe/Berlin', '2026-03-28T21:00Z', '2026-03-29T05:00Z'],
    ['America/New_York', '2026-11-01T02:00Z', '2026-11-01T12:00Z'],
    ['America/New_York', '2026-03-08T03:00Z', '2026-03-08T11:00Z'],
    ['Australia/Lord_Howe', '2026-10-03T11:30Z', '2026-10-03T20:00Z'],
    ['Australia/Lord_Howe', '2026-04-04T11:00Z', '2026-04-04T20:30Z'],
    ['Europe/Berlin', '2026-07-01T05:00Z', '2026-07-01T05:00Z'],
    ['Europe/Berlin', '2026-07-01T19:59Z', '2026-07-01T19:59Z'],
  ])('in %s what goes wrong at %s is told of at %s', (timezone, wrong, told) => {
    const sim = simulation(nights(timezone), wrong);
    sim.is({});
    sim.until(12 * HOUR);
    expect(sim.said.map((line) => line.split(' ')[0])).toEqual([told]);
  });

  it('holds the word that it is over, too, for those who were told', () => {
    const sim = simulation(nights('UTC'), '2026-07-01T21:50Z');
    sim.is({});
    sim.until('2026-07-01T22:30Z');
    sim.is({ firing: false });
    sim.until('2026-07-02T08:00Z');
    expect(sim.said).toEqual([`2026-07-01T21:50Z firing mail ${key}`, `2026-07-02T07:00Z resolved mail ${key}`]);
  });

  it('leaves nothing to say of what was over before it ended, and says so', () => {
    const sim = simulation(nights('UTC'), '2026-07-01T23:00Z');
    sim.is({});
    sim.until('2026-07-02T01:00Z');
    sim.is({ firing: false });
    sim.until('2026-07-02T12:00Z');
    expect(sim.said).toEqual([]);
    expect(sim.alert().trail.at(-1)).toMatchObject({
      what: 'released',
      detail: 'muted: it is over, and nobody had been told',
    });
    expect(sim.alert().dueAt).toBeUndefined();
  });
});

describe('a silence', () => {
  it('holds back, and what still burns when it ends is told of then', () => {
    const sim = simulation(mail, '2026-07-01T10:00Z');
    sim.silences.push(silence('2026-07-01T09:00Z', '2026-07-01T12:00Z'));
    sim.is({});
    sim.until('2026-07-01T11:59:59.999Z');
    expect(sim.said).toEqual([]);
    expect(sim.alert().holds).toMatchObject([
      { kind: 'silenced', by: 'moving', until: Date.parse('2026-07-01T12:00Z') },
    ]);
    sim.until('2026-07-01T13:00Z');
    expect(sim.said).toEqual([`2026-07-01T12:00Z digest mail ${key}`]);
  });

  it('that is ended early lets go at once', () => {
    const sim = simulation(mail, '2026-07-01T10:00Z');
    sim.silences.push(silence('2026-07-01T09:00Z', '2026-09-01T12:00Z'));
    sim.is({});
    sim.until('2026-07-01T11:00Z');
    sim.silences.length = 0;
    sim.until('2026-07-01T12:00Z');
    expect(sim.said).toEqual([`2026-07-01T11:00Z digest mail ${key}`]);
  });

  it('takes back what waits for its group', () => {
    const sim = simulation(routed({ route: { channels: ['mail'], groupWait: '10m' } }), '2026-07-01T10:00Z');
    sim.is({});
    sim.until('2026-07-01T10:05Z');
    sim.silences.push(silence('2026-07-01T10:06Z', '2026-07-01T11:00Z'));
    sim.until('2026-07-01T12:00Z');
    expect(sim.said).toEqual([`2026-07-01T11:00Z digest mail ${key}`]);
    expect(sim.alert().deliveries).toMatchObject([{ state: 'dropped' }, { state: 'sent' }]);
  });

  it('keeps nobody who was told from hearing that it is over', () => {
    const sim = simulation(mail, '2026-07-01T10:00Z');
    sim.is({});
    sim.until(MINUTE);
    sim.silences.push(silence('2026-07-01T10:00Z', '2026-07-05T00:00Z'));
    sim.until('2026-07-01T20:00Z');
    sim.is({ firing: false });
    sim.until('2026-07-01T21:00Z');
    expect(sim.said).toEqual([`2026-07-01T10:00Z firing mail ${key}`, `2026-07-01T20:05Z resolved mail ${key}`]);
  });

  it('is of no alert that it does not fit', () => {
    const sim = simulation(mail, '2026-07-01T10:00Z');
    sim.silences.push(silence('2026-07-01T09:00Z', '2026-07-01T12:00Z', { service: ['orders'] }));
    sim.is({});
    sim.until(MINUTE);
    expect(sim.said).toEqual([`2026-07-01T10:00Z firing mail ${key}`]);
  });
});

describe('an acknowledgement', () => {
  const escalating = routed({
    route: { channels: ['mail'], repeat: '4h', escalate: [{ after: '15m', channels: ['boss'] }] },
  });

  it('stops repeats and escalations until it expires', () => {
    const sim = simulation(escalating, '2026-07-01T10:00Z');
    sim.is({});
    sim.until('2026-07-01T10:10Z');
    sim.act((alert) => acknowledged(alert, { by: 'ada', at: sim.now(), until: Date.parse('2026-07-01T16:00Z') }));
    sim.until('2026-07-01T15:59:59.999Z');
    expect(sim.said).toEqual([`2026-07-01T10:00Z firing mail ${key}`]);
    expect(sim.alert().holds.map(({ channel, kind, by }) => [channel, kind, by])).toEqual([
      ['mail', 'acknowledged', 'ada'],
      ['boss', 'acknowledged', 'ada'],
    ]);
    sim.until('2026-07-01T16:30Z');
    expect(sim.said.slice(1)).toEqual([
      `2026-07-01T16:00Z repeat mail ${key}`,
      `2026-07-01T16:00Z escalation boss ${key}`,
    ]);
  });

  it('without an end holds until it is taken back', () => {
    const sim = simulation(escalating, '2026-07-01T10:00Z');
    sim.is({});
    sim.until('2026-07-01T10:10Z');
    sim.act((alert) => acknowledged(alert, { by: 'ada', at: sim.now() }));
    sim.until('2026-07-02T10:00Z');
    expect(sim.said).toHaveLength(1);
    sim.act((alert) => unacknowledged(alert, { by: 'ada', at: sim.now() }));
    sim.until('2026-07-02T10:05Z');
    expect(sim.said).toHaveLength(3);
  });

  it('is of no more than was acknowledged', () => {
    const sim = simulation(escalating, '2026-07-01T10:00Z');
    sim.is({});
    sim.until('2026-07-01T10:10Z');
    sim.act((alert) => acknowledged(alert, { by: 'ada', at: sim.now() }));
    sim.is({ severity: 'realtime' });
    sim.until('2026-07-01T10:15Z');
    expect(sim.said.slice(1)).toEqual([
      `2026-07-01T10:10Z escalation mail ${key}`,
      `2026-07-01T10:15Z escalation boss ${key}`,
    ]);
  });

  it('does not keep who was told from hearing that it is over, and is over then', () => {
    const sim = simulation(escalating, '2026-07-01T10:00Z', MINUTE);
    sim.is({});
    sim.until('2026-07-01T10:10Z');
    sim.act((alert) => acknowledged(alert, { by: 'ada', at: sim.now() }));
    sim.is({ firing: false });
    sim.until('2026-07-01T10:12Z');
    sim.is({});
    sim.until('2026-07-01T10:13Z');
    expect(sim.said).toEqual([
      `2026-07-01T10:00Z firing mail ${key}`,
      `2026-07-01T10:11Z resolved mail ${key}`,
      `2026-07-01T10:12Z firing mail ${key}`,
    ]);
  });
});

describe('without anybody to tell', () => {
  it.each([
    ['there is no document', undefined, 'there is no routing document: nobody is told'],
    ['its owner has no channels', routed({ route: { channels: ['owner'] } }), 'no route names a channel for it'],
  ])('it is shown when %s', (_why, routing, reason) => {
    const sim = simulation(routing, '2026-07-01T10:00Z');
    sim.is({});
    sim.until(MINUTE);
    expect(sim.alert().holds).toMatchObject([{ kind: 'unrouted', channel: '', reason }]);
    sim.routing = mail;
    sim.until(MINUTE);
    expect(sim.said).toEqual([`2026-07-01T10:01Z firing mail ${key}`]);
  });
});

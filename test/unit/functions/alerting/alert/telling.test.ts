import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../../../../functions/alerting/deliver/attempts.ts';
import { HOUR, MINUTE, nightly, routed, simulation } from './simulation.ts';

const key = nightly.key;
const refusing: Outcome = { outcome: 'failed', reason: 'HTTP 404', retryable: false, maybeDelivered: false };
const silent: Outcome = { outcome: 'failed', reason: 'no answer', retryable: true, maybeDelivered: true };

describe('what burns', () => {
  it('is told of, again while nobody acknowledges it, and of its end', () => {
    const sim = simulation(routed({ route: { channels: ['mail', 'chat'], repeat: '4h' } }), '2026-07-01T10:00Z');
    sim.is({});
    sim.until('2026-07-01T15:00Z');
    sim.is({ firing: false, summary: 'It ran.' });
    sim.until('2026-07-01T23:00Z');
    expect(sim.said).toEqual([
      `2026-07-01T10:00Z firing mail ${key}`,
      `2026-07-01T10:00Z firing chat ${key}`,
      `2026-07-01T14:00Z repeat mail ${key}`,
      `2026-07-01T14:00Z repeat chat ${key}`,
      `2026-07-01T15:05Z resolved mail ${key}`,
      `2026-07-01T15:05Z resolved chat ${key}`,
    ]);
    expect(sim.alert()).toMatchObject({ status: 'resolved', endSummary: 'It ran.', holds: [], dueAt: undefined });
  });

  it('waits for its group, and is not told of when it is over before', () => {
    const sim = simulation(routed({ route: { channels: ['mail'], groupWait: '10m' } }), '2026-07-01T10:00Z');
    sim.is({});
    sim.until('2026-07-01T10:05Z');
    sim.is({ firing: false });
    sim.until('2026-07-01T12:00Z');
    expect(sim.said).toEqual([]);
    expect(sim.alert().deliveries).toMatchObject([{ state: 'dropped', error: 'it was over before it was sent' }]);
  });

  it('is told of to others, step by step, and they are told of its end as well', () => {
    const route = {
      channels: ['mail'],
      repeat: '1d',
      escalate: [
        { after: '15m', channels: ['pager'] },
        { after: '1h', channels: ['boss', 'mail'] },
      ],
    };
    const sim = simulation(routed({ route }), '2026-07-01T10:00Z');
    sim.is({});
    sim.until('2026-07-01T12:00Z');
    sim.is({ firing: false });
    sim.until('2026-07-01T13:00Z');
    expect(sim.said).toEqual([
      `2026-07-01T10:00Z firing mail ${key}`,
      `2026-07-01T10:15Z escalation pager ${key}`,
      `2026-07-01T11:00Z escalation boss ${key}`,
      `2026-07-01T11:00Z escalation mail ${key}`,
      `2026-07-01T12:05Z resolved mail ${key}`,
      `2026-07-01T12:05Z resolved pager ${key}`,
      `2026-07-01T12:05Z resolved boss ${key}`,
    ]);
  });

  it('is told of anew to those who know of it when it gets worse', () => {
    const sim = simulation(routed({ route: { channels: ['mail'] } }), '2026-07-01T10:00Z');
    sim.is({});
    sim.until('2026-07-01T10:30Z');
    sim.is({ severity: 'realtime' });
    sim.until('2026-07-01T10:40Z');
    sim.is({ severity: 'high' });
    sim.until('2026-07-01T11:00Z');
    expect(sim.said).toEqual([`2026-07-01T10:00Z firing mail ${key}`, `2026-07-01T10:30Z escalation mail ${key}`]);
  });

  it('says nothing of its end to a channel that no route leads to any more before it was told', () => {
    const sim = simulation(routed({ route: { channels: ['mail'], groupWait: '10m' } }), '2026-07-01T10:00Z');
    sim.is({});
    sim.until('2026-07-01T10:05Z');
    sim.routing = routed({ route: { channels: ['chat'] } });
    sim.until('2026-07-01T10:20Z');
    sim.is({ firing: false });
    sim.until('2026-07-01T11:00Z');
    expect(sim.said).toEqual([`2026-07-01T10:05Z firing chat ${key}`, `2026-07-01T10:25Z resolved chat ${key}`]);
  });
});

describe('what flaps', () => {
  const mail = routed({ route: { channels: ['mail'], repeat: '4h' } });

  it('is well for a minute before anybody hears of that: until then nobody hears anything', () => {
    const sim = simulation(mail, '2026-07-01T10:00Z', MINUTE / 2);
    sim.is({});
    sim.until(MINUTE);
    for (let times = 0; times < 20; times++) {
      sim.is({ firing: false });
      sim.until(MINUTE / 2);
      sim.is({});
      sim.until(MINUTE);
    }
    expect(sim.said).toEqual([`2026-07-01T10:00Z firing mail ${key}`]);
    expect(sim.alert()).toMatchObject({ n: 1, reopened: 20 });
  });

  it('is one episode when it goes wrong again within five minutes, and who heard of its end hears of it anew', () => {
    const sim = simulation(mail, '2026-07-01T10:00Z', MINUTE);
    sim.is({});
    sim.until('2026-07-01T10:10Z');
    sim.is({ firing: false });
    sim.until('2026-07-01T10:14Z');
    sim.is({});
    sim.until('2026-07-01T10:15Z');
    expect(sim.said.map((line) => line.split(' ')[1])).toEqual(['firing', 'resolved', 'firing']);
    expect(sim.alert()).toMatchObject({ n: 1, reopened: 1, since: Date.parse('2026-07-01T10:00Z') });
  });

  it('has to be well for longer each time', () => {
    const sim = simulation(mail, '2026-07-01T10:00Z', MINUTE);
    for (let times = 0; times < 5; times++) {
      sim.is({});
      sim.until(2 * MINUTE);
      sim.is({ firing: false });
      sim.until(2 * MINUTE);
    }
    sim.until(HOUR);
    // After 1, 2, 4, 8 and 16 minutes, of which it had but the first two, and those of the end.
    expect(sim.said).toEqual([
      `2026-07-01T10:00Z firing mail ${key}`,
      `2026-07-01T10:03Z resolved mail ${key}`,
      `2026-07-01T10:04Z firing mail ${key}`,
      `2026-07-01T10:08Z resolved mail ${key}`,
      `2026-07-01T10:08Z firing mail ${key}`,
      `2026-07-01T10:33Z resolved mail ${key}`,
    ]);
  });

  it('is another episode after that', () => {
    const sim = simulation(mail, '2026-07-01T10:00Z', MINUTE);
    sim.is({});
    sim.until('2026-07-01T10:10Z');
    sim.is({ firing: false });
    sim.until('2026-07-01T10:15Z');
    sim.is({});
    sim.until('2026-07-01T10:16Z');
    expect(sim.alert()).toMatchObject({ n: 2, reopened: 0, since: Date.parse('2026-07-01T10:15Z') });
    expect(sim.said.map((line) => line.split(' ')[1])).toEqual(['firing', 'resolved', 'firing']);
  });
});

describe('what cannot be delivered', () => {
  it('is tried again after 30 s, 1, 2, 5, 10 and each 15 minutes for six hours, and then is dead', () => {
    const sim = simulation(routed({ route: { channels: ['mail'], repeat: '30d' } }), '2026-07-01T10:00Z', MINUTE / 2);
    const tried: number[] = [];
    sim.attempt = (_channel, atMs) => {
      tried.push((atMs - Date.parse('2026-07-01T10:00Z')) / MINUTE);
      return silent;
    };
    sim.is({});
    sim.until(8 * HOUR);
    expect(tried.slice(0, 8)).toEqual([0, 0.5, 1.5, 3.5, 8.5, 18.5, 33.5, 48.5]);
    expect(tried.at(-1)).toBe(348.5);
    expect(sim.alert().deliveries).toMatchObject([{ state: 'dead', attempts: tried.length, error: 'no answer' }]);
  });

  it('is not tried before the receiver wants it', () => {
    const sim = simulation(routed({ route: { channels: ['mail'] } }), '2026-07-01T10:00Z', MINUTE / 2);
    let tries = 0;
    sim.attempt = () => (tries++ === 0 ? { ...silent, retryAfterMs: 20 * MINUTE } : { outcome: 'sent' });
    sim.is({});
    sim.until(HOUR);
    expect(sim.said).toEqual([`2026-07-01T10:20Z firing mail ${key}`]);
  });

  it('has cost no attempt when nobody was asked', () => {
    const sim = simulation(routed({ route: { channels: ['mail'] } }), '2026-07-01T10:00Z', MINUTE / 2);
    let tries = 0;
    sim.attempt = () =>
      tries++ < 100 ? { outcome: 'refused', reason: 'breaker channel-sns refused' } : { outcome: 'sent' };
    sim.is({});
    sim.until(HOUR);
    expect(sim.alert().deliveries).toMatchObject([{ state: 'sent', attempts: 1 }]);
  });

  const route = {
    channels: ['chat'],
    routes: [{ match: {}, channels: ['mail'], repeat: '30d', escalate: [{ after: '1h', channels: ['pager'] }] }],
  };

  it('has the next step told at once, then the channels of the root', () => {
    const sim = simulation(routed({ route }), '2026-07-01T10:00Z', MINUTE);
    sim.attempt = (channel) => (channel === 'chat' ? { outcome: 'sent' } : refusing);
    sim.is({});
    sim.until(5 * MINUTE);
    expect(sim.alert().deliveries.map(({ channel, state, step, reason }) => [channel, state, step, reason])).toEqual([
      ['mail', 'dead', 0, 'it fires'],
      ['pager', 'dead', 1, 'it could not be delivered to mail'],
      ['chat', 'sent', 2, 'it could not be delivered to pager'],
    ]);
    sim.is({ firing: false });
    sim.until(5 * MINUTE);
    expect(sim.said.map((line) => line.split(' ').slice(1, 3))).toEqual([
      ['escalation', 'chat'],
      ['resolved', 'chat'],
    ]);
  });

  it('has nobody told twice: the next step does not come again when its time comes', () => {
    const sim = simulation(routed({ route }), '2026-07-01T10:00Z', MINUTE);
    sim.attempt = (channel) => (channel === 'mail' ? refusing : { outcome: 'sent' });
    sim.is({});
    sim.until(3 * HOUR);
    expect(sim.said).toEqual([`2026-07-01T10:01Z escalation pager ${key}`]);
  });

  it.each([
    ['does not answer', silent],
    ['is not asked, since its breaker is open', { outcome: 'refused', reason: 'breaker channel-sns refused' }],
    ['wants to be asked later', { ...silent, retryAfterMs: HOUR }],
  ] as const)('has the next step told when its time comes, while the first %s', (_why, outcome) => {
    const sim = simulation(routed({ route }), '2026-07-01T10:00Z', MINUTE);
    sim.attempt = (channel) => (channel === 'mail' ? outcome : { outcome: 'sent' });
    sim.is({});
    sim.until(3 * HOUR);
    expect(sim.said).toEqual([`2026-07-01T11:00Z escalation pager ${key}`]);
  });

  it('may have arrived: the end is told of, unless the receiver has said that it took nothing', () => {
    const ended = (outcome: Outcome) => {
      const sim = simulation(routed({ route: { channels: ['mail'] } }), '2026-07-01T10:00Z', MINUTE);
      sim.attempt = () => outcome;
      sim.is({});
      sim.until(MINUTE);
      sim.attempt = () => ({ outcome: 'sent' });
      sim.is({ firing: false });
      sim.until(10 * MINUTE);
      return sim.said.map((line) => line.split(' ')[1]);
    };
    expect(ended(silent)).toEqual(['resolved']);
    expect(ended({ ...silent, maybeDelivered: false, retryAfterMs: HOUR })).toEqual([]);
  });

  it('is said anew when it goes wrong again before it was said', () => {
    const sim = simulation(routed({ route: { channels: ['mail'] } }), '2026-07-01T10:00Z', MINUTE);
    sim.attempt = () => ({ ...silent, retryAfterMs: HOUR });
    sim.is({});
    sim.until(MINUTE);
    sim.attempt = () => ({ outcome: 'sent' });
    sim.is({ firing: false });
    sim.until(MINUTE / 2);
    sim.is({});
    sim.until(MINUTE);
    expect(sim.said.map((line) => line.split(' ')[1])).toEqual(['firing']);
  });

  describe('of an end that nobody knows whether it was heard, when it goes wrong again', () => {
    const cause = 'job/settlement/import';
    const route = { channels: ['mail'], routes: [{ match: { name: ['import'] }, channels: ['chat'] }] };

    /** Told of; its end was tried and got no answer; it burns again, and its cause speaks for it. */
    function inDoubt() {
      const sim = simulation(routed({ route }), '2026-07-01T10:00Z', MINUTE / 2);
      sim.is({ because: cause });
      sim.until(MINUTE);
      sim.attempt = () => ({ ...silent, retryAfterMs: HOUR });
      sim.is({ because: cause, firing: false });
      sim.until(2 * MINUTE);
      const end = sim.alert().deliveries.at(-1);
      expect(end).toMatchObject({ kind: 'resolved', state: 'pending', maybeSent: true });
      sim.attempt = () => ({ outcome: 'sent' });
      sim.is({ key: cause, name: 'import' });
      sim.is({ because: cause });
      sim.until(MINUTE);
      expect(sim.alert()).toMatchObject({ status: 'firing', holds: [{ kind: 'inhibited', channel: 'mail' }] });
      return { sim, end };
    }

    const toMail = (said: readonly string[]) =>
      said.filter((line) => line.includes(' mail ')).map((line) => line.split(' ')[1]);

    it('is told once more when it is over, as the same message', () => {
      const { sim, end } = inDoubt();
      sim.is({ because: cause, firing: false });
      sim.until(HOUR);
      expect(toMail(sim.said)).toEqual(['firing', 'resolved']);
      const { deliveries, holds, dueAt, trail } = sim.alert();
      expect(deliveries.map(({ kind, state }) => `${kind} ${state}`)).toEqual(['firing sent', 'resolved sent']);
      expect(deliveries.at(-1)).toMatchObject({ id: end?.id, messageId: end?.messageId, attempts: 1 });
      expect([holds, dueAt]).toEqual([[], undefined]);
      expect(trail.map(({ detail }) => detail)).not.toContain('inhibited: it is over, and nobody had been told');
    });

    it('is told of anew when nothing speaks for it any more, and then of its end', () => {
      const { sim } = inDoubt();
      sim.is({ key: cause, name: 'import', firing: false });
      sim.until(MINUTE);
      sim.is({ because: cause, firing: false });
      sim.until(HOUR);
      expect(toMail(sim.said)).toEqual(['firing', 'firing', 'resolved']);
    });

    it('is tried again as anything else is, however long ago it was tried before', () => {
      const { sim } = inDoubt();
      sim.until(7 * HOUR);
      sim.is({ because: cause, firing: false });
      let tries = 0;
      sim.attempt = () => (tries++ < 3 ? silent : { outcome: 'sent' });
      sim.until(HOUR);
      expect(toMail(sim.said)).toEqual(['firing', 'resolved']);
    });

    it('is told once more when its route is mute no longer', () => {
      const { sim } = inDoubt();
      const windows = { noon: { timezone: 'UTC', times: [{ from: '10:00', to: '12:00' }] } };
      sim.routing = routed({ windows, route: { ...route, mute: ['noon'] } });
      sim.is({ because: cause, firing: false });
      sim.until('2026-07-01T11:59Z');
      expect(toMail(sim.said)).toEqual(['firing']);
      sim.until('2026-07-01T12:00Z');
      expect(toMail(sim.said)).toEqual(['firing', 'resolved']);
    });
  });
});

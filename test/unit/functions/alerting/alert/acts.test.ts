import { describe, expect, it } from 'vitest';
import { acknowledged, retried, sentNow, unacknowledged } from '../../../../../functions/alerting/alert/acts.ts';
import { MINUTE, nightly, routed, simulation } from './simulation.ts';

const mail = routed({ route: { channels: ['mail'], repeat: '30d' } });

describe('what is over', () => {
  it('can neither be acknowledged nor sent', () => {
    const sim = simulation(mail, '2026-07-01T10:00Z');
    sim.is({});
    sim.until(MINUTE);
    sim.is({ firing: false });
    sim.until(MINUTE);
    expect(acknowledged(sim.alert(), { by: 'ada', at: 1 })).toBeUndefined();
    expect(sentNow(sim.alert(), { by: 'ada', at: 1, reason: 'now' })).toBeUndefined();
    expect(unacknowledged(sim.alert(), { by: 'ada', at: 1 })).toBeUndefined();
  });
});

describe('a dead delivery', () => {
  it('is tried again from the start, unless its channel has been told of something later', () => {
    const sim = simulation(mail, '2026-07-01T10:00Z');
    sim.attempt = () => ({ outcome: 'failed', reason: 'gone', retryable: false, maybeDelivered: false });
    sim.is({});
    sim.until(MINUTE);
    sim.attempt = () => ({ outcome: 'sent' });
    const id = `${sim.alert().id}-1`;
    expect(retried(sim.alert(), 'another', { by: 'ada', at: sim.now() })).toBeUndefined();
    sim.act((alert) => retried(alert, id, { by: 'ada', at: sim.now() }));
    sim.until(MINUTE);
    expect(sim.said).toEqual([`2026-07-01T10:01Z firing mail ${nightly.key}`]);
    expect(retried(sim.alert(), id, { by: 'ada', at: sim.now() })).toBeUndefined();
  });
});

describe('the trail', () => {
  it('keeps how it began and how it went on lately, and says how much is missing', () => {
    const sim = simulation(mail, '2026-07-01T10:00Z', MINUTE / 2);
    for (let times = 0; times < 200; times++) {
      sim.is({});
      sim.until(MINUTE / 2);
      sim.is({ firing: false });
      sim.until(MINUTE / 2);
    }
    const { trail, trailForgotten, deliveries } = sim.alert();
    expect(trail).toHaveLength(100);
    expect(trail[0]).toMatchObject({ what: 'fired' });
    expect(trailForgotten).toBeGreaterThan(300);
    expect(deliveries.length).toBeLessThan(10);
  });
});

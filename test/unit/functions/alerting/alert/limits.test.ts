// How severe the routing document lets an alert become: by the first limit that fits, for everything that is decided.
import { describe, expect, it } from 'vitest';
import { acknowledged } from '../../../../../functions/alerting/alert/acts.ts';
import { limitedWords, limitFor, routedOf } from '../../../../../functions/alerting/alert/limits.ts';
import type { Condition } from '../../../../../functions/alerting/condition.ts';
import { HOUR, MINUTE, nightly, routed, simulation } from './simulation.ts';

const NIGHT = '2026-11-18T02:12:00Z';
const check: Partial<Condition> = { kind: 'check', tags: ['severity:realtime'] };
const limits = [
  { match: { service: ['payments'] }, severity: 'realtime' },
  { match: { kind: ['check'] }, severity: 'high', channels: ['mail', 'chat'] },
  { match: { tag: ['experiment'] }, severity: 'deferred' },
];
const owners = { 'team-orders': { timezone: 'Europe/Berlin', channels: ['mail'] } };
const routes = [
  { match: { severity: ['realtime'] }, channels: ['pager'], escalate: [{ after: '15m', channels: ['boss'] }] },
];
const routing = routed({ owners, limits, route: { channels: ['owner'], routes } });

/** How it is told then, and what is said of that. */
function limitedAs(more: Partial<Condition>) {
  const condition = { ...nightly, ...more };
  const alert = { condition, limit: limitFor(routing, condition) };
  const { severity, channels } = routedOf(alert);
  return [severity, channels, limitedWords(alert)];
}

describe('a limit', () => {
  it.each<[string, Partial<Condition>, ReturnType<typeof limitedAs>]>([
    ['lets be what it does not fit', { severity: 'realtime' }, ['realtime', undefined, undefined]],
    [
      'makes less severe what is more',
      { ...check, severity: 'realtime' },
      ['high', undefined, 'was realtime, at most high here by /limits/1'],
    ],
    ['makes nothing more severe', { ...check, severity: 'deferred' }, ['deferred', undefined, undefined]],
    [
      'decides alone where it is the first that fits',
      { ...check, service: 'payments', severity: 'realtime', tags: ['experiment'] },
      ['realtime', undefined, undefined],
    ],
    [
      'may leave nothing but the hour of its owner',
      { severity: 'high', tags: ['experiment'] },
      ['deferred', undefined, 'was high, at most deferred here by /limits/2'],
    ],
    [
      'leaves of the channels that are asked for those that may be',
      { ...check, channels: ['pager', 'chat'] },
      ['high', ['chat'], 'asked for pager, which it may not by /limits/1'],
    ],
    [
      'stands for all channels with those that may be',
      { ...check, channels: ['*'] },
      ['high', ['mail', 'chat'], 'asked for *, which it may not by /limits/1'],
    ],
    [
      'leaves it to the owner where none may be',
      { ...check, channels: ['pager', 'boss'] },
      ['high', undefined, 'asked for pager, boss, which it may not by /limits/1'],
    ],
    ['tells nobody of what nobody is to be told of', { ...check, channels: [] }, ['high', [], undefined]],
    [
      "is never one of flyball's own",
      { kind: 'flyball', service: 'flyball', severity: 'realtime', tags: ['experiment'] },
      ['realtime', undefined, undefined],
    ],
  ])('%s', (_, condition, as) => {
    expect(limitedAs(condition)).toEqual(as);
  });

  it('of everything leaves what is wrong with flyball itself as it is', () => {
    const all = routed({ route: { channels: ['mail'] }, limits: [{ severity: 'deferred' }] });
    expect(limitFor(all, { ...nightly, kind: 'flyball' })).toBeUndefined();
    expect(limitFor(all, nightly)).toEqual({ by: '/limits/0', severity: 'deferred' });
  });
});

describe('what is limited', () => {
  it('is told by the route of what it may be, and escalates by that alone', () => {
    const sim = simulation(routing, NIGHT);
    sim.is({ ...check, severity: 'realtime' });
    sim.until(HOUR);
    expect(sim.said).toEqual(['2026-11-18T02:12Z firing mail job/settlement/nightly']);
    expect(sim.alert().trail).toContainEqual({
      ...{ at: Date.parse(NIGHT), what: 'limited' },
      detail: 'was realtime, at most high here by /limits/1',
    });
  });

  it('wakes nobody when its source says that it has turned worse', () => {
    const sim = simulation(routing, NIGHT);
    sim.is({ ...check, severity: 'high' });
    sim.until(10 * MINUTE);
    sim.act((alert) => acknowledged(alert, { by: 'Ada', at: sim.now() }));
    sim.is({ ...check, severity: 'realtime' });
    sim.until(5 * HOUR);
    expect(sim.said).toEqual(['2026-11-18T02:12Z firing mail job/settlement/nightly']);
    expect(sim.alert().holds).toMatchObject([{ kind: 'acknowledged' }]);
  });

  it.each<[string, Partial<Condition>]>([
    ['more severe', { severity: 'realtime' }],
    ['blocking', { severity: 'deferred', blocks: ['billing:invoices'] }],
    ['needed in the night', { severity: 'deferred', neededBy: Date.parse('2026-11-18T04:00Z') }],
    ['of an hour of its own', { severity: 'deferred', deferUntil: '04:00' }],
  ])('to the hour of its owner waits for that, also when it turns %s', (_, worse) => {
    const sim = simulation(routing, NIGHT);
    sim.is({ severity: 'deferred', tags: ['experiment'] });
    sim.until(10 * MINUTE);
    sim.is({ tags: ['experiment'], since: Date.parse(NIGHT), ...worse });
    sim.until('2026-11-18T08:00Z');
    expect(sim.said).toEqual(['2026-11-18T07:00Z digest mail job/settlement/nightly']);
  });

  it('is told anew, at once, when the limit is lifted; and told no more when one is set', () => {
    const sim = simulation(routing, NIGHT);
    sim.is({ severity: 'realtime', tags: ['experiment'] });
    sim.until(10 * MINUTE);
    sim.routing = routed({ owners, route: { channels: ['owner'], routes } });
    sim.until(5 * MINUTE);
    expect(sim.said).toEqual(['2026-11-18T02:22Z firing pager job/settlement/nightly']);
    sim.routing = routing;
    sim.until(HOUR);
    expect(sim.said).toHaveLength(1);
    expect(
      sim
        .alert()
        .trail.filter(({ what }) => what === 'limited')
        .map(({ detail }) => detail),
    ).toEqual([
      'was realtime, at most deferred here by /limits/2',
      'no limit holds for it any more',
      'was realtime, at most deferred here by /limits/2',
    ]);
  });

  it('speaks for nothing by what it would be without', () => {
    const inhibit = [{ when: { severity: ['realtime'] }, mutes: { severity: ['high'] } }];
    const sim = simulation(routed({ owners, limits, inhibit, route: { channels: ['mail'] } }), NIGHT);
    sim.is({ ...check, key: 'check/settlement/loud', severity: 'realtime' });
    sim.is({ severity: 'high' });
    sim.until(5 * MINUTE);
    expect(sim.said.map((said) => said.split(' ').at(-1))).toEqual(['check/settlement/loud', 'job/settlement/nightly']);
  });
});

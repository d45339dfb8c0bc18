// Who is told of an alert: the tree, owners' channels, escalations, and what a route inherits.
import { describe, expect, it } from 'vitest';
import type { Routed } from '../../../../../functions/alerting/routing/document.ts';
import { ownerOf, targetsOf } from '../../../../../functions/alerting/routing/targets.ts';
import { nightlyFailed, routingOf, whole } from './documents.ts';

const routing = routingOf();
const told = (alert: Partial<Routed> = {}, given = routing) =>
  targetsOf(given, { ...nightlyFailed, ...alert }).map(({ channel, route, escalation }) => [
    channel,
    route,
    ...(escalation ? [escalation.step, escalation.afterMs] : []),
  ]);

describe('the tree', () => {
  it('ends at the root when no other route is for the alert', () => {
    expect(told()).toEqual([['orders-mail', '/route']]);
  });

  it('leads to the first child that matches, and its steps', () => {
    expect(told({ severity: 'realtime' })).toEqual([
      ['pager', '/route/routes/0'],
      ['orders-mail', '/route/routes/0'],
      ['boss', '/route/routes/0', 1, 900_000],
    ]);
  });

  it('goes on after a child that says so, and tells a channel once', () => {
    expect(told({ kind: 'breaker' })).toEqual([
      ['chat', '/route/routes/1'],
      ['orders-mail', '/route/routes/2'],
    ]);
  });

  it('stands in for owners without channels with nobody', () => {
    expect(told({ owner: 'team-payments' })).toEqual([]);
    expect(told({ owner: undefined })).toEqual([]);
    expect(told({ owner: 'team-payments', severity: 'realtime' })).toEqual([
      ['pager', '/route/routes/0'],
      ['boss', '/route/routes/0', 1, 900_000],
    ]);
  });

  it("tells the channels a source names in place of its owner's, and none that there is not", () => {
    expect(told({ channels: ['chat', 'gone'] })).toEqual([['chat', '/route']]);
    expect(told({ channels: [] })).toEqual([]);
    expect(told({ channels: ['*'] }).map(([channel]) => channel)).toEqual(['orders-mail', 'pager', 'boss', 'chat']);
  });
});

describe('what a route does not say', () => {
  it('is as with the one above it', () => {
    const [target] = targetsOf(routing, { ...nightlyFailed, kind: 'slo', severity: 'high' });
    expect(target).toMatchObject({
      route: '/route/routes/2/routes/0',
      groupBy: ['service', 'kind'],
      groupWaitMs: 30_000,
      repeatMs: 3_600_000,
    });
  });

  it('has defaults at the root', () => {
    const [target] = targetsOf(routing, nightlyFailed);
    expect(target).toMatchObject({ groupBy: ['service'], groupWaitMs: 0, repeatMs: 14_400_000, mute: [] });
  });

  it("has windows in the owner's zone where they say so", () => {
    const mute = (alert: Partial<Routed>) =>
      targetsOf(routing, { ...nightlyFailed, kind: 'slo', severity: 'high', ...alert })[0]?.mute.map(
        ({ name, timezone }) => `${name} ${timezone}`,
      );
    expect(mute({})).toEqual(['nights Europe/Berlin', 'lunch UTC']);
    expect(mute({ owner: 'nobody', channels: ['chat'] })).toEqual(['nights UTC', 'lunch UTC']);
  });
});

describe('an owner', () => {
  it('is who the document says, or told by nothing in its zone', () => {
    expect(ownerOf(routing, 'team-orders')).toMatchObject({ timezone: 'Europe/Berlin', failures: 3 });
    expect(ownerOf(routing, 'nobody')).toMatchObject({ timezone: 'UTC', deferUntil: '08:00', channels: [] });
  });
});

describe('that a channel does not deliver', () => {
  const about = (channel: string, route: object) =>
    targetsOf(routingOf({ ...whole, route }), {
      key: `flyball/channel/${channel}`,
      kind: 'flyball',
      service: 'flyball',
      name: `channel ${channel}`,
      severity: 'high',
    }).map(({ channel: told, escalation }) => (escalation ? `${told} later` : told));
  const flyball = (more: object) => ({ channels: ['boss'], routes: [{ match: { kind: ['flyball'] }, ...more }] });

  it.each<[string, string, object, string[]]>([
    ['others hear of it', 'pager', flyball({ channels: ['pager', 'chat'] }), ['chat']],
    ['of others it hears', 'chat', flyball({ channels: ['pager'] }), ['pager']],
    ['the root does where there is no other', 'pager', flyball({ channels: ['pager'] }), ['pager', 'boss']],
    [
      'and where others do later alone',
      'pager',
      flyball({ channels: ['pager'], escalate: [{ after: '1h', channels: ['chat'] }] }),
      ['pager', 'chat later', 'boss'],
    ],
    ['it alone does where there is none at all', 'boss', flyball({ channels: ['boss'] }), ['boss']],
  ])('%s', (_, channel, route, told) => {
    expect(about(channel, route)).toEqual(told);
  });

  it('is no reason to leave it out for what is something else', () => {
    const route = { channels: ['pager', 'chat'] };
    const targets = targetsOf(routingOf({ ...whole, route }), { ...nightlyFailed, key: 'flyball/channel/pager' });
    expect(targets.map(({ channel }) => channel)).toEqual(['pager', 'chat']);
  });
});

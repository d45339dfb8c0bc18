// In which lists an alert stands, how it stands with people, and where there is more about it.
import { describe, expect, it } from 'vitest';
import type { Hold, OpenAlert } from '../../../../console/api/alerts.ts';
import { standingOf } from '../../../../console/parts/standing.ts';
import { LISTS, passes, standsIn } from '../../../../console/screens/alerts/lists.ts';
import { leadsOf, placeOf, silencePlace, webAddressOf } from '../../../../console/screens/alerts/places.ts';

const AT = Date.parse('2027-03-01T09:00:00Z');
const hold = (kind: Hold['kind']): Hold => ({ kind, since: '2027-03-01T08:00:00Z', reason: 'so it was decided' });
const alertOf = (over: Partial<OpenAlert> = {}): OpenAlert => ({
  ...{ id: 'a-1', key: 'job/orders/nightly', episode: 1, status: 'firing', kind: 'job', service: 'orders' },
  ...{ name: 'nightly', severity: 'high', summary: 'failed', since: '2027-03-01T08:00:00Z' },
  ...{ noticedAt: '2027-03-01T08:01:00Z', held: [], told: [], failing: [] },
  ...over,
});
const by = (until?: string) => ({ by: 'kim', at: '2027-03-01T08:30:00Z', ...(until === undefined ? {} : { until }) });

describe('an alert', () => {
  it.each<[string, Partial<OpenAlert>, readonly string[], string]>([
    ['that burns', {}, ['firing'], 'firing'],
    ['that wakes people', { severity: 'realtime' }, ['firing'], 'urgent'],
    ['that waits for its hour', { held: [hold('deferred')] }, ['firing', 'held'], 'deferred'],
    [
      'of which one channel waits, and another knows',
      { held: [hold('deferred')], told: ['a'] },
      ['firing', 'held'],
      'firing',
    ],
    ['in a quiet window', { held: [hold('muted')] }, ['firing', 'held'], 'muted'],
    ['that is silenced', { held: [hold('silenced')] }, ['firing', 'silenced'], 'silenced'],
    ['for which another speaks', { held: [hold('inhibited')] }, ['firing', 'held'], 'inhibited'],
    [
      'that somebody has',
      { acknowledged: by(), held: [hold('acknowledged')] },
      ['firing', 'acknowledged'],
      'acknowledged',
    ],
    ['that somebody had', { acknowledged: by('2027-03-01T08:59:59Z') }, ['firing'], 'firing'],
    ['that nobody can be told of', { held: [hold('unrouted')] }, ['firing', 'held'], 'firing'],
    ['that is over', { status: 'resolved' }, ['resolved'], 'resolved'],
  ])('%s', (_, over, lists, standing) => {
    const alert = alertOf(over);
    expect(LISTS.filter((name) => standsIn(name, alert, AT))).toEqual(lists);
    expect(standingOf(alert, AT)).toBe(standing);
  });

  it('passes the filters that it fits', () => {
    const none = { kind: '', severity: '', service: '', owner: '' };
    expect(passes(none, alertOf())).toBe(true);
    expect(passes({ ...none, kind: 'job', service: 'orders' }, alertOf())).toBe(true);
    expect(passes({ ...none, kind: 'slo' }, alertOf())).toBe(false);
    expect(passes({ ...none, owner: 'team-a' }, alertOf())).toBe(false);
  });
});

describe('more about it', () => {
  it.each<[Partial<OpenAlert>, string | undefined]>([
    [{}, '/jobs/orders%3Anightly'],
    [{ kind: 'check', service: 'default', key: 'check/default/0af3', name: 'export' }, '/jobs/0af3'],
    [{ kind: 'breaker', key: 'breaker/orders/payments', name: 'payments' }, '/services/orders/breakers'],
    [{ kind: 'slo', key: 'slo/orders/answered', name: 'answered' }, '/services/orders/slos'],
    [{ kind: 'rule', key: 'rule/orders/late', name: 'late' }, '/services/orders'],
    [{ kind: 'flyball', key: 'flyball/orders/rules', name: 'rules' }, '/rules/orders'],
    [{ kind: 'flyball', service: 'flyball', key: 'flyball/flyball/merge', name: 'merge' }, undefined],
  ])('of %j is at %s', (over, place) => expect(placeOf(alertOf(over))).toBe(place));

  it('goes on to what failed, whom it calls and its rules, as far as it has them', () => {
    const leads = (kind: string) => leadsOf(alertOf({ kind })).map(([, place]) => place);
    expect(leads('breaker')).toEqual([
      '/traces?service=orders&outcome=error',
      '/topology/node/service%3Aorders',
      '/rules/orders',
    ]);
    expect(leads('job')).toEqual(['/rules/orders']);
    expect(leads('check')).toEqual([]);
  });

  it('fills in the form of a silence', () => {
    expect(silencePlace(alertOf({ name: 'a&b' }))).toBe('/alerts/silences/new?service=orders&kind=job&name=a%26b');
  });

  it('is a link only where a browser opens a page', () => {
    expect(webAddressOf('https://wiki.example/runbook')).toBe('https://wiki.example/runbook');
    expect(webAddressOf('javascript:alert(1)')).toBeUndefined();
    expect(webAddressOf('ask the team')).toBeUndefined();
  });

  it('shows where it leads, whatever characters bend what was written', () => {
    expect(webAddressOf('https://wiki.example/\u202egpj.exe')).toBe('https://wiki.example/%E2%80%AEgpj.exe');
  });
});

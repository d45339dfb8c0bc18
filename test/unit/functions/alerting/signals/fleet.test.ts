// What a fleet says of itself after a publication: who has older rules, for how long, and whether they could be followed.
import { describe, expect, it } from 'vitest';
import { fleetCondition } from '../../../../../functions/alerting/signals/fleet.ts';
import type { FleetMinute } from '../../../../../functions/config-center/fleet/minutes.ts';
import type { RulesState } from '../../../../../store/items/rules.ts';

const MINUTE = 60_000;
const UP_TO = Date.UTC(2026, 10, 21, 12);
const AT = { service: 'orders', rules: { owner: 'team-orders' }, settled: { upTo: UP_TO, open: [] } };

const publishedBefore = (ms: number): RulesState => ({
  head: { seq: 7, revision: 7, publishedAt: UP_TO - ms },
  ...{ gray: undefined, ended: undefined, last: 7, removed: false },
});
const minutes = (
  ...counts: { readonly revisions: Record<string, number>; readonly rejected?: Record<string, number> }[]
) =>
  counts.map(({ revisions, rejected = {} }, i): FleetMinute => {
    const instances = Object.values(revisions).reduce((sum, count) => sum + count, 0);
    const from = UP_TO - (counts.length - i) * MINUTE;
    return { from, instances, revisions, rejected, versions: {}, functions: {} };
  });
const BEHIND = { revisions: { 6: 2, 7: 8 } };
const CURRENT = { revisions: { 7: 10 } };

describe('fleetCondition', () => {
  it.each([
    ['in each of the last minutes some are behind', 20, [BEHIND, BEHIND, BEHIND], true],
    ['in one of them nobody was', 20, [BEHIND, CURRENT, BEHIND], false],
    ['nobody is', 20, [CURRENT, CURRENT, CURRENT], false],
    ['nobody reports', 20, [], false],
    ['it was published ten minutes before them', 13, [BEHIND, BEHIND, BEHIND], true],
    ['it was published less long ago', 12, [BEHIND, BEHIND, BEHIND], false],
  ])('%s', (_what, minutesAgo, found, firing) => {
    expect(fleetCondition(AT, publishedBefore(minutesAgo * MINUTE), minutes(...found))).toMatchObject({
      ...{ key: 'fleet/orders/rules', kind: 'fleet', owner: 'team-orders', severity: 'high', firing },
      since: firing ? UP_TO - minutesAgo * MINUTE : UP_TO,
    });
  });

  it('says how many, and how many could not follow', () => {
    const state = publishedBefore(20 * MINUTE);
    expect(fleetCondition(AT, state, minutes(BEHIND)).summary).toBe(
      '2 of 10 instances run older rules than revision 7',
    );
    expect(fleetCondition(AT, state, minutes({ ...BEHIND, rejected: { 7: 1 } })).summary).toMatch(
      /^2 of 10 instances run older rules than revision 7; 1 could not follow it/,
    );
  });
});

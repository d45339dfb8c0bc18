import { describe, expect, it } from 'vitest';
import { observed } from '../../../../../functions/alerting/alert/episode.ts';
import type { Alert } from '../../../../../store/items/alerts.ts';
import { nightly } from './simulation.ts';

const at = (ms: number) => ({ seenAt: ms, nowMs: ms });
const well = { ...nightly, firing: false, summary: 'It ran.' };

function seen(alert: Alert | undefined, condition: typeof nightly, ms: number): Alert {
  const next = observed(alert, condition, at(ms));
  if (!next) throw new Error('nothing is new');
  return next.alert;
}

describe('an observation', () => {
  it('of what is well begins nothing', () => {
    expect(observed(undefined, well, at(1))).toBeUndefined();
  });

  it('begins an episode at the moment it went wrong, and knows when that was noticed', () => {
    expect(seen(undefined, { ...nightly, since: 5 }, 60)).toMatchObject({
      n: 1,
      status: 'firing',
      since: 5,
      noticedAt: 60,
      dueAt: 60,
      id: expect.stringMatching(/^[0-9a-f]{32}-1$/) as string,
    });
  });

  it('twice is once', () => {
    const alert = seen(undefined, nightly, 1);
    expect(observed(alert, { ...nightly, owner: 'team-orders', because: undefined }, at(2))).toBeUndefined();
  });

  it('takes over what is new of what burns, and notes what matters', () => {
    const alert = seen(seen(undefined, nightly, 1), { ...nightly, severity: 'realtime', blocks: ['trade'] }, 2);
    expect(alert.condition).toMatchObject({ severity: 'realtime', blocks: ['trade'] });
    expect(alert.trail.map(({ detail }) => detail)).toEqual([
      nightly.summary,
      'its severity was high and is realtime',
      'it blocks trade',
    ]);
  });

  it('that is older than what is known says nothing', () => {
    const alert = seen(seen(undefined, nightly, 10), well, 20);
    expect(observed(alert, nightly, { seenAt: 15, nowMs: 25 })).toBeUndefined();
  });

  it.each([
    ['by a clock that is a little ahead, says nothing either', 25_000, false],
    ['by a clock that has gone back since, is believed', 40_000, true],
  ])('that is older than what was seen %s', (_, aheadMs, believed) => {
    const alert = seen(undefined, nightly, aheadMs);
    expect(observed(alert, well, { seenAt: 0, nowMs: 0 }) !== undefined).toBe(believed);
  });

  it('ends no episode before it began, whatever late facts say', () => {
    const alert = seen(seen(undefined, { ...nightly, since: 50 }, 60), { ...well, since: 40 }, 120);
    expect(alert).toMatchObject({ status: 'resolved', endedAt: 50, resolvedAt: 120, endSummary: 'It ran.' });
  });

  it('of what was well for five minutes keeps the last episode and begins the next', () => {
    const first = { ...seen(seen(undefined, nightly, 1), well, 2), dueAt: undefined };
    const next = observed(first, { ...nightly, since: 400_000 }, at(400_000));
    expect(next?.before).toBe(first);
    expect(next?.alert).toMatchObject({ n: 2, since: 400_000, deliveries: [], reopened: 0 });
  });

  it('keeps no more than an item has room for', () => {
    const long = 'x'.repeat(100_000);
    const huge = {
      ...nightly,
      summary: long,
      exception: Array<string>(100).fill(long),
      blocks: Array<string>(900).fill(long),
    };
    expect(JSON.stringify(seen(undefined, huge, 1)).length).toBeLessThan(25_000);
  });
});

// What is counted by revision while part of a fleet is given another, and that nothing is otherwise.
import { describe, expect, it } from 'vitest';
import { bucketOf } from '../../../../middleware/telemetry/histogram.ts';
import { mergeDetail } from '../../../../middleware/telemetry/merge-detail.ts';
import { Particulars } from '../../../../middleware/telemetry/particulars.ts';
import { Snapshot } from '../../../../middleware/kernel/rules/snapshot.ts';
import { lambdaContext } from '../../../../middleware/testing/context.ts';
import * as events from '../../../support/events.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { testInstance, testInvocation } from '../../../support/instance.ts';

function world(hasGray: boolean) {
  const clock = fakeClock(Date.UTC(2026, 0, 5, 12));
  const instance = testInstance({ clock });
  instance.rules.follow({ seq: 2, revision: 3, publishedAt: 1, ...(hasGray ? { gray: {} } : {}) });
  const particulars = new Particulars(instance);
  const under = (revision: number, outcome: 'ok' | '503' | 'refused', ms: number) => {
    const invocation = testInvocation(instance, events.httpV2(), lambdaContext(clock, 30_000, {}));
    const document = { apiVersion: 'flyball/v1', service: instance.service } as const;
    invocation.under(new Snapshot({ from: 'store', seq: 1, revision, publishedAt: 1 }, document, [], instance));
    particulars.invocation(invocation, outcome, ms, bucketOf(ms), false, 0);
  };
  return { particulars, under, sides: () => particulars.read([]).sides };
}

describe('while part of the fleet is given another revision', () => {
  it('invocations are counted by the revision each ran under', () => {
    const { under, sides } = world(true);
    under(3, 'ok', 10);
    under(3, 'ok', 12);
    under(4, '503', 900);
    under(4, 'refused', 1);
    expect(sides()).toEqual({
      3: { outcomes: { ok: 2 }, durations: expect.any(String) as string },
      4: { outcomes: { '503': 1, refused: 1 }, durations: expect.any(String) as string },
    });
  });

  it('each minute is counted anew', () => {
    const { particulars, under, sides } = world(true);
    under(3, 'ok', 10);
    particulars.clear();
    expect(sides()).toBeUndefined();
    under(4, 'ok', 10);
    expect(Object.keys(sides() ?? {})).toEqual(['4']);
  });

  it('no more revisions are told apart than a fleet can have', () => {
    const { under, sides } = world(true);
    for (let revision = 1; revision <= 20; revision++) under(revision, 'ok', 10);
    expect(Object.keys(sides() ?? {})).toEqual(['1', '2', '3', '4']);
  });

  it('minutes that wait for the store are added up by revision', () => {
    const { particulars, under, sides } = world(true);
    under(3, 'ok', 10);
    const first = { sides: sides() ?? {} };
    particulars.clear();
    under(3, 'ok', 10);
    under(4, 'ok', 10);
    const { sides: sum } = mergeDetail(first, { sides: sides() ?? {} });
    expect(sum).toMatchObject({ 3: { outcomes: { ok: 2 } }, 4: { outcomes: { ok: 1 } } });
  });
});

it('otherwise nothing is counted by revision', () => {
  const { under, sides } = world(false);
  under(3, 'ok', 10);
  expect(sides()).toBeUndefined();
});

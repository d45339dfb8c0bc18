// What becomes of a gray publication by its plan, its verdict, and how far the telemetry has come.
import { describe, expect, it } from 'vitest';
import { bakedAt, judgedFrom, nextOf, type Known } from '../../../../../functions/config-center/gray/next.ts';
import type { Verdict } from '../../../../../functions/config-center/gray/verdict.ts';
import type { GrayPlan } from '../../../../../store/items/gray-plan.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const BEGAN = Date.UTC(2026, 0, 5, 12, 0, 20);
/** The first whole minute. */
const FROM = Date.UTC(2026, 0, 5, 12, 1);

const STEPS = [
  { share: 500, bakeMs: 10 * MINUTE },
  { share: 5_000, bakeMs: 10 * MINUTE },
];

function planOf(changes: Partial<GrayPlan> = {}): GrayPlan {
  return {
    ...{ revision: 2, baseRevision: 1, author: 'ada', note: '', startedAt: BEGAN, step: 0, stepSince: BEGAN },
    ...{ steps: STEPS, ifTooLittleTraffic: 'extend', state: 'running', reason: '' },
    ...changes,
  };
}

function known(verdict: Verdict, afterMs: number, plan: Partial<GrayPlan> = {}, lagMs = 3 * MINUTE): Known {
  const nowMs = FROM + afterMs;
  return { plan: planOf(plan), judgement: { verdict, reason: 'so' }, coveredUntil: nowMs - lagMs, nowMs };
}

describe('a step', () => {
  it('is judged from its first whole minute on', () => {
    expect(judgedFrom(planOf())).toBe(FROM);
    expect(judgedFrom(planOf({ stepSince: FROM }))).toBe(FROM);
    expect(bakedAt(planOf())).toBe(FROM + 10 * MINUTE);
  });

  it.each<[string, Known, object]>([
    ['bakes', known('better-or-equal', 9 * MINUTE), { do: 'wait', extended: false }],
    ['bakes on until its telemetry is there', known('better-or-equal', 12 * MINUTE), { do: 'wait', extended: false }],
    ['is followed by the next', known('better-or-equal', 13 * MINUTE), { do: 'step', step: 1, share: 5_000 }],
    ['that is the last is followed by all', known('better-or-equal', 13 * MINUTE, { step: 1 }), { do: 'promote' }],
    ['that is worse ends at once', known('worse', 2 * MINUTE), { do: 'abort', reason: 'worse than the rest: so' }],
    ['that is worse ends also when it has baked', known('worse', 30 * MINUTE), { do: 'abort' }],
    ['without traffic goes on', known('not enough traffic', 13 * MINUTE), { do: 'wait', extended: true }],
    [
      'without traffic is aborted if its author wants that',
      known('not enough traffic', 13 * MINUTE, { ifTooLittleTraffic: 'abort' }),
      { do: 'abort', reason: 'too little traffic to judge it: so' },
    ],
    [
      'without traffic is followed by the next if its author wants that',
      known('not enough traffic', 13 * MINUTE, { ifTooLittleTraffic: 'promote' }),
      { do: 'step', step: 1 },
    ],
    [
      'without traffic bakes all the same',
      known('not enough traffic', 9 * MINUTE, { ifTooLittleTraffic: 'abort' }),
      { do: 'wait', extended: false },
    ],
  ])('%s', (_, at, next) => {
    expect(nextOf(at)).toMatchObject(next);
  });

  it.each<[GrayPlan['ifTooLittleTraffic'], object]>([
    ['extend', { do: 'wait', extended: true }],
    ['promote', { do: 'wait', extended: true }],
    ['abort', { do: 'abort' }],
  ])('of which nothing is known for a day, by %s', (ifTooLittleTraffic, next) => {
    const blind = (afterMs: number) => known('better-or-equal', afterMs, { ifTooLittleTraffic }, afterMs);
    expect(nextOf(blind(DAY))).toMatchObject({ do: 'wait', extended: false });
    expect(nextOf(blind(DAY + 10 * MINUTE))).toMatchObject(next);
  });
});

describe('without steps', () => {
  const none = { steps: [] };
  it.each<[string, Known, object]>([
    [
      'what is no worse stays until somebody promotes it',
      known('better-or-equal', 3 * DAY, none),
      { do: 'wait', extended: false },
    ],
    ['what is worse ends', known('worse', 5 * MINUTE, none), { do: 'abort' }],
    ['what nobody can judge stays', known('not enough traffic', DAY - 1, none), { do: 'wait', extended: false }],
    ['what nobody can judge for a day says so', known('not enough traffic', DAY, none), { do: 'wait', extended: true }],
    [
      'what nobody can judge for a day ends if its author wants that',
      known('not enough traffic', DAY, { ...none, ifTooLittleTraffic: 'abort' }),
      { do: 'abort' },
    ],
  ])('%s', (_, at, next) => {
    expect(nextOf(at)).toMatchObject(next);
  });
});

// Which limits of AWS's are claimed by one rule alone, and what a run that left something undone ends as.
import { describe, expect, it } from 'vitest';
import { claimsApart, type Claim } from '../../../../functions/concurrency-actuator/claims.ts';
import type { Actuation } from '../../../../functions/concurrency-actuator/plan.ts';
import { settled } from '../../../../functions/concurrency-actuator/settled.ts';
import type { TickReport } from '../../../../functions/concurrency-actuator/tick.ts';

const ORDERS = 'flyball-prod-orders';
const arnOf = (region: string, account: string) => `arn:aws:lambda:${region}:${account}:function:${ORDERS}`;
const OWN_ARN = arnOf('eu-central-1', '111122223333');

const claim = (service: string, target: string, more: Partial<Actuation> = {}): Claim => ({
  service,
  actuation: {
    ...{ rule: 'r', kind: 'reservedConcurrency', target, min: 1, max: 9, wanted: 5, shadow: false },
    ...more,
  },
});

/** The services of each contested group. */
const contestedOf = (...claims: Claim[]) =>
  claimsApart(claims, '111122223333:eu-central-1:prod').contested.map((group) => group.map(({ service }) => service));

describe('a limit', () => {
  it.each([
    ['the same name', ORDERS],
    ['the ARN of this account and Region', OWN_ARN],
  ])('is contested by another claim under %s', (_how, target) => {
    const other = claim('bank', 'flyball-prod-bank');
    const { sole, contested } = claimsApart(
      [claim('a', ORDERS), other, claim('b', target)],
      '111122223333:eu-central-1:prod',
    );
    expect(contested.map((group) => group.map(({ service }) => service))).toEqual([['a', 'b']]);
    expect(sole).toEqual([other]);
  });

  it.each([
    ['another Region', claim('b', arnOf('eu-west-1', '111122223333'))],
    ['another account', claim('b', arnOf('eu-central-1', '444455556666'))],
    ['another kind', claim('b', ORDERS, { kind: 'maximumConcurrency' })],
    ['a rule in shadow', claim('b', ORDERS, { shadow: true })],
  ])('is not contested by %s', (_what, other) => {
    expect(contestedOf(claim('a', ORDERS), other)).toEqual([]);
  });

  it('may be contested by more than two', () => {
    expect(contestedOf(claim('a', ORDERS), claim('b', OWN_ARN), claim('c', ORDERS))).toEqual([['a', 'b', 'c']]);
  });
});

describe('a run', () => {
  const report: TickReport = {
    ...{ services: 3, limits: 7, changed: 2, shadowed: 1, waiting: 1, failed: 0, complete: true },
  };

  it('that did all there was to do is told as it was', () => {
    expect(settled(report)).toBe(report);
  });

  it.each([
    [{ failed: 2 }, /^2 of what rules set could not be followed; the lines before this one name them and say why$/],
    [{ complete: false }, /^time ran out after 3 services and 7 limits: give the function more memory or time$/],
    [{ failed: 2, complete: false }, /^2 of what .+ say why; time ran out after/],
  ])('with %j ends as an error', (wrong, message) => {
    expect(() => settled({ ...report, ...wrong })).toThrow(expect.objectContaining({ name: 'ActuationFailed' }));
    expect(() => settled({ ...report, ...wrong })).toThrow(message);
  });
});

// Which alerts a matcher fits, and what can be said of two matchers without any alert.
import { describe, expect, it } from 'vitest';
import { comparison } from '../../../../../functions/alerting/routing/covers.ts';
import type { Matcher, Routed } from '../../../../../functions/alerting/routing/document.ts';
import { matches } from '../../../../../functions/alerting/routing/matches.ts';
import { nightlyFailed } from './documents.ts';

describe('a matcher', () => {
  it.each<[Matcher, Partial<Routed>, boolean]>([
    [{}, {}, true],
    [{ service: ['settlement'] }, {}, true],
    [{ service: ['settle'] }, {}, false],
    [{ service: ['orders', 'settle*'] }, {}, true],
    [{ service: ['*ment'], name: ['night*'] }, {}, true],
    [{ service: ['*ment'], name: ['day*'] }, {}, false],
    [{ severity: ['realtime', 'high'] }, {}, false],
    [{ severity: ['deferred'], kind: ['job'] }, {}, true],
    [{ kind: ['check'] }, {}, false],
    [{ owner: ['team-*'] }, {}, true],
    [{ owner: ['*'] }, { owner: undefined }, false],
    [{ tag: ['prod'] }, {}, false],
    [{ tag: ['prod'] }, { tags: ['eu', 'prod'] }, true],
    [{ tag: ['team:*'] }, { tags: ['team:orders'] }, true],
  ])('%j of %j: %s', (matcher, alert, fits) => {
    expect(matches(matcher, { ...nightlyFailed, ...alert })).toBe(fits);
  });
});

describe('of two matchers', () => {
  const { covers, excludes } = comparison(Infinity);

  it.each<[Matcher, Matcher, boolean]>([
    [{}, { service: ['a'] }, true],
    [{ service: ['a'] }, {}, false],
    [{ service: ['a*'] }, { service: ['ab', 'a*'] }, true],
    [{ service: ['a*'] }, { service: ['ab', 'b'] }, false],
    [{ service: ['a*'] }, { service: ['ab*c'], kind: ['job'] }, true],
    [{ service: ['a*c'] }, { service: ['ab*c'] }, false],
    [{ kind: ['job', 'check'] }, { kind: ['check'] }, true],
  ])('%j covers %j: %s', (wide, narrow, is) => {
    expect(covers(wide, narrow)).toBe(is);
  });

  it.each<[Matcher, Matcher, boolean]>([
    [{}, { service: ['a'] }, false],
    [{ service: ['a'] }, { service: ['b', 'c'] }, true],
    [{ service: ['a*'] }, { service: ['b*'] }, true],
    [{ service: ['a*'] }, { service: ['*b'] }, false],
    [{ kind: ['job'] }, { kind: ['check'] }, true],
    [{ tag: ['a'] }, { tag: ['b'] }, false],
  ])('%j excludes %j: %s', (a, b, is) => {
    expect([excludes(a, b), excludes(b, a)]).toEqual([is, is]);
  });

  it('nothing is said when there is no more time to compare them', () => {
    const [one, other] = [{ service: ['a*'] }, { service: ['ab*'] }];
    const compared = comparison(20);
    expect([compared.covers(one, other), compared.isExhausted]).toEqual([true, false]);
    expect([compared.covers(one, other), compared.excludes(one, { service: ['b'] })]).toEqual([true, false]);
    expect([compared.covers(one, other), compared.isExhausted]).toEqual([false, true]);
  });
});

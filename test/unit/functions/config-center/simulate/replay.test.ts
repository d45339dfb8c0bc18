// The replay against loads of which the truth is known: the truth lies within the stated bounds.
import { describe, expect, it } from 'vitest';
import { limitOf } from '../../../../../functions/config-center/simulate/limit.ts';
import { replay, type RuleReplayed } from '../../../../../functions/config-center/simulate/replay.ts';
import type { RuleDocument, ThrottleRule } from '../../../../../middleware/kernel/rules/document.ts';
import { seededRandom } from '../../../../../middleware/testing/random.ts';
import { FROM, recordOf, requestsOf, type Load, type Request, type Shape } from './load.ts';

const SHAPES: readonly Shape[] = ['even', 'random', 'bursts', 'waves'];
const SEEDS = 100;

const ruled = (throttles: RuleDocument['throttles']): RuleDocument => ({
  apiVersion: 'flyball/v1',
  service: 'orders',
  ...(throttles ? { throttles } : {}),
});

/** The product's own algorithm with the exact times, one bucket a key. */
function judgeOf(rule: ThrottleRule): (request: Request) => boolean {
  const limit = limitOf(rule, 1, FROM, FROM);
  const buckets = new Map<string, ReturnType<typeof limit.begin>>();
  return ({ at, key }) => {
    const name = rule.key ? key : '';
    let ask = buckets.get(name);
    if (!ask) buckets.set(name, (ask = limit.begin()));
    return ask(at, 1) === 1;
  };
}

function refusedOf(rule: ThrottleRule, requests: readonly Request[], counted: ReadonlySet<Request>): number {
  const admits = judgeOf(rule);
  return requests.filter((request) => !admits(request) && counted.has(request)).length;
}

interface Case {
  readonly load: Load;
  readonly now?: ThrottleRule;
  readonly draft: ThrottleRule;
  readonly steady: boolean;
  readonly sampleShare?: number;
}

function replayed({ load, now, draft, steady, sampleShare = 0 }: Case) {
  const requests = requestsOf(load);
  const admits = now && judgeOf(now);
  const { record, counted } = recordOf(load, requests, {
    ...(admits ? { admits } : {}),
    ...{ refusedBy: 'throttle/limit', sampleShare },
    ...(now?.key ? { keyedRule: 'limit' } : {}),
  });
  const scene = { record, current: ruled(now && { limit: now }), draft: ruled({ limit: draft }), steady };
  const [rule] = [...replay(scene)];
  if (!rule) throw new Error('no rule was replayed');
  return { rule, truth: refusedOf(draft, requests, counted), truthNow: now ? refusedOf(now, requests, counted) : 0 };
}

/** A rule that lets most, half or hardly any of the load through. */
function ruleFor(load: Load, random: () => number, key?: string[]): ThrottleRule {
  const share = key ? 4 / load.keys : 1;
  const perMinute = Math.max(2, Math.round(load.aMinute * share * (0.3 + 1.5 * random())));
  const kind = Math.floor(random() * 5);
  const rule: ThrottleRule =
    kind === 0
      ? { algorithm: 'fixed-window', limit: `${Math.max(1, Math.round(perMinute / 6))}/10s` }
      : kind === 1
        ? { algorithm: 'sliding-window', limit: `${perMinute}/min` }
        : { limit: `${perMinute}/min`, burst: Math.max(1, Math.round(perMinute * random())) };
  return key ? { ...rule, key } : rule;
}

function casesOf(key?: string[]): (Case & { readonly seed: number })[] {
  return Array.from({ length: SEEDS }, (_, seed) => {
    const random = seededRandom(1000 + seed);
    const load: Load = {
      ...{ seed, shape: SHAPES[seed % SHAPES.length] ?? 'random', minutes: 3 + Math.floor(random() * 4) },
      ...{ aMinute: 20 + Math.floor(random() * 200), keys: 2 + Math.floor(random() * 60) },
      usualMs: 20 + random() * 400,
    };
    const now = random() < 0.7 ? ruleFor(load, random, key) : undefined;
    const draft = now && random() < 0.4 ? { ...now, limit: changed(now.limit, random) } : ruleFor(load, random, key);
    return { seed, load, ...(now ? { now } : {}), draft, steady: random() < 0.8 };
  });
}

const changed = (limit: string, random: () => number) =>
  limit.replace(/^\d+/, (count) => String(Math.max(1, Math.round(Number(count) * (0.4 + 1.4 * random())))));

/** Seeds whose truth lies outside of what was said. */
function outside(cases: readonly (Case & { readonly seed: number })[]): object[] {
  return cases.flatMap((one) => {
    const { rule, truth } = replayed(one);
    const refused = rule.draft?.refused;
    if (!refused) return [];
    const fits = refused.low <= truth && truth <= refused.high;
    return fits ? [] : [{ seed: one.seed, truth, refused, case: one }];
  });
}

describe('a limit for everybody', () => {
  it(`has the truth within its bounds in all of ${SEEDS} loads, whatever their shape`, () => {
    expect(outside(casesOf())).toEqual([]);
  });

  it('counts what the rules in force refused instead of replaying it', () => {
    const load: Load = { seed: 3, shape: 'bursts', minutes: 5, aMinute: 300, keys: 3, usualMs: 30 };
    const now: ThrottleRule = { limit: '100/min', burst: 20 };
    const { rule, truthNow } = replayed({ load, now, draft: { limit: '200/min', burst: 40 }, steady: true });
    expect(rule.now).toMatchObject({ measured: true, refused: { low: truthNow, estimate: truthNow, high: truthNow } });
    expect(rule.difference.refused?.high).toBe(0);
  });
});

describe('a limit by key', () => {
  it(`has the truth within its bounds in all of ${SEEDS} loads when its keys were told of`, () => {
    expect(outside(casesOf(['client']))).toEqual([]);
  });

  it('has the truth within its bounds by samples alone in at least 99 % of loads', () => {
    const cases = casesOf(['client']).map(({ now: _now, ...one }) => ({ ...one, sampleShare: 0.2 }));
    expect(outside(cases).length).toBeLessThanOrEqual(SEEDS / 100);
  });

  it('cannot say of a header that was not recorded', () => {
    const load: Load = { seed: 5, shape: 'random', minutes: 4, aMinute: 100, keys: 3, usualMs: 30 };
    const { rule } = replayed({ load, draft: { limit: '10/min', key: ['header:x-tenant'] }, steady: true });
    expect(rule.draft?.refused).toMatchObject({ low: 0, estimate: null });
    expect(rule.draft?.cannotSay).toContainEqual(expect.stringContaining('header:x-tenant is not recorded'));
  });
});

describe('how far apart the bounds are', () => {
  const load: Load = { seed: 11, shape: 'even', minutes: 10, aMinute: 600, keys: 3, usualMs: 100 };

  it.each([
    { name: 'instances that cannot be faster rule out any refusal', draft: { limit: '200/s' }, most: 0 },
    { name: 'a limit above a minute’s requests refuses none', draft: { limit: '1k/min', burst: 2_000 }, most: 0 },
  ])('$name', ({ draft, most }) => {
    const { rule } = replayed({ load, draft, steady: true });
    expect(rule.draft?.refused?.high).toBe(most);
  });

  it('a limit of half the rate refuses nearly half at least', () => {
    const { rule, truth } = replayed({ load, draft: { limit: '5/s' }, steady: true });
    const { low = 0, estimate = 0 } = rule.draft?.refused ?? {};
    expect(low).toBeGreaterThan(truth * 0.8);
    expect(Math.abs((estimate ?? 0) - truth)).toBeLessThan(truth * 0.2);
  });

  it('says nothing can have changed of a rule that is the same', () => {
    const rule: RuleReplayed = replayed({ load, now: { limit: '5/s' }, draft: { limit: '5/s' }, steady: false }).rule;
    expect(rule).toMatchObject({ change: 'same', difference: { refused: { low: 0, estimate: 0, high: 0 } } });
  });
});

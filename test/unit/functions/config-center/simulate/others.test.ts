// Deadlines, limits of concurrency and breakers replayed: against loads of which the truth is known, and by hand.
import { describe, expect, it } from 'vitest';
import { replay } from '../../../../../functions/config-center/simulate/replay.ts';
import { summaryOf } from '../../../../../functions/config-center/simulate/summary.ts';
import { unsaidOf } from '../../../../../functions/config-center/simulate/unsaid.ts';
import type { RuleDocument } from '../../../../../middleware/kernel/rules/document.ts';
import { recordOf, requestsOf, type Load, type Request } from './load.ts';

const LOAD: Load = { seed: 1, shape: 'random', minutes: 5, aMinute: 240, keys: 3, usualMs: 200 };
const NOTHING: RuleDocument = { apiVersion: 'flyball/v1', service: 'orders' };
const match = { trigger: 'http' } as const;

function replayed(load: Load, draft: Partial<RuleDocument>, current: Partial<RuleDocument> = {}, steady = true) {
  const requests = requestsOf(load);
  const { record, counted } = recordOf(load, requests, { sampleShare: 0.5 });
  const scene = { record, current: { ...NOTHING, ...current }, draft: { ...NOTHING, ...draft }, steady };
  return { scene, requests, counted, rules: [...replay(scene)], record };
}

const only = ({ rules }: ReturnType<typeof replayed>) => {
  const [rule] = rules;
  if (!rule || rules.length > 1) throw new Error(`${rules.length} rules were replayed`);
  return rule;
};
const deadline = (timeout: string) => ({ resources: { 'create-order': { match, deadline: { timeout } } } });

describe('a deadline', () => {
  it.each(['100ms', '250ms', '700ms', '5s'])(
    'of %s cuts short as many as took longer, but for those of one bucket',
    (timeout) => {
      const made = replayed(LOAD, deadline(timeout));
      const ms = timeout === '5s' ? 5_000 : parseInt(timeout, 10);
      const truth = [...made.counted].filter((request) => request.ms > ms).length;
      const { low = -1, high = -1 } = only(made).draft?.exceeded ?? {};
      expect(low).toBeLessThanOrEqual(truth);
      expect(high).toBeGreaterThanOrEqual(truth);
      expect(high - low).toBeLessThan(made.counted.size / 10);
    },
  );

  it('that is longer than the one in force cannot say what requests that were stopped would have taken', () => {
    const rule = only(replayed(LOAD, deadline('400ms'), deadline('250ms')));
    expect(rule).toMatchObject({ change: 'changed', draft: { exceeded: { estimate: null } } });
    expect(rule.draft?.cannotSay).toEqual([expect.stringContaining('stopped at 250 ms')]);
  });

  it('that is gone cuts nothing short', () => {
    expect(only(replayed(LOAD, {}, deadline('100ms')))).toMatchObject({ change: 'removed', draft: undefined });
  });
});

describe('a limit of concurrency', () => {
  const limited = (limit: number) => ({ concurrency: { all: { limit } } });
  /** Refused when so many are under way. */
  function truthOf(requests: readonly Request[], counted: ReadonlySet<Request>, limit: number): number {
    let ends: number[] = [];
    return requests.filter((request) => {
      ends = ends.filter((end) => end > request.at);
      if (ends.length >= limit) return counted.has(request);
      ends.push(request.at + request.ms);
      return false;
    }).length;
  }

  it.each([1, 2, 3, 5, 50])('of %i has the truth within its bounds', (limit) => {
    const made = replayed({ ...LOAD, aMinute: 600 }, limited(limit));
    const truth = truthOf(made.requests, made.counted, limit);
    const { low = -1, high = -1 } = only(made).draft?.refused ?? {};
    expect(low).toBeLessThanOrEqual(truth);
    expect(high).toBeGreaterThanOrEqual(truth);
  });

  it('that all instances together do not reach refuses nothing', () => {
    expect(only(replayed(LOAD, limited(500))).draft?.refused).toEqual({ low: 0, estimate: 0, high: 0 });
  });

  it('of an instance refuses nothing: it serves one request at a time', () => {
    const made = replayed(LOAD, { concurrency: { all: { limit: 1, scope: 'instance' } } });
    expect(only(made).draft?.refused).toEqual({ low: 0, estimate: 0, high: 0 });
  });

  it('that sheds as it fills up cannot be said to, nor not to', () => {
    const shedding = { when: { concurrency: 'all', above: '80%' } };
    const { rules } = replayed(LOAD, { ...limited(2), shedding });
    expect(rules.find(({ kind }) => kind === 'shedding')?.draft).toMatchObject({ refused: null });
    const ample = replayed(LOAD, { ...limited(500), shedding }).rules;
    expect(ample.find(({ kind }) => kind === 'shedding')?.draft?.refused).toEqual({ low: 0, estimate: 0, high: 0 });
  });
});

describe('a breaker', () => {
  const guarded = { dependencies: { payments: { breaker: {} } } };

  it('of what never failed never opened', () => {
    const rule = only(replayed(LOAD, guarded));
    expect(rule).toMatchObject({ path: '/dependencies/payments/breaker', of: 'calls' });
    expect(rule.draft).toMatchObject({ opened: { low: 0, high: 0 }, refused: { high: 0 }, cannotSay: [] });
  });

  it('of what always failed opened at least once, and nobody knows what came of it', () => {
    const { draft } = only(replayed({ ...LOAD, failing: 1, aMinute: 1_200 }, guarded));
    expect(draft?.opened?.low).toBe(1);
    expect(draft?.openMs?.low).toBe(5_000);
    expect(draft?.refused?.estimate).toBeGreaterThan(1_000);
    expect(draft?.cannotSay).toContainEqual(expect.stringContaining('spared'));
  });

  it('of what failed now and then may have opened', () => {
    const { draft } = only(replayed({ ...LOAD, failing: 0.1 }, guarded));
    expect(draft).toMatchObject({ opened: { low: 0, estimate: 0 }, refused: { low: 0 } });
    expect(draft?.opened?.high).toBeGreaterThan(0);
  });

  it('of each key cannot be replayed once anything failed', () => {
    const keyed = { dependencies: { payments: { breaker: { key: ['client'] } } } };
    expect(only(replayed({ ...LOAD, failing: 0.1 }, keyed)).draft).toMatchObject({ opened: null, refused: null });
  });
});

describe('all rules together', () => {
  it('refuse a request once: at most all there were, at least what one of them refuses', () => {
    const made = replayed(LOAD, { throttles: { a: { limit: '1/min' }, b: { limit: '2/min' } } });
    const { draft, worse } = summaryOf(made.rules, made.counted.size, true);
    expect(draft?.high).toBe(made.counted.size);
    expect(draft?.low).toBe(Math.max(...made.rules.map((rule) => rule.draft?.refused?.low ?? 0)));
    expect(worse.map(({ path }) => path)).toEqual(['/throttles/a', '/throttles/b']);
  });

  it('of which one is in shadow refuse nothing by it, whatever it would have', () => {
    const made = replayed(LOAD, { throttles: { a: { limit: '1/min', mode: 'shadow' } } });
    expect(only(made).draft).toMatchObject({ shadow: true });
    expect(only(made).draft?.refused?.low).toBeGreaterThan(0);
    expect(summaryOf(made.rules, made.counted.size, true)).toMatchObject({ draft: { high: 0 }, worse: [] });
  });

  it('may be worse where requests can have come in bursts, and are not said to be', () => {
    const made = replayed(LOAD, { throttles: { a: { limit: '5/s' } } });
    const { worse, unclear } = summaryOf(made.rules, made.counted.size, true);
    expect(worse).toEqual([]);
    expect(unclear).toEqual([
      { path: '/throttles/a', reason: expect.stringMatching(/^up to \d+ % more of \d+ requests/) as string },
    ]);
  });

  it('are no worse for a limit that is raised', () => {
    const made = replayed(
      LOAD,
      { throttles: { a: { limit: '2/min' } } },
      { throttles: { a: { limit: '1/min' } } },
      false,
    );
    expect(only(made).difference.refused?.high).toBeLessThanOrEqual(0);
    expect(summaryOf(made.rules, made.counted.size, false).worse).toEqual([]);
  });
});

describe('what cannot be replayed', () => {
  it('is requests of a queue, which carry several messages', () => {
    const made = replayed(LOAD, {
      resources: { 'create-order': { match: { trigger: 'queue' } } },
      throttles: { a: { limit: '1/min' } },
    });
    expect(made.rules.find(({ path }) => path === '/throttles/a')?.draft).toMatchObject({ refused: null });
  });

  it.each([
    { name: 'whom access refuses', draft: { access: { allow: [{ ip: ['203.0.113.0/24'] }] } }, path: '/access' },
    {
      name: 'which requests another match takes',
      draft: { resources: { 'create-order': { match: { path: '/orders*' } } } },
      path: '/resources/create-order/match',
    },
    {
      name: 'what further attempts would have met',
      draft: { dependencies: { payments: { retry: { attempts: 3 } } } },
      path: '/dependencies/payments/retry',
    },
  ])('is $name', ({ draft, path }) => {
    const { scene } = replayed(LOAD, draft);
    expect(unsaidOf(scene)).toContainEqual(expect.objectContaining({ path }));
  });

  it('says nothing of what decides nothing', () => {
    const { scene } = replayed(LOAD, { owner: 'team-orders', tags: { tier: 'one' } });
    expect(unsaidOf(scene).filter(({ path }) => path !== '')).toEqual([]);
  });
});

// Which rules apply to a resource, and in which order they are asked.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ruleDocument, type ThrottleRule } from '../../../../middleware/kernel/rules/document.ts';
import { provideEverything } from '../../../../middleware/throttle/everything.ts';
import { compileThrottles } from '../../../../middleware/throttle/rule.ts';

provideEverything();

const compile = (throttles: Record<string, ThrottleRule>) =>
  compileThrottles({ apiVersion: 'flyball/v1', service: 'orders', throttles });
const names = (throttles: Record<string, ThrottleRule>, resource: string) =>
  compile(throttles)
    .of(resource)
    ?.enforced.map(({ name }) => name);

describe('applying', () => {
  const throttles: Record<string, ThrottleRule> = {
    everyone: { limit: '100/s' },
    create: { limit: '5/s', resources: ['create-order'] },
    off: { limit: '1/s', mode: 'disabled' },
    watched: { limit: '1/s', mode: 'shadow' },
  };
  it('a rule without resources applies everywhere, a disabled one nowhere', () => {
    expect(names(throttles, 'create-order')).toEqual(['everyone', 'create']);
    expect(names(throttles, 'default')).toEqual(['everyone']);
  });
  it('shadow rules are kept apart', () => {
    expect(
      compile(throttles)
        .of('default')
        ?.shadow.map(({ name }) => name),
    ).toEqual(['watched']);
  });
  it('nothing applies where no rule does', () => {
    expect(compile({ create: { limit: '5/s', resources: ['create-order'] } }).of('default')).toBeUndefined();
    expect(compile({}).of('default')).toBeUndefined();
  });
});

it('asks the narrowest key first, and memory before the store', () => {
  const order = names(
    {
      all: { limit: '1/s' },
      'all-here': { limit: '1/s', scope: 'instance' },
      caller: { limit: '1/s', key: ['ip'] },
      'caller-and-key': { limit: '1/s', key: ['ip', 'header:x-api-key'] },
    },
    'default',
  );
  expect(order).toEqual(['caller-and-key', 'caller', 'all-here', 'all']);
});

describe('generation', () => {
  const generation = (rule: ThrottleRule) => compile({ rule }).of('default')?.enforced[0]?.generation;
  it('changes with limit and burst', () => {
    const all = [{ limit: '5/s' }, { limit: '5/10s' }, { limit: '6/s' }, { limit: '5/s', burst: 9 }].map(generation);
    expect(new Set(all).size).toBe(4);
  });
  it('stays for the same limit written otherwise', () => {
    expect(generation({ limit: '1000/s' })).toBe(generation({ limit: '1k/s', burst: 1_000 }));
  });
});

describe('the schema and the compiler agree', () => {
  const accepted = (throttle: unknown) =>
    ruleDocument.safeParse({ apiVersion: 'flyball/v1', service: 'orders', throttles: { rule: throttle } });

  it.each([
    [{ limit: '1/d', burst: 1_000 }, 'throttles.rule.burst', /1000 days to refill/],
    [{ limit: '0.0001/d' }, 'throttles.rule.limit', /days to refill/],
    [{ limit: '2M/s' }, 'throttles.rule.limit', /more than 1M\/s/],
    [{ limit: '5 per second' }, 'throttles.rule.limit', /is not a rate/],
  ])('%j is refused with its path and the reason', (throttle, path, reason) => {
    const issues = accepted(throttle).error?.issues.map((issue) => [issue.path.join('.'), issue.message]) ?? [];
    expect(issues).toEqual([[path, expect.stringMatching(reason)]]);
  });

  it('whatever is accepted compiles', () => {
    const rules = fc.record(
      {
        limit: fc
          .tuple(
            fc.oneof(fc.integer({ min: 1, max: 9_999 }).map(String), fc.constantFrom('0.5', '0.001', '1.25')),
            fc.constantFrom('', 'k', 'M'),
            fc.constantFrom('s', '10s', 'min', 'h', '7d', '90d'),
          )
          .map(([tokens, unit, per]) => `${tokens}${unit}/${per}`),
        burst: fc.integer({ min: 1, max: 1_000_000_000 }),
      },
      { requiredKeys: ['limit'] },
    );
    fc.assert(
      fc.property(rules, (rule) => {
        const { success } = accepted(rule);
        if (success) expect(() => compile({ rule })).not.toThrow();
      }),
    );
  });
});

// Which rules apply to a resource, and in which order they are asked.
import { describe, expect, it } from 'vitest';
import type { ThrottleRule } from '../../../../middleware/kernel/rules/document.ts';
import { compileThrottles } from '../../../../middleware/throttle/rule.ts';

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

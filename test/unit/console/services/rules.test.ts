// Tests which rules are shown beside a resource, and that a throttle is added without touching what else a draft says.
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { applyingTo, written } from '../../../../console/screens/services/applying.ts';
import { isSame } from '../../../../console/screens/services/same.ts';
import { withThrottle } from '../../../../console/screens/services/draft-text.ts';

describe('the rules that hold for a resource', () => {
  const document = {
    apiVersion: 'flyball/v1',
    resources: { create: { match: { trigger: 'http' }, deadline: { timeout: '8s' } }, read: {} },
    throttles: { everyone: { limit: '100/s' }, creators: { limit: '10/s', resources: ['create'] } },
    shedding: { when: { above: '80%' } },
    dependencies: { payments: {} },
  };

  it('are its own, those that name it and those that name none', () => {
    expect(applyingTo(document, 'read').map(({ path }) => path)).toEqual([
      'resources.read',
      'throttles.everyone',
      'shedding',
    ]);
  });

  it('are all of them for the whole service', () => {
    expect(applyingTo(document, '').map(({ path }) => path)).toEqual([
      'resources.create',
      'resources.read',
      'throttles.everyone',
      'throttles.creators',
      'shedding',
    ]);
  });

  it('are written a line each', () => {
    expect(written({ match: { trigger: 'http' }, key: ['client', 'ip'], burst: 5, when: [{ a: 1 }] })).toBe(
      'match:\n  trigger: http\nkey: [client, ip]\nburst: 5\nwhen: [{"a":1}]',
    );
  });
});

describe('a throttle added to a draft', () => {
  const rule = { resources: ['create'], limit: '120/s' };

  it('stands first among the throttles; comments, order and everything else stay', () => {
    const text = [
      '# Ours.',
      'apiVersion: flyball/v1',
      'service: orders # the shop',
      'throttles: # few',
      '    # all of them',
      '    everyone: {limit: 100/s}',
      'dependencies:',
      '  payments:',
      '    attemptTimeout: 2s',
      '',
    ].join('\n');
    expect(withThrottle(text, 'create-at-most', { ...rule, mode: 'shadow' })).toBe(
      text.replace(
        'throttles: # few\n',
        'throttles: # few\n    create-at-most:\n      resources: [create]\n      limit: 120/s\n      mode: shadow\n',
      ),
    );
  });

  it.each([
    ['no throttles yet', 'apiVersion: flyball/v1\nservice: orders'],
    ['a section that is empty', 'apiVersion: flyball/v1\nthrottles:\nservice: orders\n'],
    ['a block of text that looks like one', 'about: |\n  throttles:\n    all: {}\nservice: orders\n'],
    ['JSON', '{"service": "orders", "throttles": {"all": {"limit": "1/s"}}}'],
    ['a mark at the beginning', '---\nservice: orders\n'],
    ['a resource of that name', 'resources:\n  throttles:\n    match: { trigger: http }\n'],
  ])('says what was said before, and the throttle: %s', (_, text) => {
    const before = parse(text) as { throttles?: object | null };
    const made = withThrottle(text, 'a', rule);
    expect(parse(made ?? '')).toEqual({ ...before, throttles: { ...before.throttles, a: rule } });
  });

  it.each([
    ['throttles within braces', 'throttles: { all: { limit: 1/s } }\n'],
    ['braces and comments', '{ service: orders } # ours'],
    ['several documents', 'service: orders\n---\nservice: payments\n'],
  ])('has no room in %s', (_, text) => {
    expect(withThrottle(text, 'a', rule)).toBeUndefined();
  });
});

describe('documents', () => {
  it('say the same in any order', () => {
    expect(isSame({ a: 1, b: [{ c: 2 }] }, { b: [{ c: 2 }], a: 1 })).toBe(true);
    expect(isSame({ a: 1 }, { a: 1, b: 2 })).toBe(false);
    expect(isSame({ b: [1, 2] }, { b: [2, 1] })).toBe(false);
    expect(isSame({ a: null }, { a: {} })).toBe(false);
  });
});

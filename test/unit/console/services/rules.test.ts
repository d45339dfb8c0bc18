// Tests which rules are shown beside a resource, and that a throttle is added without touching what else a draft says.
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { applyingTo, written } from '../../../../console/screens/services/applying.ts';
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

  it('leaves comments, order and everything else as they are', () => {
    const text = [
      '# Ours.',
      'apiVersion: flyball/v1',
      'service: orders # the shop',
      'throttles:',
      '  everyone: { limit: 100/s } # all of them',
      'dependencies:',
      '  payments:',
      '    attemptTimeout: 2s',
      '',
    ].join('\n');
    const made = withThrottle(text, 'create-at-most', rule);
    expect(made).toBe(
      [
        '# Ours.',
        'apiVersion: flyball/v1',
        'service: orders # the shop',
        'throttles:',
        '  everyone: { limit: 100/s } # all of them',
        '  create-at-most:',
        '    resources:',
        '      - create',
        '    limit: 120/s',
        'dependencies:',
        '  payments:',
        '    attemptTimeout: 2s',
        '',
      ].join('\n'),
    );
  });

  it('makes the section when there is none, and reads JSON too', () => {
    const made = withThrottle('{"apiVersion": "flyball/v1", "service": "orders"}', 'a', rule);
    expect(parse(made)).toEqual({ apiVersion: 'flyball/v1', service: 'orders', throttles: { a: rule } });
  });

  it('takes the place of no other of its name', () => {
    expect(() => withThrottle('throttles: { a: { limit: 1/s } }', 'a', rule)).toThrow(/"a" already/);
  });

  it('is refused for what is no rule document', () => {
    expect(() => withThrottle('- 1', 'a', rule)).toThrow(/no rule document/);
    expect(() => withThrottle('a: [', 'a', rule)).toThrow(/cannot be read/);
  });
});

// What a service lacks.
import { describe, expect, it } from 'vitest';
import { coverageOf } from '../../../../../functions/telemetry/coverage/missing.ts';
import type { Seen } from '../../../../../functions/telemetry/coverage/seen.ts';
import type { RuleDocument } from '../../../../../middleware/kernel/rules/document.ts';

const seen = (functions: string[], dependencies: string[] = []): Seen => ({
  functions: new Set(functions),
  dependencies: new Set(dependencies),
  sources: new Set(),
});
const rules = (rest: Partial<RuleDocument>) => ({
  revision: 3,
  document: { apiVersion: 'flyball/v1', service: 'orders', ...rest } as const,
});
const WHOLE: Partial<RuleDocument> = {
  owner: 'team-orders',
  dependencies: { payments: {} },
  jobs: { nightly: { schedule: 'rate(1 day)' } },
  slos: { available: { objective: '99.9%' } },
};

describe('a service', () => {
  it('that has all of it lacks nothing', () => {
    expect(coverageOf('orders', rules(WHOLE), seen(['flyball-prod-orders'], ['payments']))).toEqual({
      service: 'orders',
      revision: 3,
      owner: 'team-orders',
      missing: [],
      functions: ['flyball-prod-orders'],
      dependenciesWithoutRule: [],
      jobsWithoutOwner: [],
    });
  });

  it('that reports and has no rules lacks them, and they all are missed at once', () => {
    expect(coverageOf('orders', undefined, seen(['f'], ['payments', 'bank']))).toMatchObject({
      revision: null,
      owner: null,
      missing: ['rules'],
      dependenciesWithoutRule: ['bank', 'payments'],
    });
  });

  it('of which nothing can be read is said to lack nothing', () => {
    const none = { missing: [], functions: [], dependenciesWithoutRule: [], unreadable: true };
    expect(coverageOf('orders', 'unreadable', 'unreadable')).toMatchObject(none);
    expect(coverageOf('orders', rules(WHOLE), 'unreadable')).toMatchObject(none);
    expect(coverageOf('orders', 'unreadable', seen([], ['bank']))).toMatchObject({ ...none, missing: ['telemetry'] });
  });

  it.each([
    ['that nobody hears', WHOLE, seen([]), ['telemetry']],
    ['that names nobody, but for its jobs', { ...WHOLE, owner: undefined, jobs: {} }, seen(['f']), ['owner']],
    ['without objectives', { ...WHOLE, slos: {} }, seen(['f']), ['slos']],
    ['that calls what no rule is for', WHOLE, seen(['f'], ['payments', 'bank']), ['dependencies']],
    ['that calls more than has names of its own', WHOLE, seen(['f'], ['payments', 'other']), []],
    ['whose document is empty', {}, seen(['f']), ['owner', 'slos']],
  ])('%s', (_what, document, heard, missing) => {
    const { owner, ...rest } = document;
    const given = rules(owner === undefined ? rest : { owner, ...rest });
    expect(coverageOf('orders', given, heard).missing).toEqual(missing);
  });

  it('whose jobs name nobody lacks their owners; one that is named by itself does not', () => {
    const jobs = { named: { schedule: 'rate(1 day)', owner: 'me' }, nobodys: { schedule: 'rate(1 day)' } };
    const { missing, jobsWithoutOwner } = coverageOf('orders', rules({ jobs }), seen(['f']));
    expect(missing).toContain('jobs');
    expect(jobsWithoutOwner).toEqual(['nobodys']);
    expect(coverageOf('orders', rules({ jobs, owner: 'us' }), seen(['f'])).jobsWithoutOwner).toEqual([]);
  });

  it('whose rules cannot be read is not said to lack what they may have', () => {
    const unread = { revision: 9, document: undefined };
    expect(coverageOf('orders', unread, seen(['f'], ['bank']))).toMatchObject({
      revision: 9,
      missing: [],
      dependenciesWithoutRule: [],
    });
  });
});

import { describe, expect, it } from 'vitest';
import { diffDocuments } from '../../../../functions/api/document-diff.ts';

const base = {
  apiVersion: 'flyball/v1',
  service: 'orders',
  throttles: { everyone: { limit: '5/s', key: ['client'] } },
};

describe('a diff', () => {
  it('is empty between equal documents, whatever the order of their keys', () => {
    expect(diffDocuments(base, { throttles: base.throttles, service: 'orders', apiVersion: 'flyball/v1' })).toEqual([]);
  });

  it('tells rules that came and went by name', () => {
    const after = { ...base, throttles: { others: { limit: '1/s' } } };
    expect(diffDocuments(base, after)).toEqual([
      { path: '/throttles/everyone', change: 'removed', before: base.throttles.everyone },
      { path: '/throttles/others', change: 'added', after: { limit: '1/s' } },
    ]);
  });

  it('tells the fields of a rule that changed', () => {
    const after = { ...base, throttles: { everyone: { limit: '9/s', burst: 3, key: ['client'] } } };
    expect(diffDocuments(base, after)).toEqual([
      {
        path: '/throttles/everyone',
        change: 'changed',
        fields: [
          { path: '/throttles/everyone/burst', after: 3 },
          { path: '/throttles/everyone/limit', before: '5/s', after: '9/s' },
        ],
      },
    ]);
  });

  it('compares lists as a whole', () => {
    const after = { ...base, throttles: { everyone: { limit: '5/s', key: ['client', 'ip'] } } };
    expect(diffDocuments(base, after)).toMatchObject([
      { fields: [{ path: '/throttles/everyone/key', before: ['client'], after: ['client', 'ip'] }] },
    ]);
  });

  it('treats what has no rules beneath it as one', () => {
    expect(diffDocuments(base, { ...base, owner: 'team-orders' })).toEqual([
      { path: '/owner', change: 'added', after: 'team-orders' },
    ]);
  });

  it('calls everything new when there was nothing', () => {
    expect(diffDocuments({}, base).map(({ change }) => change)).toEqual(['added', 'added', 'added']);
  });

  it.each(['resources', 'throttles', 'concurrency', 'dependencies', 'jobs', 'faults', 'slos', 'guardrails'])(
    'names the rules of %s',
    (section) => {
      const change = {
        before: { [section]: { one: { a: 1 }, two: {} } },
        after: { [section]: { one: { a: 2 }, two: {} } },
      };
      expect(diffDocuments(change.before, change.after)).toEqual([
        { path: `/${section}/one`, change: 'changed', fields: [{ path: `/${section}/one/a`, before: 1, after: 2 }] },
      ]);
    },
  );

  it('tells a rule that has another name and is the same otherwise', () => {
    const { everyone } = base.throttles;
    expect(diffDocuments(base, { ...base, throttles: { all: everyone } })).toEqual([
      { path: '/throttles/all', change: 'renamed', from: '/throttles/everyone' },
    ]);
    expect(diffDocuments(base, { ...base, throttles: { all: everyone, more: everyone } })).toEqual([
      { path: '/throttles/all', change: 'renamed', from: '/throttles/everyone' },
      { path: '/throttles/more', change: 'added', after: everyone },
    ]);
  });

  it('takes the same words in another section for another rule', () => {
    const rule = { resources: ['pay'] };
    expect(diffDocuments({ throttles: { a: rule } }, { concurrency: { b: rule } }).map(({ change }) => change)).toEqual(
      ['added', 'removed'],
    );
  });
});

// The editor's small arts: merging, colours, indentation, writing values, and whom a change concerns.
import { describe, expect, it } from 'vitest';
import { faultsOf } from '../../../../console/screens/rules/text/faults.ts';
import { concernedBy } from '../../../../console/screens/rules/text/concerned.ts';
import { piecesOf } from '../../../../console/screens/rules/text/highlight.ts';
import { newLine, shift } from '../../../../console/screens/rules/text/keys.ts';
import { hunksOf, merged } from '../../../../console/screens/rules/text/merge.ts';
import { said } from '../../../../console/screens/rules/text/said.ts';

describe('two changes of one text', () => {
  const base = 'a: 1\nb: 2\nc: 3\nd: 4\ne: 5';

  it('are put together where they do not touch', () => {
    expect(merged(base, 'a: 9\nb: 2\nc: 3\nd: 4\ne: 5', 'a: 1\nb: 2\nc: 3\nd: 4\ne: 5\nf: 6')).toBe(
      'a: 9\nb: 2\nc: 3\nd: 4\ne: 5\nf: 6',
    );
    expect(merged(base, 'b: 2\nc: 3\nd: 4\ne: 5', 'a: 1\nb: 2\nc: 3\nx: 0\nd: 4\ne: 8')).toBe(
      'b: 2\nc: 3\nx: 0\nd: 4\ne: 8',
    );
  });

  it('are one where both made the same', () => {
    expect(merged(base, 'a: 9\nb: 2\nc: 3\nd: 4\ne: 5', 'a: 9\nb: 2\nc: 3\nd: 4\ne: 7')).toBe(
      'a: 9\nb: 2\nc: 3\nd: 4\ne: 7',
    );
  });

  it('are left to their authors where both changed the same lines, or lines side by side', () => {
    expect(merged(base, 'a: 8\nb: 2\nc: 3\nd: 4\ne: 5', 'a: 9\nb: 2\nc: 3\nd: 4\ne: 5')).toBeUndefined();
    expect(merged(base, 'a: 8\nb: 2\nc: 3\nd: 4\ne: 5', 'a: 1\nb: 7\nc: 3\nd: 4\ne: 5')).toBeUndefined();
  });

  it('finds the smallest changes', () => {
    expect(hunksOf(['a', 'b', 'c', 'd'], ['a', 'x', 'c', 'd', 'e'])).toEqual([
      { from: 1, to: 2, lines: ['x'] },
      { from: 4, to: 4, lines: ['e'] },
    ]);
    expect(hunksOf(['a'], ['a'])).toEqual([]);
  });
});

describe('a coloured line', () => {
  it.each([
    'throttles:',
    '  everyone: { limit: 100/s, burst: 200 } # all',
    "- \"a b\": [x, 'it''s', true]",
    'path: /orders/{id}#x',
    '"open',
    '\tx:\ty ',
    '',
  ])('%j is the line itself', (line) => {
    expect(
      piecesOf(line)
        .map(([, text]) => text)
        .join(''),
    ).toBe(line);
  });

  it('tells keys, numbers, words, texts and notes apart', () => {
    const kinds = piecesOf('a-b: { c: 100/s, d: true, e: "f" } # g: 1').filter(
      ([kind]) => kind !== 'plain' && kind !== 'mark',
    );
    expect(kinds).toEqual([
      ['key', 'a-b'],
      ['key', 'c'],
      ['number', '100/s'],
      ['key', 'd'],
      ['word', 'true'],
      ['key', 'e'],
      ['text', '"f"'],
      ['note', '# g: 1'],
    ]);
    expect(piecesOf('  b: 1', true)).toEqual([['text', '  b: 1']]);
  });
});

describe('editing keys', () => {
  it('begin a line as deep as the one before, and deeper behind a key', () => {
    expect(newLine('a:\n  b: 1', 9, 9).insert).toBe('\n  ');
    expect(newLine('a:\n  b:', 7, 7).insert).toBe('\n    ');
    expect(newLine('  b: | # text', 6, 6).insert).toBe('\n    ');
  });

  it('move lines in and out, and keep them selected', () => {
    expect(shift('a\nb\n\nc', 0, 4, 'in')).toEqual({ from: 0, to: 4, insert: '  a\n  b\n', selection: [2, 8] });
    expect(shift('  a\n b', 3, 6, 'out')).toEqual({ from: 0, to: 6, insert: 'a\nb', selection: [1, 3] });
  });
});

describe('a value', () => {
  it.each([
    ['100/s', '100/s'],
    ['5', '"5"'],
    ['true', '"true"'],
    ['business:NO', 'business:NO'],
    ['*', '"*"'],
    ['a: b', '"a: b"'],
    [5, '5'],
    [['a', 'b'], '[a, b]'],
    [{}, '{}'],
    [{ status: 202, body: { queued: true } }, '{ status: 202, body: { queued: true } }'],
  ])('%j is written %s', (value, text) => {
    expect(said(value)).toBe(text);
  });

  it('goes over lines where it is long', () => {
    const long = {
      match: { trigger: 'http', method: 'POST', path: '/orders/of/a/long/name/that/goes/on' },
      tags: ['a'],
    };
    expect(said({ deadline: { timeout: '5s' }, ...long })).toBe(
      'deadline: { timeout: 5s }\nmatch:\n  trigger: http\n  method: POST\n  path: /orders/of/a/long/name/that/goes/on\ntags: [a]',
    );
  });
});

describe('whom a change concerns', () => {
  const document = { throttles: { all: { limit: '1/s' }, some: { limit: '1/s', resources: ['read'] } } };
  const changed = (path: string) => ({ path, change: 'changed' as const, fields: [] });

  it('is what a rule names, or everything where it names nothing', () => {
    expect(concernedBy([changed('/throttles/some')], document)).toEqual({
      resources: ['read'],
      dependencies: [],
      jobs: [],
    });
    expect(concernedBy([changed('/throttles/all')], document).resources).toBe('all');
    expect(
      concernedBy([changed('/resources/read'), changed('/dependencies/pay'), changed('/jobs/nightly')], document),
    ).toEqual({
      resources: ['read'],
      dependencies: ['pay'],
      jobs: ['nightly'],
    });
  });

  it('is what a rule named before, too', () => {
    const fields = [{ path: '/throttles/some/resources', before: ['write'], after: ['read'] }];
    expect(concernedBy([{ path: '/throttles/some', change: 'changed', fields }], document).resources).toEqual([
      'read',
      'write',
    ]);
    const gone = { path: '/throttles/old', change: 'removed' as const, before: { resources: ['write'] } };
    expect(concernedBy([gone], document).resources).toEqual(['write']);
  });

  it('is nobody where an owner changes', () => {
    expect(concernedBy([changed('/owner')], document)).toEqual({ resources: [], dependencies: [], jobs: [] });
  });
});

describe('what the API says of a text', () => {
  it('stands at the line it is about, also where the text is no YAML', () => {
    const text = 'throttles:\n  a:\n    limit: fast\n';
    expect(faultsOf(text, [{ path: '/throttles/a/limit', reason: 'no rate' }], 'bad')[0]?.line).toBe(2);
    expect(faultsOf(text, [{ path: '/throttles/a/burst', reason: 'is required' }], 'bad')[0]?.line).toBe(1);
    expect(faultsOf(text, [{ path: '', reason: 'not YAML: no at line 3, column 5' }], 'bad')[0]?.line).toBe(2);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readJson } from '../../../../functions/api/json-text.ts';
import { unsafeParts } from '../../../../functions/api/plain.ts';
import { readYaml } from '../../../../functions/api/yaml-text.ts';

const errorsOf = (read: ReturnType<typeof readJson>) => (read.ok ? [] : read.errors);

describe('JSON text', () => {
  it('reads what JSON.parse reads, and tells no repeated key where there is none', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(4), (value, indent) => {
        expect(readJson(JSON.stringify(value, null, indent), 1000)).toEqual({
          ok: true,
          value: JSON.parse(JSON.stringify(value)) as unknown,
        });
      }),
    );
  });

  it.each([
    ['{"a":1,"a":2}', ['/a']],
    ['{"a":{"b":1,"c":[{"d":1,"d":2}]},"e":1}', ['/a/c/0/d']],
    ['{"a":[1,[],{"x":"{\\"y\\":1","x":1}]}', ['/a/2/x']],
    ['{"a":1,"\\u0061":2}', ['/a']],
    ['[{"a":1},{"a":1}]', []],
    ['{"a":{"a":{"a":"a"}}}', []],
  ])('finds the repeated keys of %s at %o', (text, paths) => {
    expect(errorsOf(readJson(text, 32)).map(({ path }) => path)).toEqual(paths);
  });

  it('refuses nesting beyond the limit', () => {
    expect(errorsOf(readJson('['.repeat(100_000) + ']'.repeat(100_000), 32))).toEqual([
      { path: '/0/0/0/0/0/0/0/0', reason: 'nested deeper than 32 levels' },
    ]);
  });

  it('names the first hundred of any number of repeated keys, however long their path', () => {
    const text = `{"${'k'.repeat(20_000)}":{${'"a":1,'.repeat(2_000)}"a":1}}`;
    const errors = errorsOf(readJson(text, 32));
    expect(errors).toHaveLength(100);
    expect(errors[0]?.path).toBe(`/${'k'.repeat(128)}…/a`);
  });

  it('says what is not JSON', () => {
    expect(errorsOf(readJson('{a: 1}', 32))[0]?.reason).toMatch(/^not JSON: /);
  });
});

describe('YAML text', () => {
  it('reads the 1.2 core schema: yes, no, on and off are texts', () => {
    expect(readYaml('a: yes\nb: off\nc: 0o17\nd: ~\ne: 1.5\nf: true', 32)).toEqual({
      ok: true,
      value: { a: 'yes', b: 'off', c: 15, d: null, e: 1.5, f: true },
    });
  });

  it.each([
    ['a repeated key', 'throttles:\n  a: 1\n  a: 2\n', '/throttles/a', 'twice'],
    ['several documents', 'a: 1\n---\nb: 2\n', '', 'not YAML'],
    ['a tag that makes no JSON', 'a: !!binary aGk=', '/a', 'tag'],
    ['an unknown tag', 'a: !secret x', '', 'not YAML'],
    ['a key that is a list', '? [a]\n: b', '', 'not YAML'],
    ['bad indentation', 'a:\n  b: 1\n c: 2', '', 'line 3'],
    ['deep nesting', '- '.repeat(60) + 'x', '/0/0/0/0/0/0/0/0', 'deeper'],
    ['nesting without end', '['.repeat(50_000), '', 'nested deeper than 32 levels'],
    ['lists in lists without end', '- '.repeat(50_000), '', 'line 1 begins beyond column 256'],
    ['maps in maps on one line without end', 'a: '.repeat(20_000), '', 'not YAML'],
    ['keys of keys without end', '? '.repeat(50_000), '', 'line 1 begins beyond column 256'],
    ['nesting hidden behind quoted brackets', "[']',".repeat(40_000), '', 'nested deeper than 32 levels'],
    ['an alias without an anchor', 'a: *nowhere', '', 'alias'],
  ])('refuses %s', (_what, text, path, reason) => {
    const [error] = errorsOf(readYaml(text, 32));
    expect(error?.path).toBe(path);
    expect(error?.reason).toContain(reason);
  });

  it('refuses aliases that multiply', () => {
    const levels = ['a: &a [x, x, x, x, x, x, x, x, x, x]'];
    for (const [name, of] of [
      ['b', 'a'],
      ['c', 'b'],
      ['d', 'c'],
      ['e', 'd'],
    ]) {
      levels.push(`${name}: &${name} [${Array(10).fill(`*${of}`).join(', ')}]`);
    }
    expect(errorsOf(readYaml(levels.join('\n'), 32))[0]?.reason).toContain('aliases');
  });

  it('lets a few aliases stand for what they name', () => {
    expect(readYaml('a: &limit 5/s\nb: *limit', 32)).toEqual({ ok: true, value: { a: '5/s', b: '5/s' } });
  });

  it.each([
    ['brackets in quotes', `a: "${'['.repeat(100)}"`],
    ['brackets in a block of text', `a: |\n  ${'[\n  '.repeat(100)}`],
    ['brackets in a comment', `a: 1 # ${'['.repeat(100)}`],
    ['lists beside each other', `a:\n${'- [[]]\n'.repeat(1000)}`],
    ['blanks', `${' '.repeat(1000)}\na: 1`],
  ])('takes no %s for nesting', (_what, text) => {
    expect(readYaml(text, 32).ok).toBe(true);
  });

  it.each([
    ['repeated keys', `{${'"a":1,'.repeat(10_000)}"a":1}`],
    ['errors of form', `[${','.repeat(10_000)}]`],
    ['tags', 'a: !x b\n'.repeat(10_000)],
  ])('names the first hundred of any number of %s', (_what, text) => {
    expect(errorsOf(readYaml(text, 32))).toHaveLength(100);
  });

  it('finds errors in a long line without quoting it for each', () => {
    const [error, ...others] = errorsOf(readYaml(`"${'\\q'.repeat(20_000)}"`, 32));
    expect(error).toEqual({ path: '', reason: 'not YAML: Invalid escape sequence \\q at line 1, column 2' });
    expect(others).toHaveLength(99);
  });

  it.each([
    ['a list of many', '- a\n'.repeat(60_000)],
    ['many in brackets', `[${'a,'.repeat(120_000)}a]`],
    ['many that name one', `a: &a x\nb: [${'*a,'.repeat(90_000)}*a]`],
  ])('does not begin to parse %s: a quarter of a megabyte would take a second', (_what, text) => {
    expect(errorsOf(readYaml(text, 32))).toEqual([
      { path: '', reason: 'more than 160000 names, values and marks in YAML: send so much as JSON, or in parts' },
    ]);
  });

  it.each([
    [
      'a rule document of the largest size, written densely',
      `throttles:\n${Array.from({ length: 2_600 }, (_, i) => `  limit-${i}: { key: [client], limit: 100/s, overrides: [{ match: { client: gold }, limit: 1k/s }] }\n`).join('')}`,
    ],
    ['ten thousand keys', Array.from({ length: 10_000 }, (_, i) => `key-${i}: a value`).join('\n')],
    ['a quarter of a megabyte of text', `a: |\n${'  a line of text that goes on for a while\n'.repeat(6_000)}`],
  ])('takes %s', (_what, text) => {
    expect(readYaml(text, 32).ok).toBe(true);
  });

  it('says where the second of several documents begins', () => {
    expect(errorsOf(readYaml('a: 1\n---\nb: 2\n', 32))).toEqual([
      { path: '', reason: 'not YAML: more than one document at line 2, column 1' },
    ]);
  });

  it('looks for repeated keys in time that grows with the document', () => {
    const text = Array.from({ length: 10_000 }, (_, i) => `k${i}: v`).join('\n');
    expect(readYaml(text, 32).ok).toBe(true);
  });
});

describe('what may come in', () => {
  it.each(['__proto__', 'constructor', 'prototype'])('is never called %s', (name) => {
    const value = JSON.parse(`{"a":[{"${name}":{"polluted":true}}]}`) as unknown;
    expect(unsafeParts(value)).toEqual([{ path: `/a/0/${name}`, reason: 'this name cannot be used' }]);
  });

  it('has no key longer than 256 characters', () => {
    const [longest, tooLong] = ['k'.repeat(256), 'k'.repeat(257)];
    expect(unsafeParts({ [longest]: 1 })).toEqual([]);
    expect(unsafeParts({ a: { [tooLong]: 1 } })).toEqual([
      { path: `/a/${'k'.repeat(128)}…`, reason: 'this name has 257 characters; at most 256 are taken' },
    ]);
  });

  it('is told the first hundred parts that must not', () => {
    expect(unsafeParts(Array(1000).fill(JSON.parse('{"__proto__":1}')))).toHaveLength(100);
  });

  it('is not circular', () => {
    const read = readYaml('a: &a [*a]', 32);
    expect(read.ok && unsafeParts(read.value)).toEqual([
      { path: '/a/0/0/0/0/0/0/0', reason: 'nested deeper than 32 levels' },
    ]);
  });

  it('has a bounded number of values', () => {
    expect(unsafeParts(Array(200_000).fill(0))).toEqual([{ path: '', reason: 'more than 100000 values' }]);
  });
});

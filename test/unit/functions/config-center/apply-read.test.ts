import { describe, expect, it } from 'vitest';
import type { ApiRequest } from '../../../../functions/api/index.ts';
import { bundleOf, MOST_BYTES } from '../../../../functions/config-center/apply-read.ts';
import { leastCpuMs } from '../../../support/cpu.ts';

/** A bundle in YAML, sent by somebody who may. */
function sent(text: string): ApiRequest {
  return {
    ...{ id: 'r-1', method: 'POST', path: '/v1/apply', params: {}, query: new URLSearchParams(), rawQuery: '' },
    headers: new Map(),
    body: { text, base64: false, contentType: 'application/yaml' },
    ...{ address: '', at: 0, caller: { name: 'ed', identity: 'key:0', role: 'editor' } },
  };
}

const sources = (text: string) => bundleOf(sent(text)).map(({ source }) => source);

describe('a bundle', () => {
  it.each<[string, string, string[]]>([
    ['two documents', 'a: 1\n---\nb: 2\n', ['a: 1\n', 'b: 2\n']],
    ['a document set in by spaces', '---\n  a: 1\n', ['  a: 1\n']],
    ['words on the line of the marker', '--- \ta: 1\n', ['a: 1\n']],
    [
      'comments before a document',
      '# whose it is\n---\n\n  # and why\n---\na: 1\n',
      ['# whose it is\n\n  # and why\na: 1\n'],
    ],
    ['nothing but blank lines at its end', 'a: 1\n---\n\n \t\r\n\u2028\n', ['a: 1\n']],
    ['lines that end as on a Mac of old', 'a: 1\r\r  # so\r', ['a: 1\r\r  # so\r']],
  ])('with %s is taken apart', (_what, text, parts) => {
    expect(sources(text)).toEqual(parts);
  });

  it.each([
    ['but comments', '# one\n  # two\n---\n#\n'],
    ['at all', '\n \n'],
  ])('with nothing %s has no document', (_what, text) => {
    expect(() => sources(text)).toThrow('There is no document in the body');
  });

  it.each([
    ['line feeds', '\n'],
    ['carriage returns', '\r'],
    ['separators of lines', '\u2028'],
    ['blank lines with a space', ' \n'],
  ])('of nothing but %s, as long as is taken, is looked through once', (_what, unit) => {
    const text = unit.repeat(MOST_BYTES / Buffer.byteLength(unit) - 1);
    expect(leastCpuMs(() => expect(() => sources(text)).toThrow('There is no document'), 1)).toBeLessThan(5000);
  });

  it('with a document before its blank lines is looked through once as well', () => {
    const text = `a: 1\n${'\n'.repeat(60_000)}---\n${'\n'.repeat(60_000)}`;
    expect(leastCpuMs(() => expect(sources(text)).toHaveLength(1), 1)).toBeLessThan(5000);
  });
});

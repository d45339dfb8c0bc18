import { createElement, options } from 'preact';
import { afterEach, describe, expect, it } from 'vitest';
import { printable as printableOnTerminals } from '../../../../cli/printable.ts';
import { printable, printTexts } from '../../../../console/text/printable.ts';

/** What a name may hold that moves what stands beside it. */
const OBEYED = [
  '\u202a',
  '\u202e',
  '\u2066',
  '\u2068',
  '\u2069',
  '\u200e',
  '\u200f',
  '\u061c',
  '\u0007',
  '\u009b',
  '\u2028',
];

describe('what others wrote', () => {
  it.each(OBEYED)('%j is written as on a terminal', (char) => {
    const text = `a${char}b`;
    expect(printable(text)).toBe(printableOnTerminals(text));
    expect(printable(text)).not.toContain(char);
  });

  it.each(['größer, 日本語，עברית, العربية', 'emoji 👩‍🚒', 'two\n\tlines\r\n'])('%j stays as it is', (text) => {
    expect(printable(text)).toBe(text);
  });
});

describe('texts of the page', () => {
  afterEach(() => void Object.assign(options, { vnode: undefined }));

  it('are printed when they become nodes; attributes that are sent back stay', () => {
    printTexts();
    const text = { type: null, props: 'until \u202e10:27' };
    options.vnode?.(text as never);
    expect(text.props).toBe('until \\u202e10:27');
    const field = createElement('input', { value: '\u202e' });
    expect(field.props).toMatchObject({ value: '\u202e' });
  });
});

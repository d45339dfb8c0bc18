import { describe, expect, it } from 'vitest';
import { printable } from '../../../cli/printable.ts';

describe('text of others', () => {
  it.each([
    ['plain text, größer, 日本, 🍎', 'plain text, größer, 日本, 🍎'],
    ['\u001b[2J', '\\u001b[2J'],
    ['a\n::error::pwned', 'a\\u000a::error::pwned'],
    ['\r\u0007\u009b', '\\u000d\\u0007\\u009b'],
    ['\u2028\u202e\u2066', '\\u2028\\u202e\\u2066'],
  ])('%j is printed as %s', (text, expected) => {
    expect(printable(text)).toBe(expected);
  });

  it('stays the same JSON', () => {
    const value = { text: 'a\u001b\u009b\u2028\n' };
    expect(JSON.parse(printable(JSON.stringify(value)))).toEqual(value);
  });
});

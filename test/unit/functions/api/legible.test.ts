// Names and sentences of people, as others are to read them.
import { describe, expect, it } from 'vitest';
import { wrongWithName, wrongWithProse } from '../../../../functions/api/legible.ts';

describe('a name', () => {
  it.each([
    'team-orders',
    'Müller & Söhne',
    '订单组',
    'a',
    '4711',
    '👩\u200d💻',
    '❤\ufe0f',
    '🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}',
  ])('is fine where all of it is seen: %s', (name) => {
    expect(wrongWithName(name)).toBeUndefined();
  });

  it.each(['', '   ', '\u00a0', '\u3000', '\u200b\u200b', '\u2060', '\ufe0f', '\u3164', '\u115f', '\u2800', '\u034f'])(
    'is none where nothing of it is seen: %j',
    (name) => {
      expect(wrongWithName(name)).toBe('has no character that is seen');
    },
  );

  it.each([
    ['a\u0000b', 'U+0000'],
    ['a\u001b[31m', 'U+001B'],
    ['a\r\nb', 'U+000D'],
    ['a\u0085b', 'U+0085'],
    ['a\u2028b', 'U+2028'],
    ['a\u200bb', 'U+200B'],
    ['team\u200dorders', 'U+200D'],
    ['a\u202eb', 'U+202E'],
    ['a\u2066b', 'U+2066'],
    ['a\ufeffb', 'U+FEFF'],
    ['a\u{e0061}b', 'U+E0061'],
    ['a\ud800', 'U+D800'],
  ])('is told which character nobody sees: %j, %s', (name, code) => {
    expect(wrongWithName(name)).toBe(`has ${code} in it, which nobody sees; leave it out`);
  });
});

describe('a sentence', () => {
  it.each([
    ['on it \u202enimda', 'U+202E'],
    ['on it \u2067x', 'U+2067'],
    ['a\u0007', 'U+0007'],
    ['half \udc00', 'U+DC00'],
  ])('is told which character bends what stands beside it: %j, %s', (text, code) => {
    expect(wrongWithProse(text)).toBe(`has ${code} in it, which bends what stands beside it; leave it out`);
  });
});

import { describe, expect, it } from 'vitest';
import { isPlain, KeptAnswers } from '../../../../middleware/fallback/kept.ts';

describe('kept answers', () => {
  it('are copies, whatever becomes of what was kept or found', () => {
    const kept = new KeptAnswers();
    const value = { items: ['a'], at: new Date(0), bytes: new Uint8Array([1]) };
    kept.keep('key', value, 1_000);
    value.items.push('b');
    const found = kept.find('key', 5_000, 2_000);
    expect(found).toEqual({ value: { items: ['a'], at: new Date(0), bytes: new Uint8Array([1]) }, keptAtMs: 1_000 });
    (found?.value as { items: string[] }).items.push('c');
    expect(kept.find('key', 5_000, 2_000)?.value).toMatchObject({ items: ['a'] });
  });

  it('are found up to their age', () => {
    const kept = new KeptAnswers();
    kept.keep('key', 1, 1_000);
    expect(kept.find('key', 500, 1_500)?.value).toBe(1);
    expect(kept.find('key', 500, 1_501)).toBeUndefined();
    expect(kept.find('other', 500, 1_000)).toBeUndefined();
  });

  it('are at most 500, the longest unused going first', () => {
    const kept = new KeptAnswers();
    for (let i = 0; i < 500; i++) kept.keep(`key-${i}`, i, 0);
    kept.find('key-0', 1_000, 0);
    kept.keep('one-more', 'x', 0);
    expect(kept.size).toBe(500);
    expect(kept.find('key-0', 1_000, 0)?.value).toBe(0);
    expect(kept.find('key-1', 1_000, 0)).toBeUndefined();
  });

  it('take at most 4 MB, none of them more than 128 KB', () => {
    const kept = new KeptAnswers();
    for (let i = 0; i < 100; i++) kept.keep(`key-${i}`, 'x'.repeat(100_000), 0);
    expect(kept.bytes).toBeLessThanOrEqual(4 * 1024 * 1024);
    expect(kept.size).toBe(41);
    kept.keep('large', 'x'.repeat(200_000), 0);
    expect(kept.find('large', 1_000, 0)).toBeUndefined();
  });

  it('forget the older answer when the newer one cannot be kept', () => {
    const kept = new KeptAnswers();
    kept.keep('key', 1, 0);
    kept.keep('key', new ReadableStream(), 0);
    expect(kept.find('key', 1_000, 0)).toBeUndefined();
    expect([kept.size, kept.bytes]).toEqual([0, 0]);
  });

  it.each([
    ['a stream', new ReadableStream(), false],
    ['an instance of a class', new URL('https://x.example'), false],
    ['a function within', { a: [() => 1] }, false],
    ['a form, whose fields nobody sees', new URLSearchParams('a=1'), false],
    ['JSON', { a: [1, 'b', null, true] }, true],
    ['undefined', undefined, true],
    ['bytes', Buffer.from('x'), true],
    ['a map and a set', { m: new Map([['a', new Set([1])]]) }, true],
  ])('of %s are as good as it: %s', (_what, value, plain) => {
    expect(isPlain(value)).toBe(plain);
  });

  it('of what contains itself are none', () => {
    const round: Record<string, unknown> = {};
    round['round'] = round;
    expect(isPlain(round)).toBe(false);
  });
});

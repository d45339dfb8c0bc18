// Makes text of unknown origin fit for one line, and short enough: whole characters alone are left out, and it is said.

const LEFT_OUT = '…';

/** Controls, separators of lines, and what turns the direction of writing: it could make a line read as something else. */
const UNSEEN = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]+/gu;

/** One line of it, without what cannot be seen. */
export function oneLine(text: string): string {
  return text.toWellFormed().replace(UNSEEN, ' ').trim();
}

export function bytesIn(text: string): number {
  return Buffer.byteLength(text);
}

/** At most `limit` bytes of UTF-8, ending in `…` when something was left out. */
export function cutToBytes(text: string, limit: number): string {
  return cutTo(text, limit, bytesIn);
}

/** At most `limit` UTF-16 units, as most services count characters. */
export function cutToLength(text: string, limit: number): string {
  return cutTo(text, limit, (part) => part.length);
}

const characters = new Intl.Segmenter('en', { granularity: 'grapheme' });

function cutTo(text: string, limit: number, sizeOf: (part: string) => number): string {
  // Each unit takes a byte at least, so what is beyond this is left out in any case.
  const start = text.length > limit ? text.slice(0, limit).toWellFormed() : text;
  if (start === text && sizeOf(text) <= limit) return text;
  const room = limit - sizeOf(LEFT_OUT);
  let kept = '';
  let size = 0;
  for (const { segment } of characters.segment(start)) {
    size += sizeOf(segment);
    if (size > room) break;
    kept += segment;
  }
  return room < 0 ? '' : kept.trimEnd() + LEFT_OUT;
}

// The names of uploads and their thumbnails.
import { describe, expect, it } from 'vitest';
import { keyOf, thumbnailKey } from '../../../../../functions/examples/thumbnails/keys.ts';
import { s3 } from '../../../../support/events.ts';

describe('an upload', () => {
  it.each([
    ['uploads/cat.png', 'thumbnails/cat.png'],
    ['uploads/été in Zürich 夏 +1&2%.png', 'thumbnails/été in Zürich 夏 +1&2%.png'],
    ['uploads/a/b/c.png', 'thumbnails/a/b/c.png'],
    ['uploads/uploads/cat.png', 'thumbnails/uploads/cat.png'],
  ])('%s, as an event tells of it, has its thumbnail at %s', (key, expected) => {
    const told = s3(key).Records[0]?.s3.object.key ?? '';
    expect(keyOf(told)).toBe(key);
    expect(thumbnailKey(keyOf(told))).toBe(expected);
  });

  it.each(['thumbnails/cat.png', 'uploads/', 'uploads/folder/', 'cat.png'])('%s is none', (key) => {
    expect(thumbnailKey(key)).toBeUndefined();
  });
});

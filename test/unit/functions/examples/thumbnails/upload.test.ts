// Which object an S3 event speaks of, and where its thumbnail belongs.
import { describe, expect, it } from 'vitest';
import { uploadOf } from '../../../../../functions/examples/thumbnails/upload.ts';
import { s3 } from '../../../../support/events.ts';

const record = (key: string) => {
  const [first] = s3(key, 'pictures').Records;
  if (!first) throw new Error('the event has no record');
  return first;
};

describe('an upload', () => {
  it.each([
    ['uploads/cat.png', 'thumbnails/cat.png'],
    ['uploads/été in Zürich 夏 +1&2%.png', 'thumbnails/été in Zürich 夏 +1&2%.png'],
    ['uploads/a/b/c.png', 'thumbnails/a/b/c.png'],
    ['uploads/uploads/cat.png', 'thumbnails/uploads/cat.png'],
  ])('%s has its thumbnail at %s', (key, thumbnailKey) => {
    expect(uploadOf(record(key))).toEqual({ bucket: 'pictures', key, thumbnailKey });
  });

  it.each(['thumbnails/cat.png', 'uploads/', 'uploads/folder/', 'cat.png'])('%s is none', (key) => {
    expect(uploadOf(record(key))).toBeUndefined();
  });
});

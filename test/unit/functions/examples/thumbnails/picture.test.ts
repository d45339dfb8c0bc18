// What becomes of a picture on its way to a thumbnail.
import { Jimp } from 'jimp';
import { describe, expect, it } from 'vitest';
import { NotAPicture, thumbnailOf } from '../../../../../functions/examples/thumbnails/picture.ts';

const picture = (width: number, height: number, mime: 'image/png' | 'image/jpeg' = 'image/png') =>
  new Jimp({ width, height, color: 0x3366ccff }).getBuffer(mime);

describe('a thumbnail', () => {
  it.each([
    [640, 480, 256, 192],
    [480, 640, 192, 256],
    [300, 300, 256, 256],
    [100, 50, 100, 50],
  ])('of %d×%d pixels has %d×%d', async (width, height, smallWidth, smallHeight) => {
    const { bytes } = await thumbnailOf(await picture(width, height));
    const small = await Jimp.fromBuffer(bytes);
    expect([small.width, small.height]).toEqual([smallWidth, smallHeight]);
  });

  it.each(['image/png', 'image/jpeg'] as const)('of %s stays %s', async (mime) => {
    const { contentType } = await thumbnailOf(await picture(300, 300, mime));
    expect(contentType).toBe(mime);
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['text', Buffer.from('not a picture')],
    ['half a picture', Buffer.from('89504e470d0a1a0a0000', 'hex')],
  ])('of %s is refused with a reason', async (_, bytes) => {
    await expect(thumbnailOf(bytes)).rejects.toThrow(NotAPicture);
    await expect(thumbnailOf(bytes)).rejects.toThrow(/not a picture in PNG, JPEG, GIF, BMP or TIFF: ./);
  });
});

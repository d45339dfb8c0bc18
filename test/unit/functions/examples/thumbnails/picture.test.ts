// What becomes of a picture on its way to a thumbnail.
import { crc32, deflateSync } from 'node:zlib';
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
    await expect(thumbnailOf(bytes)).rejects.toThrow(/not a picture in PNG, JPEG, GIF or BMP that can be read: ./);
  });
});

const chunk = (type: string, data: Buffer) => {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  return Buffer.concat([uint32(data.length), body, uint32(crc32(body))]);
};
const uint32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};
const header = (width: number, height: number, interlace = 0) =>
  chunk('IHDR', Buffer.concat([uint32(width), uint32(height), Buffer.from([8, 6, 0, 0, interlace])]));
const png = (...headers: Buffer[]) =>
  Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    ...headers,
    chunk('IDAT', deflateSync(Buffer.alloc(5))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
const sides = (width: number, height: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt16LE(width);
  bytes.writeUInt16LE(height, 2);
  return bytes;
};
const gif = (screen: Buffer, frame: Buffer, extension = '') =>
  Buffer.concat([
    Buffer.from('GIF89a'),
    screen,
    Buffer.from(`800000000000ffffff${extension}2c00000000`, 'hex'),
    frame,
    Buffer.from('0002024401003b', 'hex'),
  ]);
const bmp = (width: number, height: number) => {
  const bytes = Buffer.alloc(70);
  bytes.write('BM');
  bytes.writeUInt32LE(40, 14);
  bytes.writeInt32LE(width, 18);
  bytes.writeInt32LE(height, 22);
  bytes.writeUInt16LE(24, 28);
  return bytes;
};
/** Up to the size, where the decoder gives up. */
const jpeg = (width: number, height: number) =>
  Buffer.from(
    `ffd8ffc0000b08${height.toString(16).padStart(4, '0')}${width.toString(16).padStart(4, '0')}01011100`,
    'hex',
  );

describe('few bytes that unpack to many', () => {
  const small = sides(1, 1);
  const huge = sides(16_000, 16_000);
  it.each([
    ['a PNG', png(header(16_000, 16_000)), /the PNG has 256 megapixels, the limit is 40/],
    ['a PNG with a second header', png(header(1, 1), header(16_000, 16_000)), /one header/],
    ['an interlaced PNG', png(header(1, 1, 1)), /interlaced/],
    ['a GIF', gif(huge, small), /the GIF has 256 megapixels/],
    ['a GIF of a small screen', gif(small, huge), /the GIF has 256 megapixels/],
    ['a GIF with a comment first', gif(small, huge, '21fe0361626300'), /the GIF has 256 megapixels/],
    ['a GIF with an odd extension', gif(small, small, '21ff02616200'), /malformed/],
    ['a BMP', bmp(16_000, 16_000), /the BMP has 256 megapixels/],
    ['a BMP from top to bottom', bmp(16_000, -16_000), /the BMP has 256 megapixels/],
    ['a JPEG', jpeg(16_000, 16_000), /limit exceeded/],
    ['a TIFF', Buffer.from('49492a0008000000000000', 'hex'), /another format/],
  ])('%s is refused before it is unpacked', async (_, bytes, reason) => {
    const error: unknown = await thumbnailOf(bytes).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(NotAPicture);
    expect((error as NotAPicture).message).toMatch(reason);
  });

  it.each([
    ['a PNG', png(header(1, 1)), 'image/png'],
    ['a GIF', gif(small, small), 'image/gif'],
    ['a GIF with a comment', gif(small, small, '21fe0361626300'), 'image/gif'],
    ['a BMP', bmp(2, -2), 'image/bmp'],
  ])('%s of an honest size is taken', async (_, bytes, contentType) => {
    expect(await thumbnailOf(bytes)).toMatchObject({ contentType });
  });
});

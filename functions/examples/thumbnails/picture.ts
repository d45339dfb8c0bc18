// Makes a small picture of a large one, in the same format. Bytes in, bytes out.
import { announcedSize } from './size.ts';

const EDGE = 256;

/** More than most cameras make. The costliest of this size (a PNG of 16 bits a channel) takes 1.2 GB to unpack. */
const MAX_MEGAPIXELS = 40;

/** As jpeg-js counts; the process then holds up to 1.3 GB. A JPEG of 24 to 35 megapixels, by its kind, stays below. */
const MAX_JPEG_MEMORY_MB = 512;

/** The bytes are no picture that can be read: trying again would not help. */
export class NotAPicture extends Error {
  override readonly name = 'NotAPicture';
  readonly code = 'NOT_A_PICTURE';
}

export interface Picture {
  readonly bytes: Buffer;
  readonly contentType: string;
}

/** Fits the picture into a square of 256 pixels, keeping its proportions; a smaller one keeps its size. @throws {NotAPicture} */
export async function thumbnailOf(bytes: Uint8Array): Promise<Picture> {
  const picture = await decoded(Buffer.from(bytes)).catch((error: unknown) => {
    throw new NotAPicture(`not a picture in PNG, JPEG, GIF or BMP that can be read: ${reasonOf(error)}`, {
      cause: error,
    });
  });
  const { JimpMime } = await import('jimp');
  const contentType = picture.mime ?? JimpMime.png;
  if (picture.width > EDGE || picture.height > EDGE) picture.scaleToFit({ w: EDGE, h: EDGE });
  return { bytes: await picture.getBuffer(contentType as typeof JimpMime.png), contentType };
}

async function decoded(bytes: Buffer) {
  const { format, pixels } = announcedSize(bytes);
  if (pixels !== undefined && pixels > MAX_MEGAPIXELS * 1e6) {
    const megapixels = String(Math.ceil(pixels / 1e6));
    throw new RangeError(`the ${format} has ${megapixels} megapixels, the limit is ${String(MAX_MEGAPIXELS)}`);
  }
  // Loaded by the first picture: a start that ends in a refusal never pays for it.
  const { Jimp, JimpMime } = await import('jimp');
  return Jimp.fromBuffer(bytes, {
    [JimpMime.jpeg]: { maxResolutionInMP: MAX_MEGAPIXELS, maxMemoryUsageInMB: MAX_JPEG_MEMORY_MB },
  });
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

// Makes a picture small; the image library is loaded by the first picture.

export interface Picture {
  readonly bytes: Buffer;
  readonly contentType: string;
}

/** The longest side of a thumbnail, pixels. */
const LONGEST_SIDE = 128;
const MAX_BYTES = 20 * 1024 * 1024;

/** The bytes are no picture that can be made small. */
export class NotAPicture extends Error {
  override readonly name = 'NotAPicture';
}

/** A picture of the same format, not larger than 128 × 128, in its proportions. @throws {NotAPicture} */
export async function thumbnail(bytes: Buffer): Promise<Picture> {
  if (bytes.length > MAX_BYTES) throw new NotAPicture(`it has ${bytes.length} bytes, pictures may have ${MAX_BYTES}`);
  const { Jimp } = await import('jimp');
  const picture = await Jimp.read(bytes).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new NotAPicture(`it is not a PNG, JPEG, GIF, BMP or TIFF that can be read (${reason})`, { cause: error });
  });
  const { width, height } = picture.bitmap;
  // A small picture stays as it is: enlarging it would add nothing but bytes.
  if (Math.max(width, height) > LONGEST_SIDE) picture.scaleToFit({ w: LONGEST_SIDE, h: LONGEST_SIDE });
  const contentType = formatOf(picture.mime);
  return { bytes: await picture.getBuffer(contentType), contentType };
}

const FORMATS = ['image/png', 'image/jpeg', 'image/gif', 'image/bmp', 'image/tiff'] as const;

function formatOf(mime: string | undefined): (typeof FORMATS)[number] {
  return FORMATS.find((format) => format === mime) ?? 'image/png';
}

// Makes a small picture of a large one, in the same format. Bytes in, bytes out.
const EDGE = 256;

/** More than most cameras make; a larger one would not fit into the function's memory once it is unpacked. */
const MAX_MEGAPIXELS = 50;

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
  // Loaded by the first picture: a start that ends in a refusal never pays for it.
  const { Jimp, JimpMime } = await import('jimp');
  const picture = await Jimp.fromBuffer(Buffer.from(bytes), {
    // A JPEG says its size before it is unpacked.
    [JimpMime.jpeg]: { maxResolutionInMP: MAX_MEGAPIXELS },
  }).catch((error: unknown) => {
    throw new NotAPicture(`not a picture in PNG, JPEG, GIF, BMP or TIFF: ${reasonOf(error)}`, { cause: error });
  });
  const contentType = picture.mime ?? JimpMime.png;
  if (picture.width > EDGE || picture.height > EDGE) picture.scaleToFit({ w: EDGE, h: EDGE });
  return { bytes: await picture.getBuffer(contentType as typeof JimpMime.png), contentType };
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

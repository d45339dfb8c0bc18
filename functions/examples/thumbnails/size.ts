// How many pixels a picture will have, read from its first bytes: unpacking one to find out may cost a GB. Pure.

export type Format = 'PNG' | 'JPEG' | 'GIF' | 'BMP';

export interface Announced {
  readonly format: Format;
  /** Undefined for JPEG, whose decoder measures it before it unpacks. */
  readonly pixels: number | undefined;
}

const PNG = Buffer.from('89504e470d0a1a0a', 'hex');
const JPEG = Buffer.from('ffd8ff', 'hex');

/** @throws {RangeError} when the bytes are of no such format, or do not say how large they unpack. */
export function announcedSize(bytes: Buffer): Announced {
  if (startsWith(bytes, PNG)) return { format: 'PNG', pixels: pixelsOfPng(bytes) };
  if (startsWith(bytes, JPEG)) return { format: 'JPEG', pixels: undefined };
  const letters = bytes.toString('latin1', 0, 3);
  if (letters === 'GIF') return { format: 'GIF', pixels: pixelsOfGif(bytes) };
  // A height below zero says that the lines go down.
  if (letters.startsWith('BM')) {
    return { format: 'BMP', pixels: bytes.readUInt32LE(18) * Math.abs(bytes.readInt32LE(22)) };
  }
  throw new RangeError('its first bytes are of another format');
}

function startsWith(bytes: Buffer, signature: Buffer): boolean {
  return bytes.subarray(0, signature.length).equals(signature);
}

function pixelsOfPng(bytes: Buffer): number {
  const pixels = bytes.readUInt32BE(16) * bytes.readUInt32BE(20);
  // The decoder unpacks all there is of an interlaced picture, whatever size it says.
  if (bytes.readUInt8(28) !== 0) throw new RangeError('an interlaced PNG does not say how large it unpacks');
  let headers = 0;
  for (let at = PNG.length; at + 8 <= bytes.length; at += 12 + bytes.readUInt32BE(at)) {
    if (bytes.toString('latin1', at + 4, at + 8) === 'IHDR') headers++;
  }
  // The decoder believes the last one.
  if (headers !== 1) throw new RangeError('a PNG has one header');
  return pixels;
}

/** The screen, or the first frame if that is larger: the decoder makes room for both, and unpacks no other frame. */
function pixelsOfGif(bytes: Buffer): number {
  const screen = bytes.readUInt16LE(6) * bytes.readUInt16LE(8);
  const packed = bytes.readUInt8(10);
  let at = 13 + (packed & 0x80 ? 3 << ((packed & 7) + 1) : 0);
  for (; bytes.readUInt8(at) === 0x21; at++) {
    // An extension of another length than its kind has is read differently by every decoder.
    if (bytes.readUInt8(at + 1) === 0xff && bytes.readUInt8(at + 2) !== 11) {
      throw new RangeError('an extension of the GIF is malformed');
    }
    at += 2;
    for (let length = bytes.readUInt8(at); length > 0; length = bytes.readUInt8(at)) at += 1 + length;
  }
  if (bytes.readUInt8(at) !== 0x2c) throw new RangeError('the GIF has no picture');
  return Math.max(screen, bytes.readUInt16LE(at + 5) * bytes.readUInt16LE(at + 7));
}

// A file of the console as it is served: plain, by brotli and by gzip, each as small as it gets.
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

export interface Compressed {
  readonly name: string;
  /** Of the plain bytes: the first 16 characters of their SHA-256 in hex. */
  readonly hash: string;
  readonly identity: Buffer;
  readonly brotli: Buffer;
  readonly gzip: Buffer;
}

/** How much zlib gathers before it closes a block, from little to most: none of them is best for every file. */
const BLOCKS = [5, 6, 7, 8, 9];

async function smallestGzip(identity: Buffer): Promise<Buffer> {
  const tried = await Promise.all(BLOCKS.map((memLevel) => promisify(gzip)(identity, { level: 9, memLevel })));
  return tried.reduce((least, one) => (one.length < least.length ? one : least));
}

/** `hashed` puts the hash into the name, where the bundler has not. */
export async function compressed(name: string, identity: Buffer, naming?: 'hashed'): Promise<Compressed> {
  const hash = createHash('sha256').update(identity).digest('hex').slice(0, 16);
  const [byBrotli, byGzip] = await Promise.all([
    promisify(brotliCompress)(identity, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }),
    smallestGzip(identity),
  ]);
  const dot = name.lastIndexOf('.');
  const own = naming === 'hashed' ? `${name.slice(0, dot)}-${hash}${name.slice(dot)}` : name;
  return { name: own, hash, identity, brotli: byBrotli, gzip: byGzip };
}

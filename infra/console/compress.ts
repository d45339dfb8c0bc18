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

/** `hashed` puts the hash into the name, where the bundler has not. */
export async function compressed(name: string, identity: Buffer, naming?: 'hashed'): Promise<Compressed> {
  const hash = createHash('sha256').update(identity).digest('hex').slice(0, 16);
  const [byBrotli, byGzip] = await Promise.all([
    promisify(brotliCompress)(identity, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }),
    promisify(gzip)(identity, { level: 9 }),
  ]);
  const dot = name.lastIndexOf('.');
  const own = naming === 'hashed' ? `${name.slice(0, dot)}-${hash}${name.slice(dot)}` : name;
  return { name: own, hash, identity, brotli: byBrotli, gzip: byGzip };
}

// Unpacks a compressed answer. flyball asks for none; some servers send one all the same, and callers may ask.
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';

/** The answer's body as it was meant, or what is wrong with it. */
export function decoded(response: IncomingMessage, method: string): Readable | Error {
  const encoding = response.headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  if (encoding === 'identity' || encoding === '' || isBodiless(response, method)) return response;
  const decoder = decoderOf(encoding);
  if (!decoder) return new Error(`the answer is packed as "${encoding}", which is none of gzip, deflate, br, zstd`);
  // Either's end is the other's; the reader learns of errors from what it reads.
  return process.getBuiltinModule('node:stream').pipeline(response, decoder, () => undefined);
}

function decoderOf(encoding: string) {
  const zlib = process.getBuiltinModule('node:zlib');
  switch (encoding) {
    case 'gzip':
    case 'x-gzip':
    case 'deflate':
      return zlib.createUnzip();
    case 'br':
      return zlib.createBrotliDecompress();
    case 'zstd':
      return zlib.createZstdDecompress();
    default:
      return undefined;
  }
}

/** RFC 9110: these have headers alone, also those that speak of a body. */
function isBodiless({ statusCode, headers }: IncomingMessage, method: string): boolean {
  return method === 'HEAD' || statusCode === 204 || statusCode === 304 || headers['content-length'] === '0';
}

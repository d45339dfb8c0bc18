// Compresses rule documents and their source text, and refuses what is too large to be stored.
import { hash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { LARGEST_COMPRESSED_BYTES, LARGEST_DOCUMENT_BYTES } from './rules-read.ts';

/** A document or its source is beyond what flyball stores and every instance would have to read. */
export class RulesTooLarge extends Error {
  override readonly name = 'RulesTooLarge';
  readonly code = 'RULES_TOO_LARGE';
  readonly sizeBytes: number;
  readonly limitBytes: number;
  constructor(what: string, sizeBytes: number, limitBytes: number) {
    super(
      `${what} is ${kilobytes(sizeBytes)} KB, and at most ${kilobytes(limitBytes)} KB can be published: ` +
        'split the service, or shorten lists of overrides',
    );
    this.sizeBytes = sizeBytes;
    this.limitBytes = limitBytes;
  }
}

/** Source text as stored: it may be as large as a document, and only its author ever reads it. */
export function packSource(source: string): Uint8Array {
  return gzipped('The rule document', source);
}

/** The document as every instance reads it: within both limits. */
export function packDocument(document: object): Uint8Array {
  const packed = gzipped('The rule document as JSON', JSON.stringify(document));
  if (packed.length > LARGEST_COMPRESSED_BYTES) {
    throw new RulesTooLarge('The rule document, compressed,', packed.length, LARGEST_COMPRESSED_BYTES);
  }
  return packed;
}

/** Names a text by its content: the same text has the same tag. */
export function etagOf(source: string): string {
  return hash('sha256', source, 'base64url').slice(0, 22);
}

function gzipped(what: string, text: string): Uint8Array {
  const plainBytes = Buffer.byteLength(text);
  if (plainBytes > LARGEST_DOCUMENT_BYTES) throw new RulesTooLarge(what, plainBytes, LARGEST_DOCUMENT_BYTES);
  return new Uint8Array(gzipSync(text));
}

function kilobytes(bytes: number): number {
  return Math.ceil((bytes / 1024) * 10) / 10;
}

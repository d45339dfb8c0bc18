// Reads an answer to its end, but no further than a limit: whatever answers may be broken, or not what it should be.
import type { Readable } from 'node:stream';

export class AnswerTooLarge extends Error {
  override readonly name = 'AnswerTooLarge';
  constructor(limitBytes: number) {
    super(`the answer is larger than ${limitBytes} bytes`);
  }
}

/** Calls back once. After an error the rest may still be coming: whoever reads ends the connection. */
export function readWithin(
  source: Readable,
  limitBytes: number,
  done: (error: Error | undefined, answer: Buffer) => void,
): void {
  let chunks: Buffer[] | undefined = [];
  let bytes = 0;
  const end = (error: Error | undefined) => {
    if (!chunks) return;
    const read = chunks;
    chunks = undefined;
    // Most answers are one chunk.
    done(error, read.length === 1 && read[0] ? read[0] : Buffer.concat(read));
  };
  source.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > limitBytes) end(new AnswerTooLarge(limitBytes));
    else chunks?.push(chunk);
  });
  source.on('error', end);
  source.on('close', () => end(new Error('the connection was closed in the middle of the answer')));
  source.on('end', () => end(undefined));
}

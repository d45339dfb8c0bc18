// An answer that is handed over as a stream: how long it may last, and who learns that it broke off.
import type { Readable } from 'node:stream';
import { AnswerTooLarge } from '../../store/adapters/reading.ts';
import { DeadlineExceeded } from '../kernel/errors.ts';
import type { Call, Reply } from '../kernel/outbound.ts';

/**
 * The reader's stream. It ends with the call's own signal and the invocation, no longer with the attempt, whose time was
 * for the headers. Breaking off is a failure of the dependency, which was believed to have answered; a reader that stops
 * reading, or a deadline, is not.
 */
export function handedOver(
  answer: Readable,
  maxAnswerBytes: number | undefined,
  lasting: AbortSignal | undefined,
  { invocation, dependency }: Call,
): Pick<Reply, 'value' | 'broken'> {
  const stream = maxAnswerBytes === undefined ? answer : limited(answer, maxAnswerBytes);
  const onAbort = () => {
    const reason: unknown = lasting?.reason;
    const late = reason instanceof DOMException && reason.name === 'TimeoutError';
    stream.destroy(
      late ? new DeadlineExceeded(`the deadline passed while "${dependency}" was answering`) : asError(reason),
    );
  };
  const forget = invocation.onEnd(() => stream.destroy());
  lasting?.addEventListener('abort', onAbort, { once: true });
  const broken = new Promise<Reply>((resolve) => {
    stream.once('error', (error) => {
      if (!lasting?.aborted) resolve({ outcome: 'error', error, sent: true });
    });
  });
  stream.once('close', () => {
    forget();
    lasting?.removeEventListener('abort', onAbort);
  });
  if (lasting?.aborted) onAbort();
  return { value: stream, broken };
}

function limited(answer: Readable, limitBytes: number): Readable {
  const { pipeline, Transform } = process.getBuiltinModule('node:stream');
  let bytes = 0;
  const limit = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes > limitBytes) done(new AnswerTooLarge(limitBytes));
      else done(null, chunk);
    },
  });
  return pipeline(answer, limit, () => undefined);
}

const asError = (reason: unknown) => (reason instanceof Error ? reason : new Error('aborted', { cause: reason }));

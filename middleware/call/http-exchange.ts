// One HTTP exchange over kept-alive connections: a body of any kind out, an answer of bounded size or a stream of it back.
import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Duplex, Readable } from 'node:stream';
import type { Connections } from '../../store/adapters/connections.ts';
import { readWithin } from '../../store/adapters/reading.ts';
import { ExchangeFailed } from './exchange-failed.ts';

/** As much as Lambda itself answers. */
export const LARGEST_ANSWER_BYTES = 6 * 1024 * 1024;

export interface Exchange {
  readonly url: URL;
  readonly method: string;
  readonly headers: Record<string, string>;
  /** A stream is sent as it comes. */
  readonly body: string | Uint8Array | Readable | undefined;
  /** Ends it, but for a stream that has been handed over. */
  readonly signal: AbortSignal;
  /** An answer that is larger, unpacked, is a failure; 6 MB unless given. */
  readonly maxAnswerBytes?: number | undefined;
  /** Hands an answer below 300 over as a stream, as soon as its headers are there. */
  readonly streamed?: boolean;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Unpacked. */
  readonly body: Buffer | Readable;
}

/** What was to be sent broke off; its cause says how. */
export class BodyUnreadable extends Error {
  override readonly name = 'BodyUnreadable';
  constructor(cause: Error) {
    super('the stream that was to be sent broke off', { cause });
  }
}

/** @throws {ExchangeFailed} with what went wrong, or the signal's reason, as its cause. */
export function exchange(connections: Connections, one: Exchange): Promise<Answer> {
  const { url, method, body, signal, maxAnswerBytes = LARGEST_ANSWER_BYTES } = one;
  return new Promise((resolve, reject) => {
    let connected = false;
    let settled = false;
    /** True for the first end alone. */
    const settle = () => {
      if (settled) return false;
      settled = true;
      signal.removeEventListener('abort', onAbort);
      return true;
    };
    const fail = (cause: unknown) => {
      if (!settle()) return;
      reject(new ExchangeFailed(`${method} ${url.origin}${url.pathname}: no answer`, connected, { cause }));
      // Takes the socket along: an answer that comes later must not meet the next request.
      request.destroy();
    };
    const answered = ({ statusCode: status = 0, headers }: IncomingMessage, answer: Answer['body']) => {
      if (!settle()) return;
      resolve({ status, headers, body: answer });
      // Answered before all was sent: nobody reads the rest.
      if (!request.writableEnded) request.destroy();
    };
    const onAbort = () => fail(signal.reason);
    const request: ClientRequest = connections.open(url, one);
    request.on('socket', (socket) => {
      if (!socket.connecting) connected = true;
      else socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => (connected = true));
    });
    request.on('error', fail);
    // What is not asked for here: without somebody who listens, Node would leave the request without an end.
    const onOther = (_: IncomingMessage, socket: Duplex) => {
      socket.destroy();
      fail(new Error('it changed the protocol, which is no HTTP answer'));
    };
    request.on('upgrade', onOther).on('connect', onOther);
    const take = (response: IncomingMessage, source: Readable | Error) => {
      if (source instanceof Error) return fail(source);
      if (one.streamed && isFull(response)) return answered(response, source);
      readWithin(source, maxAnswerBytes, (error, answer) => (error ? fail(error) : answered(response, answer)));
    };
    request.on('response', (response) => {
      if (response.headers['content-encoding'] === undefined) return take(response, response);
      // Few answers are packed. Until there is what unpacks them, somebody must listen.
      response.on('error', fail);
      import('./decoding.ts').then(({ decoded }) => take(response, decoded(response, method)), fail);
    });
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    else if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) request.end(body);
    else {
      const { finished, pipeline } = process.getBuiltinModule('node:stream');
      // Told before the request is, which ends with it.
      finished(body, { writable: false }, (error) => error && fail(new BodyUnreadable(error)));
      pipeline(body, request, () => undefined);
    }
  });
}

/** What says no is read to its end: it is an error's to carry. */
const isFull = ({ statusCode = 0 }: IncomingMessage) => statusCode >= 200 && statusCode < 300;

// One POST and its answer over a kept-alive connection, within a time limit that leaves nothing running behind it.
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { TimeSource } from '../time.ts';
import { Connections } from './connections.ts';
import { aborted, timedOut, unreachable } from './failures.ts';
import { readWithin } from './reading.ts';

export interface Outgoing {
  /** For messages: which call this is. */
  readonly what: string;
  readonly endpoint: URL;
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

export interface Answer {
  readonly status: number;
  readonly body: string;
  /** The `Date` header in ms, if there was one that can be read. */
  readonly dateMs: number | undefined;
  readonly sentAtMs: number;
  readonly receivedAtMs: number;
}

/** DynamoDB's own limit is 1 MB a page; tags and base64 make it larger on the wire. */
const LARGEST_ANSWER_BYTES = 4 * 1024 * 1024;

const MOST_IDLE_SOCKETS = 8;

/** Makes the function that exchanges, over connections of its own. */
export function exchanger(clock: TimeSource): (outgoing: Outgoing) => Promise<Answer> {
  const connections = new Connections(clock, MOST_IDLE_SOCKETS);
  return ({ what, endpoint, headers, body, timeoutMs, signal }) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(aborted(what, signal.reason));
        return;
      }
      const sentAtMs = clock.now();
      const request: ClientRequest = connections.open(endpoint, { method: 'POST', headers });
      let settled = false;
      const settle = (settling: () => void) => {
        if (settled) return;
        settled = true;
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
        settling();
      };
      // Destroying the request takes its socket along: an answer that comes later must not meet the next call.
      const fail = (error: Error) =>
        settle(() => {
          reject(error);
          request.destroy();
        });
      const onAbort = () => fail(aborted(what, signal?.reason));
      // After a busy event loop or a thaw, timers fire before an answer that has long arrived is read: let it be read first.
      const timer = setTimeout(() => setImmediate(() => fail(timedOut(what, timeoutMs))), timeoutMs);
      signal?.addEventListener('abort', onAbort, { once: true });

      request.on('error', (error) => fail(unreachable(what, endpoint.host, error)));
      request.on('response', (response) => {
        const receivedAtMs = clock.now();
        readWithin(response, LARGEST_ANSWER_BYTES, (error, answer) => {
          if (error !== undefined) {
            fail(unreachable(what, endpoint.host, error));
            return;
          }
          const dateMs = dateOf(response);
          const body = answer.toString('utf8');
          settle(() => resolve({ status: response.statusCode ?? 0, body, dateMs, sentAtMs, receivedAtMs }));
        });
      });
      request.end(body);
    });
}

function dateOf(response: IncomingMessage): number | undefined {
  const ms = Date.parse(response.headers.date ?? '');
  return Number.isNaN(ms) ? undefined : ms;
}

// One POST and its answer over a kept-alive connection, within a time limit that leaves nothing running behind it.
import type { Agent, ClientRequest, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { TimeSource } from '../time.ts';
import { aborted, timedOut, unreachable } from './failures.ts';

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

/** Environments freeze, and what is at a socket's other end hangs up meanwhile: an idle one is not trusted for longer. */
export const LONGEST_IDLE_MS = 4000;

/** DynamoDB's own limit is 1 MB a page; tags and base64 make it larger on the wire. */
const LARGEST_ANSWER_BYTES = 4 * 1024 * 1024;

const MOST_IDLE_SOCKETS = 8;

/** Makes the function that exchanges. It holds one agent a protocol, made at first use. */
export function exchanger(clock: TimeSource): (outgoing: Outgoing) => Promise<Answer> {
  const agents = new Map<string, Agent>();
  const usedAt = new WeakMap<Duplex, number>();

  function transport(protocol: string) {
    // `import 'node:http'` costs a cold start 25 ms, this 1 ms (measured).
    const http = protocol === 'https:' ? process.getBuiltinModule('node:https') : process.getBuiltinModule('node:http');
    let agent = agents.get(protocol);
    if (agent === undefined) {
      agent = new http.Agent({ keepAlive: true, maxFreeSockets: MOST_IDLE_SOCKETS });
      agents.set(protocol, agent);
    }
    return { http, agent };
  }

  /** Destroys every socket that has been idle too long, so that the agent cannot choose it. */
  function dropIdle(agent: Agent, nowMs: number): void {
    for (const sockets of Object.values(agent.freeSockets)) {
      for (const socket of sockets ?? []) {
        if (nowMs - (usedAt.get(socket) ?? -Infinity) > LONGEST_IDLE_MS) socket.destroy();
      }
    }
  }

  return ({ what, endpoint, headers, body, timeoutMs, signal }) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(aborted(what, signal.reason));
        return;
      }
      const { http, agent } = transport(endpoint.protocol);
      const sentAtMs = clock.now();
      dropIdle(agent, sentAtMs);

      const request: ClientRequest = http.request({
        agent,
        hostname: unbracketed(endpoint.hostname),
        port: endpoint.port,
        method: 'POST',
        path: endpoint.pathname,
        headers,
      });
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
        const { socket } = request;
        read(response, (error, text) => {
          if (error !== undefined) {
            fail(unreachable(what, endpoint.host, error));
            return;
          }
          if (socket) usedAt.set(socket, clock.now());
          const dateMs = dateOf(response);
          settle(() => resolve({ status: response.statusCode ?? 0, body: text, dateMs, sentAtMs, receivedAtMs }));
        });
      });
      request.end(body);
    });
}

function read(response: IncomingMessage, done: (error: Error | undefined, text: string) => void): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > LARGEST_ANSWER_BYTES) done(new Error(`the answer is larger than ${LARGEST_ANSWER_BYTES} bytes`), '');
    else chunks.push(chunk);
  });
  response.on('error', (error) => done(error, ''));
  response.on('end', () => done(undefined, Buffer.concat(chunks).toString('utf8')));
}

function dateOf(response: IncomingMessage): number | undefined {
  const ms = Date.parse(response.headers.date ?? '');
  return Number.isNaN(ms) ? undefined : ms;
}

/** `http.request` takes an IPv6 address without its brackets. */
function unbracketed(hostname: string): string {
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
}

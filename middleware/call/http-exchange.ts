// One HTTP exchange over kept-alive connections, of bounded size; idle connections are not trusted after a freeze.
import type { Agent as HttpAgent, ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';
import type { Duplex } from 'node:stream';
import type { Clock } from '../kernel/clock.ts';

/** What is at a socket's other end may hang up while an environment is frozen. */
const LONGEST_IDLE_MS = 4_000;
const MOST_IDLE_SOCKETS = 32;
/** As much as Lambda itself answers. */
const LARGEST_ANSWER_BYTES = 6 * 1024 * 1024;

/** The agents of one instance. */
export class Connections {
  readonly #clock: Clock;
  readonly #usedAt = new WeakMap<Duplex, number>();
  #http: HttpAgent | undefined;
  #https: HttpsAgent | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get http(): HttpAgent {
    this.#http ??= this.#noting(new (process.getBuiltinModule('node:http').Agent)(SETTINGS));
    return this.#http;
  }

  get https(): HttpsAgent {
    this.#https ??= this.#noting(new (process.getBuiltinModule('node:https').Agent)(SETTINGS));
    return this.#https;
  }

  /** Destroys connections that have been idle too long, so that no request can be given one. */
  dropIdle(): void {
    const nowMs = this.#clock.now();
    for (const agent of [this.#http, this.#https]) {
      for (const sockets of Object.values(agent?.freeSockets ?? {})) {
        for (const socket of sockets ?? []) {
          if (nowMs - (this.#usedAt.get(socket) ?? -Infinity) > LONGEST_IDLE_MS) socket.destroy();
        }
      }
    }
  }

  #noting<Agent extends HttpAgent>(agent: Agent): Agent {
    agent.on('free', (socket: Duplex) => this.#usedAt.set(socket, this.#clock.now()));
    return agent;
  }
}

const SETTINGS = { keepAlive: true, maxFreeSockets: MOST_IDLE_SOCKETS };

export interface Exchange {
  readonly url: URL;
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body: string | undefined;
  readonly signal: AbortSignal;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** An exchange that ended without an answer. `connected`: something may have been sent. */
export class ExchangeFailed extends Error {
  override readonly name = 'ExchangeFailed';
  readonly connected: boolean;
  constructor(message: string, connected: boolean, options: ErrorOptions) {
    super(message, options);
    this.connected = connected;
  }
}

/** @throws {ExchangeFailed} with what went wrong, or the signal's reason, as its cause. */
export function exchange(connections: Connections, { url, method, headers, body, signal }: Exchange): Promise<Answer> {
  connections.dropIdle();
  const secure = url.protocol === 'https:';
  // `import 'node:http'` costs a cold start 25 ms, and the first `fetch` as much again; this costs 1 ms.
  const { request: open } = process.getBuiltinModule(secure ? 'node:https' : 'node:http');
  return new Promise((resolve, reject) => {
    let connected = false;
    let settled = false;
    const fail = (cause: unknown) => {
      if (settled) return;
      settled = true;
      signal.removeEventListener('abort', onAbort);
      reject(new ExchangeFailed(`${method} ${url.origin}${url.pathname}: no answer`, connected, { cause }));
      // Takes the socket along: an answer that comes later must not meet the next request.
      request.destroy();
    };
    const onAbort = () => fail(signal.reason);
    const request: ClientRequest = open(url, {
      method,
      headers,
      agent: secure ? connections.https : connections.http,
    });
    request.on('socket', (socket) => {
      if (!socket.connecting) connected = true;
      else socket.once(secure ? 'secureConnect' : 'connect', () => (connected = true));
    });
    request.on('error', fail);
    request.on('response', (response) => {
      read(response, (error, text) => {
        if (error) return fail(error);
        if (settled) return;
        settled = true;
        signal.removeEventListener('abort', onAbort);
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
      });
    });
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    else request.end(body);
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
  response.on('close', () => done(new Error('the connection was closed in the middle of the answer'), ''));
  response.on('end', () => done(undefined, Buffer.concat(chunks).toString('utf8')));
}

// Kept-alive HTTP connections of one instance: what everything that leaves it goes over, the store's requests and calls.
import type { Agent as HttpAgent, ClientRequest } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';
import type { Duplex } from 'node:stream';
import type { TimeSource } from '../time.ts';

/** Environments freeze, and what is at a socket's other end hangs up meanwhile: an idle one is not trusted for longer. */
export const LONGEST_IDLE_MS = 4_000;

export interface Opening {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
}

export class Connections {
  readonly #clock: TimeSource;
  readonly #mostIdle: number;
  readonly #idleSince = new WeakMap<Duplex, number>();
  #http: HttpAgent | undefined;
  #https: HttpsAgent | undefined;

  constructor(clock: TimeSource, mostIdle: number) {
    this.#clock = clock;
    this.#mostIdle = mostIdle;
  }

  // `import 'node:http'` costs a cold start 25 ms, and the first `fetch` as much again; this costs 1 ms (measured).
  get http(): HttpAgent {
    this.#http ??= this.#noting(new (process.getBuiltinModule('node:http').Agent)(this.#settings()));
    return this.#http;
  }

  get https(): HttpsAgent {
    this.#https ??= this.#noting(new (process.getBuiltinModule('node:https').Agent)(this.#settings()));
    return this.#https;
  }

  /** Begins a request on a connection that can be trusted. Whoever gives it up destroys it, and its socket with it. */
  open(url: URL, { method, headers }: Opening): ClientRequest {
    this.dropIdle();
    const { hostname, port, pathname, search, username, password } = url;
    const options = {
      // `http.request` takes an IPv6 address without its brackets.
      hostname: hostname.startsWith('[') ? hostname.slice(1, -1) : hostname,
      port,
      path: pathname + search,
      method,
      headers,
      ...(username === '' ? {} : { auth: `${decodeURIComponent(username)}:${decodeURIComponent(password)}` }),
    };
    return url.protocol === 'https:'
      ? process.getBuiltinModule('node:https').request({ ...options, agent: this.https })
      : process.getBuiltinModule('node:http').request({ ...options, agent: this.http });
  }

  /** Destroys connections that have been idle too long, so that no request can be given one. */
  dropIdle(): void {
    this.#drop(this.#http);
    this.#drop(this.#https);
  }

  #drop(agent: HttpAgent | undefined): void {
    if (!agent) return;
    const nowMs = this.#clock.now();
    for (const host in agent.freeSockets) {
      for (const socket of agent.freeSockets[host] ?? []) {
        if (nowMs - (this.#idleSince.get(socket) ?? -Infinity) > LONGEST_IDLE_MS) socket.destroy();
      }
    }
  }

  #settings() {
    return { keepAlive: true, maxFreeSockets: this.#mostIdle };
  }

  #noting<Agent extends HttpAgent>(agent: Agent): Agent {
    agent.on('free', (socket: Duplex) => this.#idleSince.set(socket, this.#clock.now()));
    return agent;
  }
}

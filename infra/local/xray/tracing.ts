// Traces invocations of the local world as Lambda does: decides, tells the function by its runtime's header, and reports.
import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';
import type { Clock, Random } from '../../../middleware/kernel/clock.ts';
import { headerOf, lambdaSegments, tracedInvocation } from './invocation.ts';
import type { KeptTraces } from './kept-traces.ts';
import { Sampling } from './sampling.ts';
import { TRACE_KEY } from './runtime-header.ts';

/** The `X-Amzn-Trace-Id` of the request that is being served. */
const asking = new AsyncLocalStorage<string | undefined>();

/** Notes the header of requests that arrive at these ports of this process, whoever listens there, until it is ended. */
export function noteTraceHeaders(ports: readonly number[]): () => void {
  const started = (message: unknown) => {
    const { request } = message as { readonly request: IncomingMessage };
    if (!ports.includes(request.socket.localPort ?? 0)) return;
    const header = request.headers['x-amzn-trace-id'];
    // For all that this request leads to; the next one on the same connection enters its own.
    asking.enterWith(typeof header === 'string' ? header : undefined);
  };
  subscribe('http.server.request.start', started);
  return () => void unsubscribe('http.server.request.start', started);
}

export interface TracingParts {
  readonly traces: KeptTraces;
  readonly clock: Clock;
  readonly random: Random;
  readonly region: string;
  readonly account: string;
  /** Whether the function with this key runs where the runtime's header can be set: in a worker of Node. */
  readonly inNode: (key: string) => boolean;
}

/** One invocation, from the moment it was asked for. */
export interface LocalTrace {
  /** The client's own context, with what the worker takes out of it again. */
  withHeader(clientContext: unknown): unknown;
  /** An instance takes it. */
  started(): void;
  ended(functionName: string, error?: unknown): void;
}

export class LocalTracing {
  readonly #parts: TracingParts;
  readonly #sampling = new Map<string, Sampling>();

  constructor(parts: TracingParts) {
    this.#parts = parts;
  }

  begin(key: string, event: unknown): LocalTrace {
    const { traces, clock, random, region, account, inNode } = this.#parts;
    const askedAt = clock.now();
    const sample = () => this.#samplingOf(key).sample(askedAt, random);
    const traced = tracedInvocation(asking.getStore(), event, askedAt, { random, sample });
    let startedAt = askedAt;
    return {
      withHeader: (clientContext) => (inNode(key) ? { [TRACE_KEY]: headerOf(traced), clientContext } : clientContext),
      started: () => void (startedAt = clock.now()),
      ended(functionName, error) {
        if (!traced.sampled) return;
        const arn = `arn:aws:lambda:${region}:${account}:function:${functionName}`;
        const failure = error instanceof Error ? { name: error.name, message: error.message } : undefined;
        const served = { functionName, arn, askedAt, startedAt, endedAt: clock.now(), failure };
        for (const document of lambdaSegments(traced, served)) traces.add(document);
      },
    };
  }

  #samplingOf(key: string): Sampling {
    let sampling = this.#sampling.get(key);
    if (!sampling) {
      sampling = new Sampling();
      this.#sampling.set(key, sampling);
    }
    return sampling;
  }
}

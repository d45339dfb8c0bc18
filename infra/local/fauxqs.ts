// Starts fauxqs (SQS and S3) for this machine alone: left to itself it listens on every address there is.
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import type { Asked } from './calls.ts';
import { receiveWholeGroups } from './fifo-groups.ts';
import type { Note } from './recorder.ts';
import type { MessageTraces } from './xray/message-traces.ts';

const HOST = '127.0.0.1';

interface Listener {
  listen(options: { port: number; host: string }): Promise<string>;
  addHook(name: 'preHandler', hook: (request: Asked, reply: unknown, done: () => void) => void): void;
  addHook(
    name: 'onSend',
    hook: (request: Asked, reply: unknown, payload: unknown, done: (error: null, payload: unknown) => void) => void,
  ): void;
}

type Options = NonNullable<Parameters<typeof startFauxqs>[0]>;

/**
 * Takes a port (0: any free one), whom to tell of every request, and who remembers the traces of messages. Throws an Error when the port is taken, or when
 * others could reach it.
 */
export async function startLocalFauxqs(
  options: Options & { port: number },
  note?: Note,
  traces?: MessageTraces,
): Promise<FauxqsServer> {
  await receiveWholeGroups();
  // It names its address in the code, and gives its parts (spy, persistence) to nobody else; but Fastify, which
  // listens for it, announces each of its servers, and fauxqs makes its own before it returns.
  const announced = (message: unknown) => {
    const { fastify } = message as { fastify: Listener };
    listenHere(fastify);
    if (note) fastify.addHook('preHandler', (request, _reply, done) => (note(request), done()));
    if (traces) {
      fastify.addHook(
        'onSend',
        (request, _reply, payload, done) => (noteTrace(traces, request, payload), done(null, payload)),
      );
    }
  };
  subscribe('fastify.initialization', announced);
  let starting: Promise<FauxqsServer>;
  try {
    starting = startFauxqs({ logger: false, ...options });
  } finally {
    unsubscribe('fastify.initialization', announced);
  }
  const server = await starting;
  if (new URL(server.address).hostname === HOST) return server;
  await server.stop();
  throw new Error(`fauxqs listens on ${server.address}, not on ${HOST} alone: infra/local/fauxqs.ts has to be adapted`);
}

function listenHere(server: Listener): void {
  const listen = server.listen.bind(server);
  server.listen = (options) => listen({ ...options, host: HOST });
}

function noteTrace(traces: MessageTraces, { headers, body }: Asked, payload: unknown): void {
  const header = headers['x-amzn-trace-id'];
  const target = headers['x-amz-target'];
  if (typeof target !== 'string' || typeof payload !== 'string') return;
  traces.note(target, typeof header === 'string' ? header : undefined, parsed(body), parsed(payload));
}

function parsed(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

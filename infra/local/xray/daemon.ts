// Stands in for the X-Ray daemon: takes segments by UDP, and gives back over HTTP, on the same port, what it has kept.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { KeptTraces } from './kept-traces.ts';

const HOST = '127.0.0.1';
const MOST_PER_PAGE = 200;

export interface XRayDaemon {
  readonly url: string;
  /** `host:port`, as `AWS_XRAY_DAEMON_ADDRESS` has it. */
  readonly address: string;
  stop(): Promise<void>;
}

/** Takes a port (0: any free one). Throws Node's error when it is taken, be it for UDP or for TCP. */
export async function startXRayDaemon(port: number, traces: KeptTraces): Promise<XRayDaemon> {
  const http = createServer(({ url = '/' }, response) => answer(new URL(url, `http://${HOST}`), response, traces));
  http.listen(port, HOST);
  await once(http, 'listening');
  const listening = http.address();
  const bound = typeof listening === 'object' && listening !== null ? listening.port : port;
  const udp = createSocket('udp4');
  udp.on('message', (message) => take(message.toString('utf8'), traces));
  const stop = async () => {
    udp.close();
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
  };
  try {
    udp.bind(bound, HOST);
    await once(udp, 'listening');
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: `http://${HOST}:${String(bound)}`, address: `${HOST}:${String(bound)}`, stop };
}

/** A line that says the format, and a document. What is neither is dropped, as the daemon does. */
function take(datagram: string, traces: KeptTraces): void {
  const end = datagram.indexOf('\n');
  const header = parsed(datagram.slice(0, end));
  if (end < 0 || typeof header !== 'object' || header === null || !('format' in header)) return;
  if (header.format === 'json') traces.add(parsed(datagram.slice(end + 1)));
}

function answer({ pathname, searchParams }: URL, response: ServerResponse, traces: KeptTraces): void {
  const [, id] = /^\/traces\/([\w-]+)$/.exec(pathname) ?? [];
  if (id !== undefined) {
    const trace = traces.get(id);
    send(response, trace ? 200 : 404, trace ?? { message: 'There is no such trace here.' });
    return;
  }
  if (pathname !== '/traces') {
    send(response, 404, { message: 'Here are /traces and /traces/{id}; segments come by UDP.' });
    return;
  }
  const number = (name: string, fallback: number) => Number(searchParams.get(name) ?? fallback);
  const page = traces.page({
    from: number('from', 0),
    to: number('to', Infinity),
    limit: Math.min(MOST_PER_PAGE, number('limit', MOST_PER_PAGE)),
    after: searchParams.get('after') ?? undefined,
  });
  send(response, 200, page);
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

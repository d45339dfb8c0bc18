// The config center's own API behind a real HTTP server, for those who know it by its address alone.
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Center } from '../config-center/center.ts';

export interface ServedCenter {
  readonly url: string;
  stop(): Promise<void>;
}

export async function serveCenter(center: Pick<Center, 'send'>): Promise<ServedCenter> {
  const server = createServer((request, response) => {
    void answer(center, request).then(({ status, headers, body }) => {
      response.writeHead(status, headers).end(body);
    });
  });
  return { url: await listening(server), stop: () => stopped(server) };
}

/** Any other server, for answers that no control plane gives. */
export async function serve(server: Server): Promise<ServedCenter> {
  return { url: await listening(server), stop: () => stopped(server) };
}

async function answer(center: Pick<Center, 'send'>, request: IncomingMessage) {
  const body = await text(request);
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://center');
  const headers = Object.fromEntries(
    Object.entries(request.headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  );
  const {
    status,
    headers: answered,
    body: value,
  } = await center.send(request.method ?? 'GET', pathname, {
    as: null,
    headers,
    query: Object.fromEntries(searchParams),
    ...(body === '' ? {} : { body }),
  });
  return {
    status,
    headers: Object.fromEntries(Object.entries(answered).map(([name, one]) => [name, String(one)])),
    body: typeof value === 'string' ? value : JSON.stringify(value),
  };
}

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}

async function stopped(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

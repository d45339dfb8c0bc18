// An HTTP dependency on this machine that answers as a test says, and remembers what reached it.
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export type Answering = (response: ServerResponse, nth: number, request: SeenRequest) => void;

export interface HttpServer {
  readonly origin: string;
  readonly seen: SeenRequest[];
  /** Requests that ended before they were there in full. */
  readonly brokenOff: { count: number };
  answerWith(answering: Answering): void;
  close(): Promise<void>;
}

export async function startHttpServer(): Promise<HttpServer> {
  const seen: SeenRequest[] = [];
  const brokenOff = { count: 0 };
  let answering: Answering = (response) => response.end();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('error', () => (brokenOff.count += 1));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const one = { method, url, headers, body: Buffer.concat(chunks) };
      seen.push(one);
      answering(response, seen.length, one);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    seen,
    brokenOff,
    answerWith(given) {
      seen.length = 0;
      brokenOff.count = 0;
      answering = given;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export const answers =
  (status: number, headers: Record<string, string> = {}, body: string | Uint8Array = ''): Answering =>
  (response) =>
    response.writeHead(status, headers).end(body);

export const json = (body: unknown, status = 200): Answering =>
  answers(status, { 'content-type': 'application/json' }, JSON.stringify(body));

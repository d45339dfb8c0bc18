// Serves a handler for HTTP API events over HTTP, as API Gateway would.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ApiHandler } from '../../functions/api/index.ts';
import { httpV2 } from '../support/events.ts';

export interface Served {
  /** `127.0.0.1:<port>` */
  readonly address: string;
  /** What came, newest last. */
  readonly requests: { readonly accept: string; readonly status: number }[];
  stop(): Promise<void>;
}

export async function serve(api: ApiHandler): Promise<Served> {
  const requests: Served['requests'] = [];
  const server = createServer((request, response) => {
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [
        name,
        Array.isArray(value) ? value.join(',') : (value ?? ''),
      ]),
    );
    const event = httpV2({ method: request.method ?? 'GET', path: request.url ?? '/', headers });
    api(event, { awsRequestId: 'scrape' }).then(
      (answer) => {
        requests.push({ accept: headers['accept'] ?? '', status: answer.statusCode ?? 500 });
        const fields = Object.entries(answer.headers ?? {}).map(([name, value]): [string, string] => [
          name,
          String(value),
        ]);
        response.writeHead(answer.statusCode ?? 500, Object.fromEntries(fields)).end(answer.body ?? '');
      },
      () => response.writeHead(500).end(),
    );
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    address: `127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    requests,
    stop: () =>
      new Promise((stopped) => {
        server.closeAllConnections();
        server.close(() => stopped());
      }),
  };
}

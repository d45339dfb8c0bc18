// The dependency behind the last layer: a server that is down, and counts how often it was asked.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface LastDependency {
  readonly url: string;
  /** How often it was asked since the last time this was read. */
  take(): number;
  /** How many environments of functions whose names begin so have started. */
  instancesOf(prefix: string): number;
  close(): Promise<void>;
}

export async function startLast(): Promise<LastDependency> {
  let asked = 0;
  const started: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (request.url === '/instances') {
        started.push(Buffer.concat(chunks).toString('utf8'));
        response.writeHead(204).end();
        return;
      }
      asked++;
      response.writeHead(503, { 'content-type': 'application/json' }).end('{"error":"down"}');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/work`,
    take() {
      const taken = asked;
      asked = 0;
      return taken;
    },
    instancesOf: (prefix) => started.filter((name) => name.startsWith(prefix)).length,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

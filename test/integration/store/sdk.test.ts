// The control plane's client: a connection that nobody uses is not kept until its other end hangs up.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { sdkTable } from '../../../store/adapters/sdk.ts';

let server: Server;
const sockets: Socket[] = [];
beforeAll(async () => {
  server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    request.resume().on('end', () => response.setHeader('content-type', 'application/x-amz-json-1.0').end('{}'));
  });
  server.on('connection', (socket: Socket) => sockets.push(socket));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', `http://127.0.0.1:${port}`);
});
afterAll(() => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  server.close();
});

const key = { pk: 'ctl#services', sk: 'orders' };

it('uses a connection again, and hangs up when it has been idle for its time', async () => {
  const table = sdkTable({ tableName: 'flyball', longestIdleMs: 200 });
  await table.get(key);
  await table.get(key);
  expect(sockets).toHaveLength(1);
  const [socket] = sockets;
  if (socket && !socket.closed) await once(socket, 'close');
  await table.get(key);
  expect(sockets).toHaveLength(2);
});

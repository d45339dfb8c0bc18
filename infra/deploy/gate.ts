// The only way out for what deploys in a test: a proxy that leads to the emulator, and tells who wanted elsewhere.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type Socket } from 'node:net';

export interface Gate {
  readonly url: string;
  stop(): Promise<void>;
}

/** What a GET of the gate's own address answers. */
export interface GateReport {
  /** How often somebody was let through. */
  readonly passed: number;
  /** Where somebody wanted to go and was not let, as host:port. */
  readonly refused: readonly string[];
}

/** Lets through to `allowed` (host:port) alone. */
export async function openGate(allowed: string): Promise<Gate> {
  let passed = 0;
  const refused: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer(({ url = '' }, response) => {
    if (url === '/') {
      const report: GateReport = { passed, refused };
      response.setHeader('content-type', 'application/json').end(JSON.stringify(report));
      return;
    }
    // Plain HTTP asks a proxy with the whole address, instead of a tunnel.
    refused.push(url);
    response.writeHead(403).end();
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('connect', ({ url = '' }, socket: Socket) => {
    socket.on('error', () => socket.destroy());
    if (url !== allowed) {
      refused.push(url);
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      return;
    }
    passed += 1;
    const { hostname, port } = new URL(`http://${allowed}`);
    const onward = connect(Number(port), hostname, () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    onward.on('error', () => socket.destroy());
    socket.on('close', () => onward.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The operating system gave no port.');
  return {
    url: `http://127.0.0.1:${String(address.port)}`,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

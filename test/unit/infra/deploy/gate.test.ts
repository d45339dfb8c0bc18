// The proxy that keeps a deploy in a test on this machine.
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Gate, type GateReport, openGate } from '../../../../infra/deploy/gate.ts';

const server = createServer((_, response) => response.end('the emulator'));
let allowed: string;
let gate: Gate;

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  allowed = typeof address === 'object' && address ? `127.0.0.1:${String(address.port)}` : '';
  gate = await openGate(allowed);
});

afterAll(async () => {
  await gate.stop();
  server.close();
});

/** The status of the tunnel, and what came through it. */
async function tunnel(to: string): Promise<{ status: number | undefined; text: string }> {
  const asked = request(gate.url, { method: 'CONNECT', path: to }).end();
  const [response, socket] = (await once(asked, 'connect')) as [{ statusCode?: number }, NodeJS.ReadWriteStream];
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
  if (response.statusCode === 200) socket.write('GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
  await once(socket, 'end');
  return { status: response.statusCode, text };
}

describe('the gate', () => {
  it('leads to the emulator', async () => {
    expect(await tunnel(allowed)).toEqual({ status: 200, text: expect.stringContaining('the emulator') as unknown });
  });

  it('leads nowhere else', async () => {
    expect(await tunnel('sts.amazonaws.com:443')).toEqual({ status: 403, text: '' });
  });

  it('lets no plain request through either', async () => {
    const asked = request(gate.url, { path: 'http://169.254.169.254/latest/meta-data/' }).end();
    const [response] = (await once(asked, 'response')) as [{ statusCode?: number; resume(): void }];
    response.resume();
    expect(response.statusCode).toBe(403);
  });

  it('tells who wanted where', async () => {
    const report = (await (await fetch(gate.url)).json()) as GateReport;
    expect(report).toEqual({
      passed: 1,
      refused: ['sts.amazonaws.com:443', 'http://169.254.169.254/latest/meta-data/'],
    });
  });
});

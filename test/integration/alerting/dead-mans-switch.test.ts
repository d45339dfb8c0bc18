// What somebody outside is told at the end of a tick, over real TLS: one GET, in bounded time, that never fails the tick.
import type { ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { deadMansSwitch } from '../../../functions/alerting/dead-mans-switch.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { silentLogger } from '../../support/instance.ts';
import { SOON } from '../../support/patience.ts';
import { CERTIFICATE as ca, KEY } from './channels/localhost-certificate.ts';

const asked: string[] = [];
let answer: (response: ServerResponse) => void;
let server: Server;
let url: string;
beforeAll(async () => {
  server = createServer({ cert: ca, key: KEY }, ({ method, url: path }, response) => {
    asked.push(`${String(method)} ${String(path)}`);
    answer(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `https://localhost:${String((server.address() as AddressInfo).port)}/ping?from=flyball`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => void asked.splice(0));

const status = (code: number, headers = {}) => {
  answer = (response) => void response.writeHead(code, headers).end('x'.repeat(1_000_000));
};

function world(to: string | undefined) {
  const clock = fakeClock(0);
  const warn = vi.fn();
  return { clock, warn, beat: deadMansSwitch({ clock, logger: { ...silentLogger, warn }, url: to, ca }) };
}

it('is asked by one GET each time', async () => {
  status(200);
  const { beat, warn } = world(url);
  await beat();
  await beat();
  expect(asked).toEqual(['GET /ping?from=flyball', 'GET /ping?from=flyball']);
  expect(warn).not.toHaveBeenCalled();
});

it.each([undefined, ''])('is nobody where the address is %j', async (none) => {
  const { beat, warn } = world(none);
  await beat();
  expect(warn).not.toHaveBeenCalled();
});

it('is said once to fail, and again when it has gone well meanwhile; the address is in no log', async () => {
  const { beat, warn } = world(url);
  for (const [code, logged] of [...[[500, 1] as const, [404, 1] as const, [200, 1] as const, [503, 2] as const]]) {
    status(code);
    await beat();
    expect(warn).toHaveBeenCalledTimes(logged);
  }
  expect(JSON.stringify(warn.mock.calls)).toContain('it answered 500');
  expect(JSON.stringify(warn.mock.calls)).not.toContain('from=flyball');
});

it('follows no redirect', async () => {
  status(302, { location: '/elsewhere' });
  const { beat, warn } = world(url);
  await beat();
  expect(asked).toEqual(['GET /ping?from=flyball']);
  expect(warn).toHaveBeenCalledTimes(1);
});

it('is waited for two seconds', async () => {
  answer = () => undefined;
  const { beat, warn, clock } = world(url);
  const over = beat();
  await vi.waitFor(() => expect(asked).toHaveLength(1), SOON);
  clock.advance(2_000);
  await over;
  expect(warn).toHaveBeenCalledTimes(1);
});

it.each(['http://localhost:1/ping', 'localhost', 'https://localhost:1/'])('%s cannot be told', async (wrong) => {
  const { beat, warn } = world(wrong);
  await beat();
  expect(warn).toHaveBeenCalledTimes(1);
});

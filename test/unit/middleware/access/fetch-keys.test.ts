// Where the keys of an issuer are never fetched from: what belongs to the platform alone.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fetchKeys } from '../../../../middleware/access/key-set.ts';

const answer = { keys: [{ kty: 'OKP', kid: 'one' }] };
let server: Server;
let port: number;
let asked: number;

beforeEach(async () => {
  asked = 0;
  server = createServer((_request, response) => {
    asked++;
    response.end(JSON.stringify(answer));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  port = typeof address === 'object' && address ? address.port : 0;
});

afterEach(async () => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

const fetched = (host: string) => fetchKeys(`http://${host}:${port}/keys`, AbortSignal.timeout(10_000));

it('keys are fetched from this machine', async () => {
  vi.stubEnv('AWS_LAMBDA_RUNTIME_API', '127.0.0.1:9001');
  await expect(fetched('127.0.0.1')).resolves.toEqual(answer);
  expect(asked).toBe(1);
});

describe('the runtime API is not asked, whatever it is called', () => {
  it.each(['127.0.0.1', 'localhost', 'localhost.', '[::ffff:127.0.0.1]', '0.0.0.0', '127.1', '2130706433'])(
    '%s',
    async (host) => {
      vi.stubEnv('AWS_LAMBDA_RUNTIME_API', `127.0.0.1:${port}`);
      await expect(fetched(host)).rejects.toThrow('no keys are at the runtime API');
      expect(asked).toBe(0);
    },
  );
});

it.each(['http://169.254.170.2/v2/credentials', 'https://[fd00:ec2::254]/', 'https://[::ffff:169.254.169.254]/'])(
  'no keys are looked for where credentials are: %s',
  async (uri) => {
    await expect(fetchKeys(uri, AbortSignal.timeout(10_000))).rejects.toThrow('no keys are at a link-local address');
  },
);

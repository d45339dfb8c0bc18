import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import middy from '@middy/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { extensionsApi } from '../../../middleware/kernel/extensions-api.ts';
import { systemClock } from '../../../middleware/kernel/clock.ts';
import type { Table } from '../../../store/port.ts';
import { noTable, silentLogger, testContext } from '../../support/instance.ts';
import { SOON } from '../../support/patience.ts';

interface Asked {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly answer: ServerResponse;
}

/** The runtime API of an environment: it answers registrations, and leaves the question for the next event open. */
let server: Server;
let address: string;
let asked: Asked[];
let registration = 200;

beforeEach(async () => {
  asked = [];
  registration = 200;
  server = createServer((request, answer) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      asked.push({ path: request.url ?? '', headers: request.headers, body, answer });
      if (request.url?.endsWith('/register')) {
        answer.writeHead(registration, { 'lambda-extension-identifier': 'identifier-1' });
        answer.end('{}');
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `127.0.0.1:${String((server.address() as AddressInfo).port)}`;
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
  vi.unstubAllEnvs();
  vi.resetModules();
});

const questions = () => asked.filter(({ path }) => path.endsWith('/event/next'));
const invoke = (requestId: string) =>
  questions()
    .at(-1)
    ?.answer.end(JSON.stringify({ eventType: 'INVOKE', requestId, deadlineMs: systemClock.now() + 10_000 }));

describe('the Extensions API', () => {
  it('is asked for a registration and for events as AWS documents it', async () => {
    const api = extensionsApi(address);
    expect(await api.register('flyball')).toBe('identifier-1');
    const next = api.next('identifier-1');
    await vi.waitFor(() => expect(questions()).toHaveLength(1), SOON);
    invoke('a');
    expect(await next).toMatchObject({ eventType: 'INVOKE', requestId: 'a' });
    expect(asked.map(({ path }) => path)).toEqual([
      '/2020-01-01/extension/register',
      '/2020-01-01/extension/event/next',
    ]);
    expect(asked[0]?.headers['lambda-extension-name']).toBe('flyball');
    expect(JSON.parse(asked[0]?.body ?? '')).toEqual({ events: ['INVOKE'] });
    expect(asked[1]?.headers['lambda-extension-identifier']).toBe('identifier-1');
  });

  it('tells a refusal from a question that broke', async () => {
    registration = 403;
    const api = extensionsApi(address);
    await expect(api.register('flyball')).rejects.toMatchObject({ name: 'ExtensionRefused' });
    const next = api.next('identifier-1');
    await vi.waitFor(() => expect(questions()).toHaveLength(1), SOON);
    questions()[0]?.answer.destroy();
    await expect(next).rejects.not.toMatchObject({ name: 'ExtensionRefused' });
    registration = 500;
    await expect(api.register('flyball')).rejects.not.toMatchObject({ name: 'ExtensionRefused' });
  });
});

/** A table whose writes end when the test says so. */
function slowTable(): { table: Table; writes: () => number; land: () => void } {
  const writes: PromiseWithResolvers<never>[] = [];
  const write = () => {
    const written = Promise.withResolvers<never>();
    writes.push(written);
    return written.promise;
  };
  const land = () => writes.forEach(({ resolve }) => resolve(undefined as never));
  return { table: { ...noTable, put: write, update: write }, writes: () => writes.length, land };
}

function lines() {
  const said: string[] = [];
  const say = (message: string) => void said.push(message);
  return { said, logger: { info: say, warn: say, error: say } };
}

const SAYS = 'flyball sends its syncs before the response';
const context = (id: string) => testContext(systemClock, 10_000, id);

describe("flush: 'after-response'", () => {
  async function flyball(variables: Record<string, string>) {
    // Its limits are for a machine that has nothing else to do.
    const patient = { FLYBALL_STORE_PATIENCE: '20', ...variables };
    for (const [name, value] of Object.entries(patient)) vi.stubEnv(name, value);
    vi.resetModules();
    // What is read from a file the first time takes longer here than a sync may.
    const { loadEverything } = await import('../../../middleware/slots.ts');
    await loadEverything();
    return import('../../../middleware/index.ts');
  }

  it('answers before a write has landed, and gives the environment back after it', async () => {
    const { governed, flyball: face } = await flyball({ AWS_LAMBDA_RUNTIME_API: address });
    const { table, writes, land } = slowTable();
    const { said, logger } = lines();
    const options = { service: 'orders', flush: 'after-response', table, logger } as const;
    const handler = governed(options, () => Promise.resolve('answer'));
    await face.ready();
    await vi.waitFor(() => expect(questions()).toHaveLength(1), SOON);
    invoke('a');
    expect(await handler({}, context('a'))).toBe('answer');
    expect(writes()).toBeGreaterThan(0);
    expect(questions()).toHaveLength(1);
    land();
    await vi.waitFor(() => expect(questions()).toHaveLength(2), SOON);
    expect(said.filter((line) => line.startsWith(SAYS))).toEqual([]);
  });

  it('gives the environment back when another middleware answers early', async () => {
    const { govern, governPlugin, flyball: face } = await flyball({ AWS_LAMBDA_RUNTIME_API: address });
    const { logger } = lines();
    const early = { before: () => 'early' };
    const handler = middy(governPlugin)
      .use(early)
      .use(govern({ service: 'orders', flush: 'after-response', table: noTable, logger }))
      .handler(() => Promise.resolve('late'));
    await face.ready();
    await vi.waitFor(() => expect(questions()).toHaveLength(1), SOON);
    expect(await handler({}, context('a') as never)).toBe('early');
    invoke('a');
    await vi.waitFor(() => expect(questions()).toHaveLength(2), SOON);
  });

  it.each([
    ['a stack that does not tell of its end', {}, 'plain'],
    ['Managed Instances', { AWS_LAMBDA_INITIALIZATION_TYPE: 'lambda-managed-instances' }, 'governed'],
    ['no runtime API', { AWS_LAMBDA_RUNTIME_API: '' }, 'governed'],
    ['a registration that is refused', {}, 'refused'],
  ])('awaits its syncs before the response with %s, and says so once', async (_what, variables, kind) => {
    if (kind === 'refused') registration = 403;
    const { govern, governed, flyball: face } = await flyball({ AWS_LAMBDA_RUNTIME_API: address, ...variables });
    const { table, writes, land } = slowTable();
    const { said, logger } = lines();
    const options = { service: 'orders', flush: 'after-response', table, logger } as const;
    const answering = () => Promise.resolve('answer');
    const handler = kind === 'plain' ? middy().use(govern(options)).handler(answering) : governed(options, answering);
    await face.ready();
    const answered = vi.fn();
    const answer = handler({}, context('a') as never).then(answered);
    await vi.waitFor(() => expect(writes()).toBeGreaterThan(0), SOON);
    expect(answered).not.toHaveBeenCalled();
    land();
    await answer;
    expect(answered).toHaveBeenCalledWith('answer');
    await handler({}, context('b') as never);
    expect(said.filter((line) => line.startsWith(SAYS))).toHaveLength(1);
  });

  it('is not begun with FLYBALL_DISABLED=1', async () => {
    const { governed, flyball: face } = await flyball({ AWS_LAMBDA_RUNTIME_API: address, FLYBALL_DISABLED: '1' });
    const handler = governed(
      { service: 'orders', flush: 'after-response', table: noTable, logger: silentLogger },
      () => 'answer',
    );
    await face.ready();
    expect(await handler({}, context('a'))).toBe('answer');
    expect(asked).toEqual([]);
  });

  it('is a word, and no other will do', async () => {
    const { governed } = await flyball({});
    expect(() => governed({ service: 'orders', flush: 'later' as never }, () => 1)).toThrow(
      'before-response or after-response',
    );
  });
});

// The signed client against a server that misbehaves on purpose: limits, aborts, idle sockets, odd answers.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { signedTable, type SignedTableOptions } from '../../../store/adapters/signed.ts';
import { SOON } from '../../support/patience.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const key = { pk: 'run#orders#throttle#everyone', sk: 'bucket' };
const closers: (() => void)[] = [];

afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A server, a clock that stands still unless moved, and a table that speaks to the one by the other. */
async function storeThat(handler: Handler, options: Partial<SignedTableOptions> = {}) {
  const sockets = new Set<Socket>();
  const received: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    received.push(request);
    sockets.add(request.socket);
    request.resume().on('end', () => handler(request, response));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  let nowMs = Date.UTC(2026, 10, 21);
  const table = signedTable({
    tableName: 'flyball',
    region: 'eu-central-1',
    endpoint: `http://127.0.0.1:${port}`,
    credentials: { accessKeyId: 'id', secretAccessKey: 'the-secret', sessionToken: 'the-token' },
    clock: { now: () => nowMs },
    defaultTimeoutMs: 60_000,
    firstTimeoutMs: 60_000,
    ...options,
  });
  return { table, sockets, received, port, advance: (ms: number) => (nowMs += ms) };
}

const answer =
  (status: number, body: object | string): Handler =>
  (_request, response) => {
    response.statusCode = status;
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
const silence: Handler = () => {};

describe('the time limit', () => {
  it('ends a call that gets no answer, and its connection with it', async () => {
    const { table, sockets } = await storeThat(silence);
    await expect(table.get(key, { timeoutMs: 30 })).rejects.toMatchObject({
      name: 'StoreUnavailable',
      reason: 'timeout',
      message: 'GetItem on table "flyball": no answer within 30 ms',
    });
    await expect.poll(() => [...sockets].every((socket) => socket.destroyed), SOON).toBe(true);
  });

  it('is longer for the first call, which also connects', async () => {
    const { table } = await storeThat(silence, { firstTimeoutMs: 60, defaultTimeoutMs: 20 });
    await expect(table.get(key)).rejects.toThrow('within 60 ms');
    await expect(table.get(key)).rejects.toThrow('within 20 ms');
  });

  it('covers an answer that begins and never ends', async () => {
    const { table } = await storeThat((_request, response) => response.write('{"Item":'));
    await expect(table.get(key, { timeoutMs: 50 })).rejects.toMatchObject({ reason: 'timeout' });
  });

  it('leaves no timer behind, however a call ends', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const before = timers();
    const { table, port } = await storeThat(answer(200, {}), { firstTimeoutMs: 60_000, defaultTimeoutMs: 60_000 });
    await table.get(key);
    const abort = new AbortController();
    const aborted = table.get(key, { signal: abort.signal });
    abort.abort();
    await expect(aborted).rejects.toMatchObject({ reason: 'aborted' });
    const unreachable = await storeThat(silence, { endpoint: `https://127.0.0.1:${port}`, firstTimeoutMs: 60_000 });
    await expect(unreachable.table.get(key)).rejects.toMatchObject({ reason: 'connect' });
    // Others may have one for a moment; ours would be there for a minute.
    await expect.poll(timers, SOON).toBeLessThanOrEqual(before);
  });
});

describe('aborting', () => {
  it('ends the call at once and its connection with it', async () => {
    const abort = new AbortController();
    const { table, sockets } = await storeThat(() => abort.abort());
    await expect(
      table.update({ key, update: 'ADD n :n', values: { ':n': 1 }, signal: abort.signal }),
    ).rejects.toMatchObject({
      name: 'StoreUnavailable',
      reason: 'aborted',
    });
    await expect.poll(() => [...sockets].every((socket) => socket.destroyed), SOON).toBe(true);
  });

  it('after the answer changes nothing', async () => {
    const abort = new AbortController();
    const { table, sockets } = await storeThat(answer(200, {}));
    expect(await table.get(key, { signal: abort.signal })).toBeUndefined();
    abort.abort();
    expect(await table.get(key)).toBeUndefined();
    expect(sockets.size).toBe(1);
  });
});

describe('connections', () => {
  it('are reused while they are not idle for over 4 s, frozen or not', async () => {
    const { table, sockets, advance } = await storeThat(answer(200, {}));
    await table.get(key);
    for (let i = 0; i < 3; i++) {
      advance(4000);
      await table.get(key);
    }
    expect(sockets.size).toBe(1);
    advance(4001);
    await table.get(key);
    expect(sockets.size).toBe(2);
  });

  it('that were idle are dropped one by one, not by the youngest of them', async () => {
    const { table, sockets, advance } = await storeThat(answer(200, {}));
    await Promise.all([table.get(key), table.get(key)]);
    expect(sockets.size).toBe(2);
    advance(3000);
    await table.get(key);
    advance(3000);
    await Promise.all([table.get(key), table.get(key)]);
    expect(sockets.size).toBe(3);
  });

  it('that break in the middle of an answer make the store unavailable', async () => {
    const { table } = await storeThat((request, response) => {
      response.write('{"Item":', () => request.socket.destroy());
    });
    await expect(table.get(key)).rejects.toMatchObject({ name: 'StoreUnavailable', reason: 'connect' });
  });
});

describe('an answer', () => {
  it('that is not DynamoDB’s JSON makes the store unavailable', async () => {
    for (const body of ['<html>Bad gateway</html>', '', '"text"']) {
      const { table } = await storeThat(answer(502, body));
      await expect(table.get(key)).rejects.toMatchObject({ name: 'StoreUnavailable', reason: 'server' });
    }
  });

  it('larger than any answer may be is cut off', async () => {
    const { table } = await storeThat((_request, response) => {
      const more = () => {
        while (response.write('x'.repeat(65_536))) if (response.destroyed) return;
      };
      response.on('drain', more);
      more();
    });
    await expect(table.get(key)).rejects.toThrow(/the answer is larger than 4194304 bytes/);
  });

  it.each([
    { type: 'ProvisionedThroughputExceededException', expected: { name: 'StoreUnavailable', reason: 'throttled' } },
    { type: 'AccessDeniedException', expected: { name: 'StoreRejected', type: 'AccessDeniedException' } },
  ])('of type $type is an error of ours', async ({ type, expected }) => {
    const { table } = await storeThat(
      answer(400, { __type: `com.amazonaws.dynamodb.v20120810#${type}`, message: 'no' }),
    );
    await expect(table.get(key)).rejects.toMatchObject(expected);
  });

  it('to a lost race carries the item, which is then not read again', async () => {
    const lost = { __type: 'x#ConditionalCheckFailedException', Item: { tat: { N: '7' } } };
    const { table, received } = await storeThat(answer(400, lost));
    const written = await table.update({ key, update: 'SET tat = :t', condition: 'tat < :t', values: { ':t': 1 } });
    expect(written).toEqual({ applied: false, item: { tat: 7 } });
    expect(received).toHaveLength(1);
  });

  it('without the item sends the emulator’s caller to read it consistently', async () => {
    const { table, received } = await storeThat((request, response) => {
      const reading = request.headers['x-amz-target'] === 'DynamoDB_20120810.GetItem';
      if (reading) answer(200, { Item: { tat: { N: '7' } } })(request, response);
      else answer(400, { __type: 'x#ConditionalCheckFailedException' })(request, response);
    });
    const written = await table.put({ item: key, condition: 'attribute_not_exists(pk)' });
    expect(written).toEqual({ applied: false, item: { tat: 7 } });
    expect(received).toHaveLength(2);
  });
});

describe('what is sent', () => {
  it('is signed with the session token, and no error tells a secret', async () => {
    const { table, received } = await storeThat(
      answer(400, { __type: 'x#InvalidSignatureException', message: 'x-amz-security-token:the-token' }),
    );
    const error: unknown = await table.get(key).catch((thrown: unknown) => thrown);
    expect(received[0]?.headers).toMatchObject({
      'x-amz-security-token': 'the-token',
      'content-type': 'application/x-amz-json-1.0',
    });
    expect(error).toBeInstanceOf(Error);
    expect(String(error)).not.toMatch(/the-token|the-secret/);
  });
});

describe('the store’s clock', () => {
  it('is read from its Date header, also of a refusal', async () => {
    const { table } = await storeThat((request, response) => {
      response.setHeader('date', new Date(Date.UTC(2026, 10, 21) + 90_000).toUTCString());
      answer(400, { __type: 'x#AccessDeniedException' })(request, response);
    });
    expect(table.skew()).toBeUndefined();
    await expect(table.get(key)).rejects.toMatchObject({ name: 'StoreRejected' });
    expect(table.skew()).toEqual({ lowMs: 89_999, highMs: 91_000 });
  });
});

// Answers that are handed over as streams: judged at their headers, and what ends them afterwards.
import { text as textOf } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { DependencyRule } from '../../../middleware/kernel/rules/document.ts';
import { SOON } from '../../support/patience.ts';
import { answers, startHttpServer, type Answering, type HttpServer } from './http-server.ts';
import { RETRIED, thrown, world } from './world.ts';

let server: HttpServer;
beforeAll(async () => {
  server = await startHttpServer();
});
afterAll(() => server.close());

const at = (rule: DependencyRule = {}): DependencyRule => ({ target: { url: server.origin }, ...rule });

/** Headers and a beginning; the rest is the test's. */
function begins(then: (response: Parameters<Answering>[0]) => void = () => undefined): Answering {
  return (response) => {
    response.writeHead(200, { 'content-type': 'text/plain' });
    response.write('begin');
    then(response);
  };
}

/** Lets the answer break off once its beginning has been read. */
const BREAKS = { trip: () => undefined as void };
const breaksOff = begins((response) => {
  BREAKS.trip = () => void response.destroy();
});

describe('an answer as a stream', () => {
  it('is given as soon as its headers are there', async () => {
    let finish = () => undefined as unknown;
    server.answerWith(begins((response) => (finish = () => response.end(' end'))));
    const read = await world(at())(async (caller) => {
      const stream = await caller.call('payments', { as: 'stream' });
      expect(stream).toBeInstanceOf(Readable);
      finish();
      return textOf(stream);
    });
    expect(read).toBe('begin end');
  });

  it('goes on after the attempt’s own time, which was for the headers', async () => {
    let finish = () => undefined as unknown;
    server.answerWith(begins((response) => (finish = () => response.end(' end'))));
    await world(at({ attemptTimeout: '400ms' }))(async (caller) => {
      const startedAt = performance.now();
      const stream = await caller.call('payments', { as: 'stream' });
      await vi.waitFor(() => expect(performance.now() - startedAt).toBeGreaterThan(420), SOON);
      finish();
      expect(await textOf(stream)).toBe('begin end');
    });
  });

  it('that says no is none: its body belongs to the error, and the attempt is judged and repeated', async () => {
    server.answerWith((response, nth, request) =>
      nth === 1 ? answers(503, {}, 'no room')(response, nth, request) : begins((r) => r.end())(response, nth, request),
    );
    const run = world(at({ retry: RETRIED }));
    expect(await run(async (caller) => textOf(await caller.call('payments', { method: 'GET', as: 'stream' })))).toBe(
      'begin',
    );
    server.answerWith(answers(404, {}, 'not here'));
    const error = await thrown(run((caller) => caller.call('payments', { as: 'stream' })));
    expect(error).toMatchObject({ outcome: '404', response: { body: 'not here' } });
  });

  it('that breaks off is an error to its reader, and a failure of the dependency to its breaker', async () => {
    server.answerWith(breaksOff);
    const run = world(at({ breaker: { consecutiveFailures: 1 } }));
    const broken = async () =>
      run(async (caller) => {
        const stream = await caller.call('payments', { as: 'stream' });
        stream.once('data', () => BREAKS.trip());
        return textOf(stream);
      });
    expect(await thrown(broken())).toMatchObject({ code: 'ECONNRESET' });
    expect(await thrown(broken())).toMatchObject({ name: 'Refused', by: 'breaker' });
  });

  it('whose reader stops is no failure of the dependency', async () => {
    server.answerWith(begins());
    const run = world(at({ breaker: { consecutiveFailures: 1 } }));
    const stopping = () =>
      run(async (caller) => {
        for await (const chunk of await caller.call('payments', { as: 'stream' })) return String(chunk);
        return '';
      });
    expect([await stopping(), await stopping()]).toEqual(['begin', 'begin']);
  });

  it('ends with the deadline of the invocation', async () => {
    server.answerWith(begins());
    const run = world(at({ breaker: { consecutiveFailures: 1 } }), 300);
    const reading = () => run(async (caller) => textOf(await caller.call('payments', { as: 'stream' })));
    expect(await thrown(reading())).toMatchObject({ name: 'DeadlineExceeded' });
    expect(await thrown(reading())).toMatchObject({ name: 'DeadlineExceeded' });
  });

  it('ends with the caller’s own signal', async () => {
    server.answerWith(begins());
    const abort = new AbortController();
    const left = new Error('the user has left');
    const error = await thrown(
      world(at())(async (caller) => {
        const stream = await caller.call('payments', { as: 'stream', signal: abort.signal });
        stream.once('data', () => abort.abort(left));
        return textOf(stream);
      }),
    );
    expect(error).toBe(left);
  });

  it('that nobody reads ends with the invocation', async () => {
    server.answerWith(begins());
    const stream = await world(at())(({ call }) => call('payments', { as: 'stream' }));
    expect(stream.destroyed).toBe(true);
  });
});

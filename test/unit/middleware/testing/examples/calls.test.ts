// A dependency that fails is tried again, then given up, then left alone; time passes as it is needed.
import { flyball } from 'flyball';
import { events, testGovernor } from 'flyball/testing';
import { beforeEach, describe, expect, it } from 'vitest';

const rules = {
  dependencies: {
    rates: {
      target: { url: 'https://rates.example.com' },
      attemptTimeout: '500ms',
      retry: { attempts: 2, backoff: { initial: '1s', jitter: 'none' }, budget: '100%' },
      breaker: { window: { time: '30s', minimumCalls: 4 }, openFor: { initial: '10s' } },
      fallback: [{ respond: { status: 200, body: { rate: 1 } } }],
    },
  },
} as const;

describe('rates', () => {
  let flyballTest: Awaited<ReturnType<typeof testGovernor>>;
  let ask: () => Promise<unknown>;

  beforeEach(async () => {
    flyballTest = await testGovernor({ service: 'shop', rules });
    const handler = flyballTest.governed(() => flyball.call('rates', { method: 'GET', path: '/EUR' }));
    ask = () => flyballTest.invoke(handler, events.httpV2({ method: 'GET' }));
  });

  it('are asked for again after a timeout', async () => {
    flyballTest.respond('rates', { fail: 'timeout' }, { body: { rate: 1.08 } });
    expect(await ask()).toEqual({ rate: 1.08 });
    const attempts = flyballTest.recorded.attempts.map(
      ({ outcome, durationMs }) => `${outcome} after ${durationMs} ms`,
    );
    expect(attempts).toEqual(['timeout after 500 ms', 'ok after 0 ms']);
  });

  it('are made up while nobody answers, and nobody is asked any more', async () => {
    flyballTest.respond('rates', { fail: 503, after: '100ms' });
    for (let i = 0; i < 3; i++) expect(await ask()).toEqual({ rate: 1 });
    expect(flyballTest.calls).toHaveLength(4);
    expect(flyballTest.breaker('rates').state).toBe('OPEN');

    flyballTest.respond('rates', ({ path }) => ({ body: { asked: path }, after: '200ms' }));
    await flyballTest.advance('15s');
    expect(await ask()).toEqual({ asked: '/EUR' });
    expect(flyballTest.breaker('rates').state).toBe('CLOSED');
  });

  it('may be cut off by an operator', async () => {
    flyballTest.respond('rates', { body: { rate: 1.08 } });
    await flyballTest.breaker('rates').force('OPEN');
    expect(await ask()).toEqual({ rate: 1 });
    expect(flyballTest.calls).toEqual([]);
  });
});

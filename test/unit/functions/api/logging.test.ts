// What a line of our own functions' logs says of the request it belongs to.
import type { Context } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { logged, loggerOf } from '../../../../functions/api/logging.ts';
import { governed } from '../../../../middleware/index.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { testContext, testInstance } from '../../../support/instance.ts';

type Line = Readonly<Record<string, unknown>>;

const lines: Line[] = [];

beforeEach(() => {
  lines.length = 0;
  // Its own console cannot be watched; in development it uses the one everybody has.
  vi.stubEnv('POWERTOOLS_DEV', 'true');
  vi.stubEnv('_X_AMZN_TRACE_ID', 'Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0');
  for (const level of ['info', 'warn', 'error'] as const) {
    vi.spyOn(console, level).mockImplementation((line: string) => void lines.push(JSON.parse(line) as Line));
  }
});

afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const request = (id: string): Context => testContext(fakeClock(), 30_000, id);

describe('a line of a function', () => {
  it('names its level, its service, its request and its trace', async () => {
    const logger = loggerOf('orders');
    const handler = logged(logger, async () => logger.warn('something is odd', { sku: 'apple' }));
    await handler({}, request('one'));
    expect(lines).toMatchObject([
      {
        level: 'WARN',
        message: 'something is odd',
        service: 'orders',
        function_request_id: 'one',
        xray_trace_id: '1-5759e988-bd862e3fe1be46a994272793',
        sku: 'apple',
      },
    ]);
  });

  it("names its request among flyball's own as well, before the handler has begun", async () => {
    const logger = loggerOf('orders');
    const instance = testInstance({ logger });
    const handler = logged(
      logger,
      governed({ service: 'orders', instance }, async () => logger.info('in the handler')),
    );
    await handler({}, request('one'));
    await handler({}, request('two'));
    const told = lines.map(({ message, function_request_id: id }) => `${String(id)}: ${String(message)}`);
    expect(told.slice(0, 2)).toEqual(['one: flyball could not sync', 'one: in the handler']);
    expect(told.at(-1)).toBe('two: in the handler');
  });

  it('names its own request where many are served at once', async () => {
    vi.stubEnv('AWS_LAMBDA_MAX_CONCURRENCY', '10');
    const { AsyncLocalStorage } = await import('node:async_hooks');
    // As the runtime of Managed Instances has it.
    const storage = new AsyncLocalStorage<Map<PropertyKey, unknown>>();
    vi.stubGlobal('awslambda', {
      InvokeStore: {
        hasContext: () => storage.getStore() !== undefined,
        get: (key: PropertyKey) => storage.getStore()?.get(key),
        set: (key: PropertyKey, value: unknown) => storage.getStore()?.set(key, value),
        getXRayTraceId: () => storage.getStore()?.get('trace'),
      },
    });
    const logger = storage.run(new Map(), () => loggerOf('orders'));
    const begun = Promise.withResolvers<void>();
    const handler = logged(logger, async ({ wait }: { readonly wait: Promise<void> }) => {
      await wait;
      logger.info('done');
    });
    const serve = (id: string, wait: Promise<void>) =>
      storage.run(new Map([['trace', `Root=trace-of-${id}`]]), () => handler({ wait }, request(id)));
    const first = serve('one', begun.promise);
    await serve('two', Promise.resolve());
    begun.resolve();
    await first;
    expect(lines).toMatchObject([
      { function_request_id: 'two', xray_trace_id: 'trace-of-two' },
      { function_request_id: 'one', xray_trace_id: 'trace-of-one' },
    ]);
  });
});

import middy from '@middy/core';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import * as flyballModule from '../../middleware/index.ts';
import { Misused, governed } from '../../middleware/index.ts';
import { loadEverything } from '../../middleware/slots.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { noTable, silentLogger, testContext } from '../support/instance.ts';
import { httpV2 } from '../support/events.ts';

const parts = () => ({ clock: fakeClock(), table: noTable, logger: silentLogger });
const bootstrap = (service: string) => ({
  apiVersion: 'flyball/v1',
  service,
  throttles: { everyone: { limit: '1/10s', scope: 'instance' } },
});

const statuses = async (handler: (event: unknown, context: never) => Promise<unknown>, times: number) => {
  const clock = fakeClock();
  const seen: unknown[] = [];
  for (let i = 0; i < times; i++) {
    const answer = await handler(httpV2(), testContext(clock) as never);
    seen.push((answer as { statusCode: number }).statusCode);
  }
  return seen;
};

const ok = () => Promise.resolve({ statusCode: 200 });

// What is loaded later must be of these modules, not of those a test has begun anew.
beforeAll(loadEverything);

afterEach(() => {
  vi.unstubAllEnvs();
  vi.resetModules();
});

describe('govern', () => {
  it('needs a service, and says how to give one', () => {
    expect(() => governed({ service: '' }, ok)).toThrow("govern({ service: 'orders' })");
  });

  it.each([
    ['no options', () => flyballModule.govern(undefined as never), 'the service whose rules apply is missing'],
    ['a name no rules can have', () => flyballModule.govern({ service: 'My Shop' }), '"My Shop" names no service'],
    ['no handler', () => governed({ service: 'shop' }, undefined as never), 'takes the handler second'],
    [
      'a logger that is none',
      () => governed({ ...parts(), service: 'shop', logger: { info: () => {} } as never }, ok),
      'logger has no warn, error',
    ],
    [
      'a tracer of somebody else',
      () => governed({ ...parts(), service: 'shop', tracer: { startSpan: () => {} } as never }, ok),
      'tracer is what openTelemetryTracer(api)',
    ],
  ])('says what is wrong with %s', (_what, wrap, message) => {
    expect(wrap).toThrow(message);
  });

  it('refuses rules packaged for another service', () => {
    expect(() => governed({ ...parts(), service: 'orders', bootstrap: bootstrap('other') }, ok)).toThrow(Misused);
  });

  it('says which bootstrap file cannot be read', () => {
    expect(() => governed({ ...parts(), service: 'orders', bootstrap: './nowhere.json' }, ok)).toThrow('nowhere.json');
  });

  it('works under packaged rules when the table is not there', async () => {
    const handler = governed({ ...parts(), service: 'orders', bootstrap: bootstrap('orders') }, ok);
    expect(await statuses(handler, 3)).toEqual([200, 429, 429]);
  });

  it('runs a function whose logger throws, also when there is something to log', async () => {
    const full = () => {
      throw new Error('log disk full');
    };
    const logger = { info: full, warn: full, error: full, debug: full };
    const handler = governed({ ...parts(), logger, service: 'orders' }, ok);
    expect(await statuses(handler, 3)).toEqual([200, 200, 200]);
  });

  it('runs a function ungoverned when there are no rules at all', async () => {
    expect(await statuses(governed({ ...parts(), service: 'orders' }, ok), 3)).toEqual([200, 200, 200]);
  });

  it.each([
    'throttle',
    'concurrency',
    'breaker',
    'retry',
    'redelivery',
    'deadline',
    'fallback',
    'trace',
    'telemetry',
  ] as const)('%s() is a middleware of its own', async (name) => {
    const options = { ...parts(), service: 'orders', bootstrap: bootstrap('orders') };
    const handler = middy().use(flyballModule[name](options)).handler(ok);
    expect(await statuses(handler as never, 2)).toEqual([200, name === 'throttle' ? 429 : 200]);
  });

  it('is taken out of the way by FLYBALL_DISABLED=1, while calls still find their targets', async () => {
    vi.stubEnv('FLYBALL_DISABLED', '1');
    vi.resetModules();
    const disabled = await import('../../middleware/index.ts');
    const handler = disabled.governed({ ...parts(), service: 'orders', bootstrap: bootstrap('orders') }, async () => {
      const rate = await disabled.flyball.run('fx-rates', () => Promise.resolve(1.1));
      return { statusCode: rate > 1 ? 200 : 500 };
    });
    expect(await statuses(handler, 3)).toEqual([200, 200, 200]);
  });

  it('leaves what the handler gives and throws as it is', async () => {
    const handler = governed({ ...parts(), service: 'orders' }, (event: { fail?: boolean }) => {
      if (event.fail) throw new TypeError('mine');
      return { any: ['shape'] };
    });
    const context = testContext(fakeClock());
    expect(await handler({}, context)).toEqual({ any: ['shape'] });
    await expect(handler({ fail: true }, context)).rejects.toThrow(new TypeError('mine'));
  });
});

describe('maxStale', () => {
  it('that is no duration is refused where it was written', () => {
    expect(() => governed({ ...parts(), service: 'orders', maxStale: 'soon' }, ok)).toThrow('maxStale: "soon" is not');
  });

  it('that is no duration in the environment keeps no function from starting', async () => {
    vi.stubEnv('FLYBALL_MAX_STALE', 'soon');
    expect(await statuses(governed({ ...parts(), service: 'orders' }, ok), 1)).toEqual([200]);
  });
});

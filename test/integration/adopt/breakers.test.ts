// docs/adopt/opossum.md and docs/adopt/cockatiel.md: what stays the same behind flyball, and what gets better.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { readBreaker } from '../../../store/items/breaker.ts';
import { systemClock } from '../../../middleware/kernel/clock.ts';
import { ok, silent, startSdkServer, type Answering, type SdkServer } from '../call/sdk-server.ts';
import { SOON } from '../../support/patience.ts';
import { coldStart, context, endOf, publish, rulesOf } from './environment.ts';

let rates: SdkServer;

beforeAll(async () => {
  rates = await startSdkServer();
});
beforeEach(() => vi.stubEnv('FX_URL', rates.endpoint));
afterEach(() => vi.unstubAllEnvs());
afterAll(() => rates.close());

const broken: Answering = (response) => response.writeHead(503).end();
const EUR = { currency: 'EUR' };

describe('opossum', () => {
  const before = () => import('../../adopt/opossum/before.ts');
  const after = () => import('../../adopt/opossum/after.ts');

  it.each([
    { what: 'the rates answer', answering: ok({ rate: 1.1 }), rate: 1.1 },
    { what: 'the rates fail: the fallback', answering: broken, rate: 1 },
    { what: 'the rates are silent: the fallback, after 500 ms', answering: silent, rate: 1 },
  ])('before and after give the same when $what', async ({ answering, rate }) => {
    await publish(inject('dynamodb'), rulesOf('opossum'));
    rates.answerWith(answering);
    const startedAt = systemClock.now();
    expect(await (await coldStart(before)).handler(EUR)).toEqual({ rate });
    const waitedMs = systemClock.now() - startedAt;
    expect(await (await coldStart(after)).handler(EUR, context())).toEqual({ rate });
    expect(systemClock.now() - startedAt - waitedMs).toBeLessThan(Math.max(10_000, 3 * waitedMs));
  });

  it('before: an environment’s breaker is its own, and the next one calls what is known to be down', async () => {
    rates.answerWith(broken);
    for (let environment = 1; environment <= 3; environment++) {
      const { handler } = await coldStart(before);
      for (let request = 0; request < 8; request++) await handler(EUR);
      expect(rates.seen).toHaveLength(5 * environment);
    }
  });

  it('after: the breaker is the fleet’s, and the next environment does not call at all', async () => {
    const { sdk } = await publish(inject('dynamodb'), rulesOf('opossum'));
    rates.answerWith(broken);
    const first = await coldStart(after);
    await vi.waitFor(async () => {
      expect(await first.handler(EUR, context())).toEqual({ rate: 1 });
      const breaker = await readBreaker(sdk, 'shop', 'fx-rates', systemClock.now());
      expect(breaker).toMatchObject({ state: 'OPEN' });
    }, SOON);
    const calls = rates.seen.length;
    expect(calls).toBeGreaterThanOrEqual(5);
    const second = await coldStart(after);
    for (let request = 0; request < 8; request++) expect(await second.handler(EUR, context())).toEqual({ rate: 1 });
    expect(rates.seen).toHaveLength(calls);
  });

  it('before: a request that timed out goes on behind its back; after: its socket is closed', async () => {
    await publish(inject('dynamodb'), rulesOf('opossum'));
    rates.answerWith(silent);
    await (await coldStart(before)).handler(EUR);
    expect(rates.cutOff.count).toBe(0);
    await (await coldStart(after)).handler(EUR, context());
    await vi.waitFor(() => expect(rates.cutOff.count).toBe(1), SOON);
  });
});

describe('cockatiel', () => {
  const before = () => import('../../adopt/cockatiel/before.ts');
  const after = () => import('../../adopt/cockatiel/after.ts');

  it('before and after repeat what failed once', async () => {
    await publish(inject('dynamodb'), rulesOf('cockatiel'));
    const failsOnce: Answering = (response, nth, request) =>
      (nth === 1 ? broken : ok({ rate: 1.1 }))(response, nth, request);
    rates.answerWith(failsOnce);
    expect(await (await coldStart(before)).handler(EUR)).toEqual({ rate: 1.1 });
    expect(rates.seen).toHaveLength(2);
    rates.answerWith(failsOnce);
    expect(await (await coldStart(after)).handler(EUR, context())).toEqual({ rate: 1.1 });
    expect(rates.seen).toHaveLength(2);
  });

  it('before throws what was thrown last; after throws DependencyFailed with that as its cause', async () => {
    await publish(inject('dynamodb'), rulesOf('cockatiel'));
    rates.answerWith(broken);
    expect(await endOf(async () => (await coldStart(before)).handler(EUR))).toEqual({
      threw: 'Error: the rates answered 503',
    });
    const { handler } = await coldStart(after);
    const error = await handler(EUR, context()).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({
      name: 'DependencyFailed',
      dependency: 'fx-rates',
      attempts: 2,
      cause: { message: 'the rates answered 503' },
    });
  });

  it('before: an outage is met with three times the calls; after: with 6 % more and one', async () => {
    await publish(inject('dynamodb'), rulesOf('cockatiel'));
    const requests = 20;
    rates.answerWith(broken);
    const plain = await coldStart(before);
    for (let request = 0; request < requests; request++) await endOf(() => plain.handler(EUR));
    expect(rates.seen).toHaveLength(3 * requests);

    rates.answerWith(broken);
    const { handler } = await coldStart(after);
    for (let request = 0; request < requests; request++) await endOf(() => handler(EUR, context()));
    expect(rates.seen.length).toBeLessThanOrEqual(1.06 * requests + 1);
  });

  it('before: three attempts outlast the invocation; after: the deadline ends them in time to answer', async () => {
    await publish(inject('dynamodb'), rulesOf('cockatiel'));
    rates.answerWith(silent);
    const startedAt = systemClock.now();
    await endOf(async () => (await coldStart(before)).handler(EUR));
    expect(systemClock.now() - startedAt).toBeGreaterThan(1_400);

    // What is left at the end is little: on a machine that looks elsewhere just then, it takes another environment.
    await vi.waitFor(async () => {
      const { handler } = await coldStart(after);
      const limited = context(1_000);
      const end = await endOf(() => handler(EUR, limited));
      expect(end).toEqual({ threw: expect.stringContaining('FLYBALL_') as string });
      expect(limited.getRemainingTimeInMillis()).toBeGreaterThan(0);
    }, SOON);
  });
});

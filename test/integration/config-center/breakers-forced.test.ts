// What is forced, as operators meet it: beneath it, after its time, and where there is nothing to release; and what windows of calls show.
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { run } from '../../../cli/run.ts';
import { breakerStore } from '../../../store/items/breaker.ts';
import type { Table } from '../../../store/port.ts';
import { serveCenter, type ServedCenter } from '../cli/center-over-http.ts';
import { createTable } from '../table.ts';
import { NOW, startCenter, type Center } from './center.ts';

const BREAKERS = '/v1/services/orders/breakers';
const iso = (ms: number) => new Date(ms).toISOString();

let table: Table;
let center: Center;
let served: ServedCenter;

beforeAll(async () => {
  ({ sdk: table } = await createTable(inject('dynamodb')));
  center = await startCenter(table);
  served = await serveCenter(center);
  const put = await center.send('PUT', '/v1/services/orders/draft', {
    body: {
      apiVersion: 'flyball/v1',
      service: 'orders',
      dependencies: {
        payments: { breaker: {} },
        rates: { breaker: { window: { calls: 20 } } },
        stock: { breaker: { halfOpen: { probes: 1, ramp: ['10%', '100%'] } } },
        mail: { breaker: {} },
      },
    },
  });
  expect(put.status, JSON.stringify(put.body)).toBe(200);
  const published = await center.send('POST', '/v1/services/orders/publish');
  expect(published.body).toMatchObject({ revision: 1 });
});
afterAll(() => served.stop());

const bodyOf = async (path: string) => (await center.send('GET', `${BREAKERS}${path}`)).body;
const force = (name: string, body: object) => center.send('POST', `${BREAKERS}/${name}/force`, { body });
const stepsOf = async (name: string) =>
  ((await bodyOf(`/${name}/transitions`)) as { transitions: Record<string, unknown>[] }).transitions;

async function flyball(...argv: readonly string[]): Promise<string> {
  let out = '';
  await run(argv, {
    env: { FLYBALL_URL: served.url, FLYBALL_TOKEN: 'fb_publisher' },
    folder: '/',
    version: '1.2.3',
    out: (text) => (out += text),
    err: (text) => (out += text),
  });
  return out;
}

/** As an instance opens it. */
async function opened(name: string, epoch: number): Promise<void> {
  const because = { cause: 'failureRate', by: 'i-1', function: 'orders-fn', was: 'CLOSED' } as const;
  const state = { kind: 'OPEN', until: epoch + 5_000, openForMs: 5_000 } as const;
  await breakerStore(table, 'orders', name).move({ epoch: 0 }, { epoch, state, because }, []);
}

describe('a window of calls', () => {
  it('shows what it holds', async () => {
    const added = [
      { of: 'segmentCalls', start: 0, width: 2, count: 2 },
      { of: 'segmentCalls', start: 1, width: 2, count: 1 },
      { of: 'segmentFailures', start: 1, width: 2, count: 1 },
    ] as const;
    await breakerStore(table, 'orders', 'rates').publish(0, [], [], { added, past: [] });
    expect(await bodyOf('/rates')).toMatchObject({ window: { calls: 3, failures: 1, slow: 0 } });
    expect(await flyball('breakers', 'orders', 'rates')).toContain('3 calls, 1 failures, 0 slow in the window');
  });
});

describe('what stands beneath a forced state', () => {
  it('is marked as such, and is not said to be tried again', async () => {
    await opened('payments', NOW + 1_000);
    center.clock.set(NOW + 2_000);
    await force('payments', { state: 'FORCED_OPEN', reason: 'moved', for: '10m' });
    const shown = await bodyOf('/payments');
    expect(shown).toMatchObject({ state: 'FORCED_OPEN', beneath: { state: 'OPEN', openUntil: iso(NOW + 6_000) } });
    expect(shown).not.toHaveProperty('openUntil');
    const told = await flyball('breakers', 'orders', 'payments');
    expect(told).toContain('beneath: OPEN');
    expect(told).not.toContain('tries again');
  });

  it('has a window that counts nothing', async () => {
    await force('mail', { state: 'FORCED_CLOSED', reason: 'it must' });
    const told = await flyball('breakers', 'orders', 'mail');
    expect(told).toContain('; nothing is counted while it is forced');
    expect(told).not.toContain('0 calls');
    await force('mail', { state: null, reason: 'over' });
  });
});

describe('what was forced for a time', () => {
  it('is over since then, by itself, and its end is listed', async () => {
    const until = NOW + 2_000 + 600_000;
    center.clock.set(until + 1_000);
    expect(await bodyOf('/payments')).toMatchObject({
      state: 'OPEN',
      since: iso(until),
      because: { cause: 'forcedUntil', by: 'admin-key', from: 'FORCED_OPEN', reason: 'moved' },
    });
    expect(await stepsOf('payments')).toMatchObject([
      { at: iso(until), from: 'FORCED_OPEN', to: 'OPEN', cause: 'forcedUntil', by: 'admin-key' },
      { at: iso(NOW + 2_000), to: 'FORCED_OPEN', cause: 'forced' },
    ]);
    expect(await flyball('breakers', 'orders', 'payments')).toContain('why: the time it was forced for was over');
  });

  it('has no such end where it was released or forced anew before', async () => {
    const at = NOW + 700_000;
    center.clock.set(at);
    await force('mail', { state: 'FORCED_OPEN', reason: 'first', for: '10m' });
    center.clock.set(at + 1_000);
    await force('mail', { state: 'FORCED_CLOSED', reason: 'second', for: '5m' });
    center.clock.set(at + 2_000);
    await force('mail', { state: null, reason: 'over' });
    center.clock.set(at + 1_200_000);
    expect((await stepsOf('mail')).map(({ cause, to }) => `${String(cause)} ${String(to)}`).slice(0, 3)).toEqual([
      'released CLOSED',
      'forced FORCED_CLOSED',
      'forced FORCED_OPEN',
    ]);
    const page = await center.send('GET', `${BREAKERS}/mail/transitions`, {
      query: { to: iso(at + 500), limit: '1' },
    });
    expect(page.body).toMatchObject({ transitions: [{ cause: 'forced', reason: 'first' }] });
  });
});

describe('releasing what is not forced', () => {
  it('is a conflict, and writes nothing', async () => {
    const before = await bodyOf('/stock');
    expect(await force('stock', { state: null, reason: 'a slip' })).toMatchObject({
      status: 409,
      body: { code: 'BREAKER_NOT_FORCED', detail: 'The breaker stock of orders is not forced: it is CLOSED.' },
    });
    expect(await bodyOf('/stock')).toEqual(before);
    expect(await stepsOf('stock')).toEqual([]);
    expect(await force('payments', { state: null, reason: 'its time was over' })).toMatchObject({ status: 409 });
    expect(await flyball('breaker', 'release', 'orders', 'stock', '--reason', 'a slip')).toContain('is not forced');
  });
});

describe('a breaker on its ramp', () => {
  it('is closed, and says what it lets in', async () => {
    const at = NOW + 3_000_000;
    const because = { cause: 'surge', by: 'i-1', was: 'HALF_OPEN', counts: { reporters: 3 } } as const;
    const state = { kind: 'CLOSED', ramp: { from: at, openForMs: 5_000 } } as const;
    await breakerStore(table, 'orders', 'stock').move({ epoch: 0 }, { epoch: at, state, because }, []);
    center.clock.set(at + 1_000);
    const told = await flyball('breakers', 'orders', 'stock');
    expect(told).toContain(`stock: CLOSED (ramp 10%) since ${iso(at)}`);
    expect(told).toContain('failures surged (3 instances)');
  });
});

describe('flyball force', () => {
  it('forces a breaker and lets go of it, in fewer words than flyball breaker', async () => {
    const reason = ['--reason', 'moved'];
    expect(await flyball('force', 'orders', 'mail', 'open', ...reason, '--for', '10m')).toContain('mail');
    expect(await bodyOf('/mail')).toMatchObject({
      state: 'FORCED_OPEN',
      because: { by: 'publisher-key', reason: 'moved' },
    });
    expect(await flyball('force', 'orders', 'mail', 'release', ...reason)).toContain('mail');
    expect(await bodyOf('/mail')).not.toMatchObject({ state: 'FORCED_OPEN' });
  });
});

describe('flyball breakers', () => {
  it('refuses a --limit of nothing, and tells how both commands are written', async () => {
    expect(await flyball('breakers', 'orders', '--limit', '3')).toContain('--limit is of changes: add --transitions');
    expect(await flyball('breakers', 'orders', 'mail', '--transitions', '--limit', '0')).toContain('from 1 to 99999');
    expect(await flyball('breaker', '--help')).toContain('release <service> <breaker> --reason <text>');
  });
});

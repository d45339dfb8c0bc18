// Keys that may ping: for one service, and good for nothing else. Whoever guesses at them is told to wait.
import { beforeEach, describe, expect, inject, it } from 'vitest';
import { batchMonitorRoutes } from '../../../functions/batch-monitor/api.ts';
import { MOST_BY_ADDRESS } from '../../../functions/api/auth-failures.ts';
import { hashOfKey, putApiKey, revokeApiKey, type Role } from '../../../store/items/api-keys.ts';
import type { Table } from '../../../store/port.ts';
import { describedApi } from '../../support/described.ts';
import { httpV2 } from '../../support/events.ts';
import { fakeClock, type FakeClock } from '../../support/fake-clock.ts';
import { silentLogger } from '../../support/instance.ts';
import { createTable } from '../table.ts';

const T0 = Date.UTC(2026, 2, 2);

let table: Table;
let clock: FakeClock;
let send: (method: string, path: string, key?: string) => Promise<number | undefined>;

beforeEach(async () => {
  table = (await createTable(inject('dynamodb'))).sdk;
  clock = fakeClock(T0);
  let ids = 0;
  const newId = () => `${(++ids).toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`;
  const api = describedApi({
    routes: batchMonitorRoutes({ table, clock, newId, logger: silentLogger }),
    table,
    clock,
    logger: silentLogger,
  });
  send = async (method, path, key) => {
    const [pathname = '', search = ''] = path.split('?');
    const query = Object.fromEntries(new URLSearchParams(search));
    const headers: Record<string, string> = key === undefined ? {} : { 'x-api-key': key };
    return (await api(httpV2({ method, path: pathname, query, headers }), { awsRequestId: 'request-1' })).statusCode;
  };
});

const give = (key: string, role: Role, services?: string[], expiresAt?: number) =>
  putApiKey(table, {
    ...{ key, role, name: key, createdAt: T0 },
    ...(services ? { services } : {}),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  });

describe('a ping key', () => {
  it('pings the checks of its service, and makes them', async () => {
    await give('fb_ping', 'pinger', ['orders']);
    await give('fb_other', 'pinger', ['billing']);
    expect(await send('GET', '/ping/fb_ping/backup')).toBe(404);
    expect(await send('GET', '/ping/fb_ping/backup?create=1')).toBe(201);
    expect(await send('GET', '/ping/fb_ping/backup')).toBe(200);
    expect(await send('GET', '/ping/fb_other/backup')).toBe(404);
  });

  it('opens nothing else', async () => {
    await give('fb_ping', 'pinger', ['orders']);
    expect(await send('GET', '/api/v3/checks/', 'fb_ping')).toBe(401);
    expect(await send('GET', '/v1/jobs', 'fb_ping')).toBe(403);
  });

  it.each<[string, Role, string[] | undefined]>([
    ['may do more', 'viewer', ['orders']],
    ['may do everything', 'admin', undefined],
    ['is for several services', 'pinger', ['orders', 'billing']],
  ])('is no key that %s: addresses stand in logs', async (_what, role, services) => {
    await give('fb_key', role, services);
    expect(await send('GET', '/ping/fb_key/backup?create=1')).toBe(404);
  });

  it('ends when it expires or is revoked', async () => {
    await give('fb_short', 'pinger', ['orders'], T0 + 1_000);
    await give('fb_revoked', 'pinger', ['orders']);
    await revokeApiKey(table, hashOfKey('fb_revoked'), T0);
    expect(await send('GET', '/ping/fb_short/backup?create=1')).toBe(201);
    clock.advance(1_000);
    expect(await send('GET', '/ping/fb_short/backup')).toBe(404);
    expect(await send('GET', '/ping/fb_revoked/backup')).toBe(404);
  });

  it('that is guessed at is not looked for without end, and a good one passes all the same', async () => {
    await give('fb_ping', 'pinger', ['orders']);
    const statuses = [];
    for (let i = 0; i < MOST_BY_ADDRESS + 5; i++) statuses.push(await send('GET', `/ping/guess-${i}/backup`));
    expect(statuses.slice(0, MOST_BY_ADDRESS)).toEqual(statuses.slice(0, MOST_BY_ADDRESS).map(() => 404));
    expect(statuses.slice(MOST_BY_ADDRESS)).toEqual([429, 429, 429, 429, 429]);
    expect(await send('GET', '/ping/fb_ping/backup?create=1')).toBe(201);
  });
});

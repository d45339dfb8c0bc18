// The list of jobs for a key that is for some services: those alone, page by page, and no other name even in a cursor.
import { beforeEach, describe, expect, inject, it } from 'vitest';
import type { Caller } from '../../../functions/api/index.ts';
import { sealCursor } from '../../../functions/api/page.ts';
import { jobRoutes } from '../../../functions/batch-monitor/routes.ts';
import { putApiKey } from '../../../store/items/api-keys.ts';
import { declareJobs } from '../../../store/items/jobs.ts';
import type { Table } from '../../../store/port.ts';
import { describedApi } from '../../support/described.ts';
import { httpV2 } from '../../support/events.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { silentLogger } from '../../support/instance.ts';
import { createTable } from '../table.ts';

const DAY = Date.UTC(2026, 2, 2);
const DAILY = { schedule: 'rate(1 day)' };

let table: Table;

beforeEach(async () => {
  table = (await createTable(inject('dynamodb'))).sdk;
  for (const service of ['accounts', 'billing', 'orders', 'orders-secret', 'payments']) {
    await declareJobs(table, { service, jobs: { nightly: DAILY, purge: DAILY, weekly: DAILY }, atMs: DAY });
  }
});

async function list(services: Caller['services'], query: Record<string, string>) {
  const key = { key: 'fb_scoped', role: 'viewer', name: 'scoped', createdAt: DAY } as const;
  await putApiKey(table, services ? { ...key, services: [...services] } : key);
  const clock = fakeClock(DAY);
  const api = describedApi({
    routes: jobRoutes({ table, clock, logger: silentLogger }),
    table,
    clock,
    logger: silentLogger,
  });
  const headers = { authorization: 'Bearer fb_scoped' };
  const answer = await api(httpV2({ method: 'GET', path: '/v1/jobs', query, headers }), { awsRequestId: 'request-1' });
  const { jobs = [], cursor } = JSON.parse(answer.body ?? '') as { jobs?: { id: string }[]; cursor?: string };
  return { status: answer.statusCode, ids: jobs.map(({ id }) => id), cursor };
}

/** All that a cursor says, however often it is wrapped. */
function opened(cursor: string): string {
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  const inner = /[A-Za-z0-9_-]{40,}/.exec(text)?.[0];
  return inner === undefined ? text : text + opened(inner);
}

describe('a key for some services', () => {
  it.each(['1', '2', '3', '4', '50'])(
    'is shown their jobs in pages of %s, and learns of no other service',
    async (limit) => {
      const scope = ['orders', 'billing', 'nothing-yet'];
      const ids: string[] = [];
      const cursors: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await list(scope, cursor === undefined ? { limit } : { limit, cursor });
        expect(page.ids.length).toBeLessThanOrEqual(Number(limit));
        ids.push(...page.ids);
        cursor = page.cursor;
        if (cursor !== undefined) cursors.push(opened(cursor));
      } while (cursor !== undefined && cursors.length < 20);
      expect(ids).toEqual(
        ['billing', 'orders'].flatMap((service) => ['nightly', 'purge', 'weekly'].map((job) => `${service}:${job}`)),
      );
      expect(cursors.filter((text) => /accounts|secret|payments/.test(text))).toEqual([]);
    },
  );

  it('gets no further by a cursor of its own making', async () => {
    expect((await list(['orders'], { cursor: sealCursor('jobs:own', 'accounts') })).ids).toHaveLength(3);
    expect((await list(['orders'], { cursor: sealCursor('jobs:own', 'payments') })).ids).toEqual([]);
  });

  it('cannot go on where a key for all services was, nor the other way round', async () => {
    const all = await list(undefined, { limit: '1' });
    expect((await list(['orders'], { cursor: String(all.cursor) })).status).toBe(400);
    const own = await list(['orders'], { limit: '1' });
    expect((await list(undefined, { cursor: String(own.cursor) })).status).toBe(400);
  });
});

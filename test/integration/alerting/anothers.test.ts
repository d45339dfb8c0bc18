// Alerts that another service's alert speaks for: whoever has a key for theirs alone learns that, and not which one it is.
import { beforeEach, describe, expect, inject, it } from 'vitest';
import { alertingRoutes } from '../../../functions/alerting/api.ts';
import { jobRoutes } from '../../../functions/batch-monitor/routes.ts';
import { hashOfCondition } from '../../../store/alert-keys.ts';
import { putApiKey } from '../../../store/items/api-keys.ts';
import { declareJobs } from '../../../store/items/jobs.ts';
import type { Table } from '../../../store/port.ts';
import { describedApi } from '../../support/described.ts';
import { httpV2 } from '../../support/events.ts';
import { silentLogger } from '../../support/instance.ts';
import { createTable } from '../table.ts';
import { alertWorld, failed, gone, routed, type AlertWorld } from './alert-world.ts';

const TEN = Date.parse('2026-11-18T10:00:00Z');
const MINUTE = 60_000;
const ANOTHERS = 'an alert of another service';

const settles = failed('settles', { key: 'job/payments/settles', service: 'payments', since: TEN });
const report = failed('report', { key: 'job/orders/report', service: 'orders', because: settles.key, since: TEN });
/** Because of nothing; a rule of inhibition has it kept quiet. */
const export_ = failed('export', { key: 'job/orders/export', service: 'orders', severity: 'deferred', since: TEN });
const idOf = (key: string) => `${hashOfCondition(key)}-1`;

let table: Table;
let world: AlertWorld;

beforeEach(async () => {
  table = (await createTable(inject('dynamodb'))).sdk;
  world = alertWorld(table, TEN);
  const key = { role: 'publisher', createdAt: TEN } as const;
  await putApiKey(table, { ...key, key: 'fb_all', name: 'all' });
  await putApiKey(table, { ...key, key: 'fb_orders', name: 'own', services: ['orders'] });
  await declareJobs(table, {
    ...{ service: 'orders', atMs: TEN },
    jobs: { report: { schedule: 'rate(1 day)' }, export: { schedule: 'rate(1 day)' } },
  });
  world.routing = routed({
    route: { channels: ['mail'] },
    inhibit: [{ when: { service: ['payments'] }, mutes: { severity: ['deferred'] }, equal: [] }],
  });
  world.conditions = [settles, report, export_];
  await world.tick();
});

async function send(key: string, method: 'GET' | 'POST', path: string, query: Record<string, string> = {}) {
  const parts = { table, clock: world.clock, logger: silentLogger, newId: () => 'id' };
  const alerting = alertingRoutes({ ...parts, channels: () => () => Promise.resolve(), cell: 'test' });
  const api = describedApi({ routes: [...alerting, ...jobRoutes(parts)], ...parts });
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const body = method === 'GET' ? {} : { body: JSON.stringify({ reason: 'a test' }) };
  const answer = await api(httpV2({ method, path, query, headers, ...body }), { awsRequestId: 'request-1' });
  return { status: answer.statusCode, text: answer.body ?? '' };
}

const everywhere = [
  ['the list', 'GET', '/v1/alerts', { status: 'all' }],
  ['one that is because of it', 'GET', `/v1/alerts/${idOf(report.key)}`, {}],
  ['one that a rule has kept quiet', 'GET', `/v1/alerts/${idOf(export_.key)}`, {}],
  ['why', 'GET', `/v1/alerts/${idOf(report.key)}/why`, {}],
  ['why by a rule', 'GET', `/v1/alerts/${idOf(export_.key)}/why`, {}],
  ['what is acknowledged', 'POST', `/v1/alerts/${idOf(report.key)}/ack`, {}],
  ['the stream of a job', 'GET', '/v1/jobs/orders:report/events', {}],
] as const;

describe('what another service’s alert speaks for', () => {
  it.each(everywhere)('names it to a key for all services in %s', async (_where, method, path, query) => {
    const { status, text } = await send('fb_all', method, path, query);
    expect(status).toBe(200);
    expect(text).toContain(settles.key);
  });

  it.each(everywhere)('says to a key for its own that there is one in %s', async (_where, method, path, query) => {
    const { status, text } = await send('fb_orders', method, path, query);
    expect(status).toBe(200);
    expect(text).toContain(ANOTHERS);
    expect(text).not.toContain('payments');
  });

  it('is told of when that is over, and what could not be delivered then names nobody either', async () => {
    world.send = () => {
      throw gone(false);
    };
    world.conditions = [{ ...settles, firing: false }, report, export_];
    world.clock.advance(10 * MINUTE);
    await world.pass(5 * MINUTE);
    const own = await send('fb_orders', 'GET', '/v1/alerts/deliveries');
    expect(own.text).toContain(`${ANOTHERS} does not speak for it any more`);
    for (const path of [
      '/v1/alerts/deliveries',
      `/v1/alerts/${idOf(report.key)}/why`,
      '/v1/jobs/orders:report/events',
    ]) {
      expect((await send('fb_orders', 'GET', path)).text).not.toContain('payments');
    }
    expect((await send('fb_all', 'GET', '/v1/alerts/deliveries')).text).toContain(
      `${settles.key} does not speak for it any more`,
    );
  });
});

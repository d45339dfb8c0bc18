// GET /v1/telemetry/traces over what the stand-in for the X-Ray daemon keeps.
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { ApiHandler } from '../../../functions/api/index.ts';
import { tracesRoutes } from '../../../functions/telemetry/traces/routes.ts';
import { traceSource } from '../../../functions/telemetry/traces/source.ts';
import { startXRayDaemon, type XRayDaemon } from '../../../infra/local/xray/daemon.ts';
import { KeptTraces } from '../../../infra/local/xray/kept-traces.ts';
import { hashOfKey, putApiKey } from '../../../store/items/api-keys.ts';
import { describedApi } from '../../support/described.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { httpV2 } from '../../support/events.ts';
import { silentLogger } from '../../support/instance.ts';
import { createTable } from '../table.ts';

const NOON = Date.UTC(2026, 0, 5, 12);
const traceId = (n: number) => `1-5759e98${String(n)}-bd862e3fe1be46a994272793`;

describe('GET /v1/telemetry/traces', () => {
  let daemon: XRayDaemon;
  let api: ApiHandler;
  let onAws: ApiHandler;

  beforeAll(async () => {
    const table = await createTable(inject('dynamodb'));
    const key = (name: string, services?: string[]) =>
      putApiKey(table.sdk, {
        hash: hashOfKey(`fb_${name}`),
        role: 'viewer',
        name,
        createdAt: NOON,
        ...(services ? { services } : {}),
      });
    await Promise.all([key('viewer'), key('payments', ['payments']), key('billing', ['billing'])]);
    const traces = new KeptTraces();
    const add = (n: number, id: string, service: string, outcome: string, parent_id?: string) =>
      traces.add({
        id,
        trace_id: traceId(n),
        name: 'flyball',
        start_time: NOON / 1000 - 60 + n,
        end_time: NOON / 1000 - (n === 1 ? 57 : 59) + n,
        annotations: {
          ...{ service, outcome, resource: 'default' },
          ...(n === 2 ? { refused_by: 'concurrency', refused_rule: 'writers' } : {}),
        },
        ...(parent_id === undefined ? {} : { parent_id }),
      });
    for (const n of [1, 2, 3]) add(n, 'a', 'orders', n === 2 ? '503' : 'ok');
    add(3, 'b', 'payments', 'ok', 'a');
    daemon = await startXRayDaemon(0, traces);
    const parts = { table: table.sdk, clock: fakeClock(NOON), logger: silentLogger };
    api = describedApi({ ...parts, routes: tracesRoutes(traceSource({ FLYBALL_TRACES_URL: daemon.url })) });
    onAws = describedApi({ ...parts, routes: tracesRoutes(traceSource({ AWS_REGION: 'eu-central-1' })) });
  });

  afterAll(() => daemon.stop());

  async function get(path = '', query: Record<string, string> = {}, key: string | null = 'viewer', from = api) {
    const headers: Record<string, string> = key === null ? {} : { authorization: `Bearer fb_${key}` };
    const event = httpV2({ method: 'GET', path: `/v1/telemetry/traces${path}`, headers, query });
    const answer = await from(event, { awsRequestId: 'request-1' });
    const body = JSON.parse(answer.body ?? '{}') as Record<string, unknown> & { traces?: { id: string }[] };
    return { status: answer.statusCode, body, ids: body.traces?.map(({ id }) => id) };
  }

  it('tells the last hour’s, newest first', async () => {
    const { status, ids, body } = await get();
    expect([status, ids]).toEqual([200, [traceId(3), traceId(2), traceId(1)]]);
    expect(body.traces?.[0]).toMatchObject({ service: 'orders', outcome: 'ok', services: ['orders', 'payments'] });
  });

  it.each([
    ['a service', { service: 'payments' }, [3]],
    ['an outcome', { outcome: '5xx' }, [2]],
    ['a resource', { resource: 'default', service: 'payments' }, [3]],
    ['a resource nobody has', { resource: 'nosuch' }, []],
    ['a rule that refused', { rule: 'concurrency/writers' }, [2]],
    ['a rule that refused nothing', { rule: 'nosuch' }, []],
    ['a length', { minDuration: '2s' }, [1]],
    ['a time', { from: '2026-01-05T11:59:02Z', to: '2026-01-05T11:59:03Z' }, [2]],
    ['a service nobody called', { service: 'nosuch' }, []],
  ])('tells those of %s', async (_what, query, expected) => {
    expect((await get('', query)).ids).toEqual(expected.map(traceId));
  });

  it('goes on where a page ended', async () => {
    const first = await get('', { limit: '2' });
    expect(first.ids).toEqual([traceId(3), traceId(2)]);
    const second = await get('', { limit: '2', cursor: String(first.body['cursor']) });
    expect([second.ids, second.body['cursor']]).toEqual([[traceId(1)], undefined]);
  });

  it('shows one as the tree of what called what', async () => {
    const { status, body } = await get(`/${traceId(3)}`);
    expect(status).toBe(200);
    expect(body['tree']).toMatchObject([{ id: 'a', children: [{ id: 'b', annotations: { service: 'payments' } }] }]);
  });

  it('shows a key for some services the traces that one of them has a part in, and no others', async () => {
    expect((await get('', {}, 'payments')).ids).toEqual([traceId(3)]);
    expect((await get('', {}, 'billing')).ids).toEqual([]);
    expect((await get(`/${traceId(3)}`, {}, 'payments')).status).toBe(200);
    expect((await get(`/${traceId(3)}`, {}, 'billing')).status).toBe(404);
  });

  it.each([
    ['without a key', '', {}, null, 401],
    ['of a service out of scope', '', { service: 'orders' }, 'billing', 403],
    ['of what is no service', '', { service: 'Orders!' }, 'viewer', 400],
    ['of what is no outcome', '', { outcome: 'a b' }, 'viewer', 400],
    ['of a length that is none', '', { minDuration: 'long' }, 'viewer', 400],
    ['of no rule', '', { rule: '' }, 'viewer', 400],
    ['of no time', '', { from: 'noon' }, 'viewer', 400],
    ['of a time that ends before it begins', '', { from: '2', to: '1' }, 'viewer', 400],
    ['by a name that is none', '/../v1', {}, 'viewer', 404],
    ['by an id that is none', '/trace', {}, 'viewer', 400],
    ['that is not there', `/${traceId(9)}`, {}, 'viewer', 404],
  ])('is refused %s', async (_why, path, query, key, status) => {
    expect((await get(path, query, key)).status).toBe(status);
  });

  it('says on AWS that traces are in X-Ray, and where', async () => {
    for (const path of ['', `/${traceId(3)}`]) {
      expect(await get(path, {}, 'viewer', onAws)).toMatchObject({
        status: 501,
        body: {
          code: 'TRACES_IN_XRAY',
          link: expect.stringMatching(/^https:\/\/eu-central-1\.console\.aws\.amazon\.com\/.*#xray:traces/) as string,
        },
      });
    }
  });

  it('says that the daemon is away, rather than that nothing happened', async () => {
    const away = tracesRoutes(traceSource({ FLYBALL_TRACES_URL: 'http://127.0.0.1:9' }));
    const [list] = away;
    await expect(
      list?.handle({ query: new URLSearchParams(), at: NOON, caller: { name: 'x', role: 'viewer' } } as never),
    ).rejects.toMatchObject({ status: 503, code: 'TRACES_AWAY' });
  });
});

// How a service stands to what its rules promise, over a month of minutes, slots, hours and days as they lie in the table.
import { beforeAll, describe, expect, inject, it } from 'vitest';
import type { ApiHandler } from '../../../functions/api/index.ts';
import { validateDocument } from '../../../functions/config-center/validate.ts';
import { sloRoutes, standingsOf } from '../../../functions/telemetry/slo/routes.ts';
import { Slot } from '../../../functions/telemetry/sums/slot.ts';
import { Histogram } from '../../../middleware/telemetry/histogram.ts';
import { hashOfKey, putApiKey } from '../../../store/items/api-keys.ts';
import { commitTurn, takeTurn } from '../../../store/items/merge-progress.ts';
import { putSeries } from '../../../store/items/series.ts';
import { publishRevision } from '../../../store/items/rules.ts';
import { listService } from '../../../store/items/services.ts';
import { describedApi } from '../../support/described.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { httpV2 } from '../../support/events.ts';
import { silentLogger } from '../../support/instance.ts';
import { putDays, putHours, putMinuteSlots, type Slots } from '../../support/series.ts';
import { createTable, type TestTable } from '../table.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NOW = Date.UTC(2026, 0, 31, 13, 36, 20);
/** What should be merged by then. */
const END = Date.UTC(2026, 0, 31, 13, 33);

const RULES = {
  apiVersion: 'flyball/v1',
  service: 'orders',
  resources: {
    'create-order': { match: { method: 'POST', path: '/orders' } },
    'read-order': { match: { method: 'GET', path: '/orders/{id}' } },
  },
  throttles: { 'per-client': { key: ['client'], limit: '5/s' } },
  slos: {
    available: { objective: '99%' },
    week: { objective: '99%', window: '7d' },
    creating: { objective: '99.9%', resources: ['create-order'] },
    fast: { objective: '90%', latency: '256ms', resources: ['create-order', 'read-order'], window: '28d' },
    never: { objective: '99%', resources: ['default'] },
  },
};

const PUBLICATION = { source: '', author: 'test', note: '', at: NOW, expectedSeq: 0 };

/** Ten requests every quarter of an hour for 40 days: two slow ones each, one that fails before the 20th and since 13:00. */
function month(): Slots {
  const slots = new Map<number, Slot>();
  const base64 = (histogram: Histogram) => Buffer.from(histogram.encode()).toString('base64');
  for (let at = END - 40 * DAY - (END % (15 * MINUTE)); at < END; at += 15 * MINUTE) {
    const durations = new Histogram();
    for (let i = 0; i < 10; i++) durations.record(i < 2 ? 900 : 20);
    const slot = new Slot();
    const failed = isBad(at) ? 1 : 0;
    const served = { outcomes: { ok: 10 - failed, '503': failed }, durations: base64(durations), maxMs: 900 };
    const turnedAway = { outcomes: { refused: 50 }, refusals: { 'throttle/per-client/create-order': 50 } };
    slot.addSum('resource#create-order', served);
    slot.addSum('resource#create-order', turnedAway);
    slot.addSum('resource#read-order', { outcomes: { ok: 10 } });
    for (const sum of [served, turnedAway, { outcomes: { ok: 10 } }]) slot.addSum('service', sum);
    slots.set(at, slot);
  }
  return slots;
}

const isBad = (at: number) => at < Date.UTC(2026, 0, 20) || at >= Date.UTC(2026, 0, 31, 13);

interface Shown {
  readonly name: string;
  readonly from: string;
  readonly total: number;
  readonly bad: number;
  readonly burnRates: Record<
    string,
    { readonly from: string; readonly total: number; readonly bad: number; readonly rate: number }
  >;
  readonly alerts: readonly { readonly long: string; readonly firing: boolean; readonly enoughTraffic: boolean }[];
}

describe('GET /v1/telemetry/slo', () => {
  const slots = month();
  let table: TestTable;
  let api: ApiHandler;

  beforeAll(async () => {
    table = await createTable(inject('dynamodb'));
    api = describedApi({ routes: sloRoutes(table.sdk), table: table.sdk, clock: fakeClock(NOW), logger: silentLogger });
    await putApiKey(table.sdk, { key: 'fb_viewer', role: 'viewer', name: 'viewer', createdAt: NOW });
    const other = { role: 'admin', name: 'other', services: ['billing'], createdAt: NOW } as const;
    await putApiKey(table.sdk, { hash: hashOfKey('fb_other'), ...other });
    expect(validateDocument('orders', RULES)).toMatchObject({ valid: true });
    await publish('orders', RULES);
    await listService(table.sdk, 'billing', NOW);
    await putMinuteSlots(table.sdk, 'orders', new Map([...slots].filter(([at]) => at >= NOW - 26 * HOUR)));
    const week = new Map([...slots].filter(([at]) => at >= NOW - 7 * DAY));
    await putHours(table.sdk, 'orders', week, Date.UTC(2026, 0, 31, 13, 30));
    await putDays(table.sdk, 'orders', slots, Date.UTC(2026, 0, 31, 13));
  });

  async function publish(service: string, document: object): Promise<void> {
    await publishRevision(table.sdk, { ...PUBLICATION, service, document });
  }

  async function get(query: Record<string, string>, key: string | null = 'fb_viewer') {
    const headers = key === null ? {} : { authorization: `Bearer ${key}` };
    const event = httpV2({ method: 'GET', path: '/v1/telemetry/slo', headers, query });
    const answer = await api(event, { awsRequestId: 'request-1' });
    return { status: answer.statusCode, body: JSON.parse(answer.body ?? '{}') as Record<string, unknown> };
  }

  async function shown(name: string): Promise<Shown> {
    const { body } = await get({ service: 'orders' });
    const found = (body['slos'] as Shown[]).find((slo) => slo.name === name);
    if (!found) throw new Error(`no objective ${name}`);
    return found;
  }

  /** Of what each quarter of an hour since then is made of. */
  function quarters(from: string) {
    const since = [...slots.keys()].filter((at) => at >= Date.parse(from));
    return { quarters: since.length, bad: since.filter(isBad).length };
  }

  it('says what was attained and what is left of the budget', async () => {
    const { body } = await get({ service: 'orders' });
    expect(body).toMatchObject({ service: 'orders', revision: 1, completeUntil: '2026-01-31T13:33:00.000Z' });
    const { quarters: all, bad } = quarters('2026-01-01T13:00:00Z');
    expect(await shown('creating')).toMatchObject({
      kind: 'availability',
      objective: 0.999,
      resources: ['create-order'],
      window: '30d',
      from: '2026-01-01T13:00:00.000Z',
      to: '2026-01-31T13:33:00.000Z',
      // Who is beyond a limit of their own is in neither.
      total: 10 * all,
      good: 10 * all - bad,
      bad,
      attained: Number((1 - bad / (10 * all)).toFixed(7)),
      met: false,
      budget: {
        share: 0.001,
        leftShare: Number((1 - bad / (0.01 * all)).toPrecision(4)),
        requests: { left: Number((0.01 * all - bad).toPrecision(6)) },
        minutes: { allowed: 43.2 },
      },
    });
  });

  it.each(['available', 'week', 'creating'])('counts every request of each window of %s once', async (name) => {
    const slo = await shown(name);
    const perQuarter = name === 'creating' ? 10 : 20;
    for (const { from, total, bad } of [slo, ...Object.values(slo.burnRates)]) {
      const expected = quarters(from);
      expect({ from, total, bad }).toEqual({ from, total: perQuarter * expected.quarters, bad: expected.bad });
    }
  });

  it('tells how fast the budget goes, and what deserves attention', async () => {
    const { burnRates, alerts } = await shown('creating');
    // Three quarters of an hour with one bad request of ten each, in 33 minutes and in 63.
    expect(burnRates).toMatchObject({
      '5m': { from: '2026-01-31T13:28:00.000Z', total: 10, bad: 1, rate: 100 },
      '30m': { from: '2026-01-31T13:00:00.000Z', total: 30, bad: 3, rate: 100 },
      '1h': { from: '2026-01-31T12:30:00.000Z', total: 50, bad: 3, rate: 60 },
      '6h': { total: 250, bad: 3, rate: 12 },
    });
    expect(alerts.map(({ long, firing, enoughTraffic }) => [long, firing, enoughTraffic])).toEqual([
      ['1h', true, true],
      ['6h', true, true],
      ['1d', true, true],
      ['3d', true, true],
    ]);
  });

  it('of latency counts what was served in time, of all its resources', async () => {
    const slo = await shown('fast');
    const all = quarters(slo.from).quarters;
    expect(slo).toMatchObject({
      ...{ kind: 'latency', latencyMs: 256, countedUpToMs: 256, uncertain: 0, window: '28d' },
      ...{ total: 10 * all, bad: 2 * all, attained: 0.8, met: false },
    });
  });

  it('of what nobody asked for is unknown, and spends nothing', async () => {
    expect(await shown('never')).toMatchObject({
      ...{ total: 0, attained: null, met: null, budget: { leftShare: 1 } },
      burnRates: { '1h': { total: 0, rate: null } },
    });
  });

  it('reads a resource that an overview had no room for from its own days', async () => {
    const full = await createTable(inject('dynamodb'));
    await putDays(full.sdk, 'orders', slots, Date.UTC(2026, 0, 31, 13));
    for (let day = Date.UTC(2025, 11, 20); day < NOW; day += DAY) {
      const data = { subjects: { 'resource#other': { outcomes: { ok: 1 } } }, hours: [0] };
      await putSeries(full.sdk, { kind: 'overview', service: 'orders' }, { from: day, data });
    }
    await publishRevision(full.sdk, { ...PUBLICATION, service: 'orders', document: RULES });
    const { slos } = await standingsOf(full.sdk, 'orders', NOW);
    const slo = slos.find(({ name }) => name === 'creating');
    // The last hours would be in slots, of which this table has none.
    const inDays = [...slots.keys()].filter((at) => at >= Date.parse(slo?.from ?? '') && at < Date.UTC(2026, 0, 31, 7));
    expect(slo?.total).toBe(10 * inDays.length);
  });

  it('ends where the merge has come to, says how far that is behind, and reads what is open from minutes', async () => {
    const behind = await createTable(inject('dynamodb'));
    const upTo = END - 20 * MINUTE;
    await putMinuteSlots(behind.sdk, 'orders', new Map([...slots].filter(([at]) => at >= NOW - 26 * HOUR)));
    const open = { orders: [[upTo - 3 * HOUR, upTo - 3 * HOUR + MINUTE]] } as const;
    await commitTurn(behind.sdk, (await takeTurn(behind.sdk)).fence, { upTo, open });
    await publishRevision(behind.sdk, { ...PUBLICATION, service: 'orders', document: RULES });
    const standings = await standingsOf(behind.sdk, 'orders', NOW);
    expect(standings).toMatchObject({
      completeUntil: new Date(upTo - 3 * HOUR).toISOString(),
      behindMs: 20 * MINUTE + 3 * HOUR,
    });
    const creating = standings.slos.find(({ name }) => name === 'creating');
    expect(creating).toMatchObject({ to: new Date(upTo).toISOString() });
    const within = (window: string) => {
      const from = Date.parse(creating?.burnRates[window]?.from ?? '');
      return 10 * [...slots.keys()].filter((at) => at >= from && at < upTo).length;
    };
    for (const window of ['5m', '1h', '6h', '1d']) {
      expect(creating?.burnRates[window]?.total, window).toBe(within(window));
    }
  });

  it('has nothing to say of rules that promise nothing, and knows no service that nobody has heard of', async () => {
    await publish('quiet', { apiVersion: 'flyball/v1', service: 'quiet' });
    expect(await get({ service: 'quiet' })).toMatchObject({ status: 200, body: { revision: 1, slos: [] } });
    expect(await get({ service: 'billing' })).toMatchObject({ status: 200, body: { revision: 0, slos: [] } });
    expect((await get({ service: 'nosuch' })).status).toBe(404);
  });

  it.each([
    ['without a key', null, { service: 'orders' }, 401],
    ['with a key for other services', 'fb_other', { service: 'orders' }, 403],
    ['without a service', 'fb_viewer', {}, 400],
  ])('is refused %s', async (_why, key, query, status) => {
    expect((await get(query as Record<string, string>, key)).status).toBe(status);
  });
});

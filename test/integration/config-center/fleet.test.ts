// Who runs what, over HTTP: by what instances reported, one by one while they are few, and by the minute when they are many.
import { beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { telemetryPolicy } from '../../../middleware/telemetry/index.ts';
import { loadReporting } from '../../../middleware/telemetry/reports.ts';
import { commitTurn, takeTurn } from '../../../store/items/merge-progress.ts';
import { putMinute, type TelemetryMinute } from '../../../store/items/telemetry.ts';
import { packDetail } from '../../../store/items/telemetry-detail.ts';
import type { Table } from '../../../store/port.ts';
import { Slot } from '../../../functions/telemetry/sums/slot.ts';
import { testInstance } from '../../support/instance.ts';
import { SOON } from '../../support/patience.ts';
import { putMinuteSlots } from '../../support/series.ts';
import { createTable } from '../table.ts';
import { limited, NOW, startCenter, type Center, type Sent } from './center.ts';

const MINUTE = 60_000;
const FLEET = '/v1/services/orders/fleet';

let table: Table;
let center: Center;
beforeEach(async () => {
  table = (await createTable(inject('dynamodb'))).sdk;
  center = await startCenter(table);
});

interface Fleet {
  readonly summary?: Readonly<Record<string, unknown>>;
  readonly convergence?: object;
  readonly instances: readonly Readonly<Record<string, unknown>>[];
  readonly cursor?: string;
}

const fleet = async (query: Readonly<Record<string, string>> = {}, sent: Sent = {}) => {
  const answer = await center.send('GET', FLEET, { query, as: 'viewer', ...sent });
  return { ...answer, body: answer.body as Fleet };
};

function minuteOf(
  instance: string,
  revision: number,
  to: number,
  more: Partial<TelemetryMinute> = {},
): TelemetryMinute {
  return {
    ...{ service: 'orders', instance, version: '0.3.0', from: to - MINUTE, to, revision, functionName: 'shop' },
    ...{ functionVersion: '7', cell: '', resources: {}, calls: {}, attempts: {}, refusals: {}, shadow: {} },
    ...{ transitions: {}, internal: {}, ...more },
  };
}

async function publish(limit: string, body: object = {}) {
  await center.send('PUT', '/v1/services/orders/draft', { body: limited('orders', limit) });
  return center.send('POST', '/v1/services/orders/publish', { body });
}

describe('GET /v1/services/{service}/fleet', () => {
  it('says of each live instance what it runs, and how it stands to what is published', async () => {
    await publish('1/s');
    center.clock.advance(10 * MINUTE);
    await publish('2/s');
    center.clock.advance(3 * MINUTE);
    const now = center.clock.now();
    await putMinute(table, minuteOf('a-current', 2, now - 5_000));
    await putMinute(table, minuteOf('a-current', 1, now - MINUTE - 5_000));
    await putMinute(table, minuteOf('b-stale', 1, now - 30_000, { version: '0.2.0' }));
    await putMinute(table, minuteOf('c-rejected', 1, now - 30_000, { rejected: 2, functionVersion: '6' }));
    await putMinute(table, minuteOf('d-unknown', 1, now - 3 * MINUTE + 5_000));
    await putMinute(table, minuteOf('e-gone', 1, now - 5 * MINUTE));
    const { status, body } = await fleet();
    expect(status).toBe(200);
    expect(body).toMatchObject({ published: { revision: 2 } });
    expect(body.summary).toEqual({
      ...{ counted: 'instances', instances: 4, current: 1, gray: 0, stale: 1, rejected: 1, unknown: 1 },
      ...{ revisions: { 2: 1, 1: 3 }, versions: { '0.3.0': 3, '0.2.0': 1 }, functions: { 'shop:7': 3, 'shop:6': 1 } },
    });
    expect(body.instances.map(({ instance, standing }) => [instance, standing])).toEqual([
      ['a-current', 'current'],
      ['b-stale', 'stale'],
      ['c-rejected', 'rejected'],
      ['d-unknown', 'unknown'],
    ]);
    expect(body.instances[2]).toEqual({
      ...{ instance: 'c-rejected', function: 'shop', functionVersion: '6', version: '0.3.0', revision: 1 },
      ...{ standing: 'rejected', rejected: 2, reportedAt: new Date(now - 30_000).toISOString() },
    });
  });

  it('tells those that are given a gray revision, wholly or in part', async () => {
    await publish('1/s');
    await publish('2/s', { gray: { share: '5%', by: 'client' } });
    center.clock.advance(2 * MINUTE);
    const now = center.clock.now();
    const detail = packDetail({ sides: { 1: { outcomes: { ok: 9 } }, 2: { outcomes: { ok: 1 } } } });
    await putMinute(table, minuteOf('both', 1, now, { detail }));
    await putMinute(table, minuteOf('rest', 1, now));
    await putMinute(table, minuteOf('whole', 2, now));
    const { body } = await fleet();
    expect(body.summary).toMatchObject({ instances: 3, current: 2, gray: 1, stale: 0 });
    expect(body).toMatchObject({ published: { revision: 1, gray: { revision: 2 } } });
    expect(body.instances).toMatchObject([
      { instance: 'both', standing: 'current', partlyGray: true },
      { instance: 'rest', standing: 'current' },
      { instance: 'whole', standing: 'gray' },
    ]);
    expect(body.instances[1]).not.toHaveProperty('partlyGray');
  });

  it('gives instances page by page, each once, whatever minutes it has reported in', async () => {
    await publish('1/s');
    center.clock.advance(5 * MINUTE);
    const now = center.clock.now();
    const names = Array.from({ length: 23 }, (_, i) => `instance-${String(i).padStart(2, '0')}`);
    for (const [i, name] of names.entries()) {
      for (let ago = i % 2; ago < 4; ago += 1 + (i % 3)) await putMinute(table, minuteOf(name, 1, now - ago * MINUTE));
    }
    const seen: unknown[] = [];
    let cursor: string | undefined;
    do {
      const { body } = await fleet({ limit: '5', ...(cursor === undefined ? {} : { cursor }) });
      expect(body.instances.length).toBeLessThanOrEqual(5);
      expect('summary' in body).toBe(cursor === undefined);
      seen.push(...body.instances.map(({ instance }) => instance));
      ({ cursor } = body);
    } while (cursor !== undefined);
    expect(seen).toEqual(names);
  });

  it('shows how the last publication came to the fleet, minute by minute', async () => {
    await publish('1/s');
    center.clock.advance(10 * MINUTE + 20_000);
    await publish('2/s');
    const published = center.clock.now();
    const first = Math.floor(published / MINUTE) * MINUTE - MINUTE;
    const shares = [3, 96, 100];
    for (const [i, share] of shares.entries()) {
      const slot = new Slot();
      const to = first + i * MINUTE + 90_000;
      for (let n = 0; n < 100; n++) slot.addMinute(minuteOf(`i-${n}`, n < share ? 2 : 1, to));
      await putMinuteSlots(table, 'orders', new Map([[first + i * MINUTE, slot]]));
    }
    center.clock.advance(4 * MINUTE);
    const { fence } = await takeTurn(table);
    await commitTurn(table, fence, { upTo: first + 3 * MINUTE, open: {} });
    const { body } = await fleet();
    expect(body.convergence).toEqual({
      minutes: shares.map((share, i) => ({
        ...{ minute: new Date(first + i * MINUTE).toISOString(), instances: 100, current: share, share: share / 100 },
      })),
      reached: { share: 0.95, withinMs: first + 3 * MINUTE - published },
    });
  });

  it('says nothing of "95 of 100" while the record does not tell', async () => {
    await publish('1/s');
    const published = center.clock.now();
    const slot = new Slot();
    slot.addMinute(minuteOf('one', 1, published + 90_000));
    await putMinuteSlots(table, 'orders', new Map([[Math.floor(published / MINUTE) * MINUTE, slot]]));
    center.clock.advance(MINUTE);
    const { body } = await fleet();
    expect(body.convergence).toMatchObject({ minutes: [{ instances: 1, current: 1, share: 1 }] });
    expect(body.convergence).not.toHaveProperty('reached');
  });

  it('counts a large fleet by the last minute that all have told of, and asks the table no more for it', async () => {
    const asked: string[] = [];
    center = await startCenter({
      ...table,
      get: (key, options) => (asked.push('get'), table.get(key, options)),
      query: (request) => (asked.push('query'), table.query(request)),
    });
    await publish('1/s');
    center.clock.advance(10 * MINUTE);
    await publish('2/s');
    center.clock.advance(6 * MINUTE);
    const from = center.clock.now() - 4 * MINUTE;
    const slot = new Slot();
    for (let n = 0; n < 1_000; n++) {
      const old = n < 30 ? { revision: 1 } : { revision: 2 };
      slot.addMinute(minuteOf(`i-${n}`, 2, from + 90_000, { ...old, ...(n < 10 ? { rejected: 2 } : {}) }));
    }
    await putMinuteSlots(table, 'orders', new Map([[from, slot]]));
    const { fence } = await takeTurn(table);
    await commitTurn(table, fence, { upTo: from + MINUTE, open: {} });
    asked.length = 0;
    const { body } = await fleet();
    expect(body.summary).toEqual({
      ...{ counted: 'minute', instances: 1_000, current: 970, gray: 0, stale: 20, rejected: 10, unknown: 0 },
      ...{ revisions: { 1: 30, 2: 970 }, versions: { '0.3.0': 1_000 }, functions: { 'shop:7': 1_000 } },
    });
    expect(asked.filter((what) => what === 'query').length).toBeLessThanOrEqual(8);
    expect(asked.length).toBeLessThanOrEqual(14);
  });

  it('hears of an instance that cannot follow what is published from itself, minute after minute', async () => {
    await publish('1/s');
    await loadReporting();
    const { clock } = center;
    const instance = testInstance({ service: 'orders', id: 'old-code', clock, table });
    const { rules, syncs } = instance;
    rules.register(telemetryPolicy);
    rules.register({
      name: 'picky',
      compile({ throttles }) {
        if (throttles?.['everyone']?.limit === '2/s') throw new TypeError('2/s is beyond this library');
      },
    });
    const serve = async () => {
      syncs.startDue(clock.now());
      await rules.awaitIfStale(clock.now());
      instance.recorder.invocation('default', 'ok', 5, false);
      await syncs.settle(10_000);
    };
    await serve();
    await publish('2/s');
    for (let minutes = 0; minutes < 7; minutes++) {
      clock.advance(MINUTE + 1_000);
      await serve();
    }
    await vi.waitFor(async () => {
      const { body } = await fleet();
      expect(body.summary).toMatchObject({ instances: 1, rejected: 1, stale: 0 });
      expect(body.instances).toMatchObject([{ instance: 'old-code', revision: 1, standing: 'rejected', rejected: 2 }]);
    }, SOON);
  });

  it('knows instances that report without any rules', async () => {
    await putMinute(table, minuteOf('alone', 0, NOW));
    const { body } = await fleet();
    expect(body).not.toHaveProperty('published');
    expect(body).toMatchObject({ summary: { instances: 1, unknown: 1 }, instances: [{ revision: 0 }] });
  });

  it('answers 404 for a service that nobody has heard of, and refuses a cursor that is not its own', async () => {
    expect(await fleet()).toMatchObject({ status: 404 });
    await publish('1/s');
    expect(await fleet({ cursor: 'bm90aGluZw' })).toMatchObject({ status: 400 });
  });
});

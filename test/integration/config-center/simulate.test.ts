// A draft replayed against what governed instances told of their requests and the merge made of it, asked for over HTTP.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { NOBODY } from '../../../cli/console.ts';
import { run } from '../../../cli/run.ts';
import { readRecord } from '../../../functions/config-center/simulate/record.ts';
import { Memory } from '../../../functions/telemetry/merge/memory.ts';
import { mergeTick } from '../../../functions/telemetry/merge/tick.ts';
import { governed } from '../../../middleware/index.ts';
import { loadReporting } from '../../../middleware/telemetry/reports.ts';
import type { Table } from '../../../store/port.ts';
import { httpV2 } from '../../support/events.ts';
import { silentLogger, testContext, testInstance } from '../../support/instance.ts';
import { serveCenter } from '../cli/center-over-http.ts';
import { createTable } from '../table.ts';
import { limited, startCenter, type Center } from './center.ts';

const MINUTE = 60_000;
const ORDERS = '/v1/services/orders';
const MINUTES = 9;
/** Of each of three instances. */
const REQUESTS_A_MINUTE = 10;

interface Range {
  readonly low: number;
  readonly estimate: number | null;
  readonly high: number;
}
interface Side {
  readonly refused?: Range | null;
  readonly exceeded?: Range;
  readonly measured?: true;
}
interface Simulated {
  readonly steady: boolean;
  readonly revision: number | null;
  readonly recordedMinutes: number;
  readonly summary: {
    readonly seen: number;
    readonly now: Side;
    readonly draft: Side;
    readonly worse: readonly { readonly path: string; readonly certain: boolean }[];
  };
  readonly rules: readonly {
    readonly path: string;
    readonly change: string;
    readonly now: Side | null;
    readonly draft: Side | null;
    readonly cannotSay: readonly string[];
    readonly examples: readonly { readonly requestId: string }[];
  }[];
  readonly cannotSay: readonly { readonly path: string; readonly reason: string }[];
}

let table: Table;
let center: Center;

const published = (everyone: string) => ({
  ...limited('orders', everyone),
  throttles: { everyone: { limit: everyone }, tenants: { limit: '60/min', key: ['header:x-tenant'] } },
  telemetry: { sample: '100%' },
});

/** A record of nine minutes, made once: every test asks and none changes it. */
beforeAll(async () => {
  await loadReporting();
  const made = await createTable(inject('dynamodb'));
  table = made.sdk;
  center = await startCenter(table);
  const { clock, send } = center;
  await send('PUT', `${ORDERS}/draft`, { body: published('10k/s') });
  await send('POST', `${ORDERS}/publish`, { body: {} });
  clock.advance(5 * MINUTE);
  const memory = new Memory();
  const fleet = Array.from({ length: 3 }, (_, i) => {
    const instance = testInstance({ id: `instance-${i}`, clock, table: made.signed });
    const handler = governed({ service: 'orders', instance }, () => Promise.resolve({ statusCode: 200 }));
    return { instance, handler };
  });
  for (let minute = 0; minute < MINUTES; minute++) {
    for (let i = 0; i < REQUESTS_A_MINUTE; i++) {
      for (const { instance, handler } of fleet) {
        const tenant = i < 8 ? 'busy' : `tenant-${i}`;
        await handler(httpV2({ headers: { 'x-tenant': tenant } }), testContext(clock));
        await instance.syncs.settle();
      }
      clock.advance(MINUTE / REQUESTS_A_MINUTE);
    }
    await mergeTick({ table, clock, random: () => 0, logger: silentLogger, memory, exporters: [] });
  }
});

async function simulated(document: object | string | undefined, body: object = {}): Promise<Simulated> {
  const sent = { ...body, ...(document === undefined ? {} : { document }) };
  const answer = await center.send('POST', `${ORDERS}/draft/simulate`, { as: 'viewer', body: sent });
  expect(answer).toMatchObject({ status: 200 });
  return answer.body as Simulated;
}
const ruleAt = ({ rules }: Simulated, path: string) => rules.find((rule) => rule.path === path);

describe('a draft that is the same', () => {
  it('refuses what the rules in force refused, which is counted', async () => {
    const told = await simulated(undefined, { minutes: 5 });
    expect(told).toMatchObject({ steady: true, revision: 1, recordedMinutes: 5, summary: { seen: 150, worse: [] } });
    expect(told.summary.now.refused).toEqual({ low: 0, estimate: 0, high: 0 });
    expect(ruleAt(told, '/throttles/everyone')).toMatchObject({ change: 'same', now: { measured: true } });
  });
});

describe('a draft with a limit far below what came', () => {
  it('is worse for certain, and shows requests to look at', async () => {
    const told = await simulated(published('6/min'), { minutes: 5 });
    const rule = ruleAt(told, '/throttles/everyone');
    const { low = 0, high = 0 } = rule?.draft?.refused ?? {};
    // Thirty a minute, of which six are let through.
    expect(low).toBeGreaterThanOrEqual(150 - 6 * 7);
    expect(high).toBeLessThanOrEqual(150);
    expect(told.summary.worse).toContainEqual(expect.objectContaining({ path: '/throttles/everyone', certain: true }));
    expect(rule?.examples).toHaveLength(5);
  });

  it('knows the busiest keys of a rule by key', async () => {
    const strict = { ...published('10k/s'), throttles: { tenants: { limit: '12/min', key: ['header:x-tenant'] } } };
    const told = await simulated(strict, { minutes: 5 });
    const { low = 0, high = 0 } = ruleAt(told, '/throttles/tenants')?.draft?.refused ?? {};
    // The busy tenant sends 24 a minute; the two others three each.
    expect(low).toBeGreaterThanOrEqual(5 * 12 - 2 * 12);
    expect(high).toBeLessThanOrEqual(5 * 24);
    expect(ruleAt(told, '/throttles/everyone')).toMatchObject({ change: 'removed', draft: null });
  });
});

describe('what the record does not tell', () => {
  it('is a header that no rule in force has as its key', async () => {
    const told = await simulated({
      ...published('10k/s'),
      throttles: { shops: { limit: '5/min', key: ['header:x-shop'] } },
    });
    const shops = ruleAt(told, '/throttles/shops');
    expect(shops).toMatchObject({ change: 'added', now: null, draft: { refused: { low: 0, estimate: null } } });
    expect(shops?.cannotSay).toContainEqual(expect.stringContaining('header:x-shop is not recorded'));
  });

  it('is what callers prove of themselves', async () => {
    const told = await simulated({ ...published('10k/s'), access: { allow: [{ ip: ['203.0.113.0/24'] }] } });
    expect(told.cannotSay).toContainEqual(expect.objectContaining({ path: '/access' }));
  });

  it('is everything of a time before the service began', async () => {
    const answer = await center.send('POST', '/v1/services/quiet/draft/simulate', {
      body: { document: limited('quiet', '1/s') },
    });
    expect(answer.body).toMatchObject({
      ...{ revision: null, recordedMinutes: 0, summary: { seen: 0, worse: [] } },
      cannotSay: [{ path: '', reason: 'nothing was recorded in these minutes' }],
    });
  });
});

describe('what may be asked', () => {
  it.each([
    { name: 'more than a day', path: ORDERS, body: { minutes: 1441 }, status: 422 },
    { name: 'a document with errors', path: ORDERS, body: { document: limited('orders', 'many') }, status: 422 },
    { name: 'the rules of another service', path: ORDERS, body: { document: limited('payments', '1/s') }, status: 422 },
    { name: 'a draft that is not there', path: '/v1/services/nobody', body: {}, status: 404 },
  ])('is not $name', async ({ path, body, status }) => {
    expect(await center.send('POST', `${path}/draft/simulate`, { body })).toMatchObject({ status });
  });

  it('is a document as YAML, and nothing is stored of it', async () => {
    const yaml = 'apiVersion: flyball/v1\nservice: orders # as before\nthrottles:\n  everyone: { limit: 6/min }\n';
    const before = await center.send('GET', `${ORDERS}/draft`);
    expect(ruleAt(await simulated(yaml), '/throttles/everyone')).toMatchObject({ change: 'changed' });
    expect((await center.send('GET', `${ORDERS}/draft`)).headers['etag']).toBe(before.headers['etag']);
  });

  it('is no more than can be read in time', async () => {
    const to = Math.floor(center.clock.now() / MINUTE) * MINUTE;
    const reading = readRecord(table, 'orders', { from: to - 10 * MINUTE, to }, { most: 100 });
    await expect(reading).rejects.toMatchObject({ status: 400, code: 'RANGE_TOO_LARGE' });
    const late = readRecord(table, 'orders', { from: to - 10 * MINUTE, to }, { inTime: () => false });
    await expect(late).rejects.toMatchObject({ code: 'RANGE_TOO_LARGE' });
  });
});

describe('flyball simulate', () => {
  it('prints a table and ends with 4 when the draft is worse', async () => {
    const served = await serveCenter(center);
    const folder = mkdtempSync(join(tmpdir(), 'flyball-cli-'));
    writeFileSync(join(folder, 'orders.json'), JSON.stringify(published('6/min')));
    const said = async (argv: readonly string[]) => {
      const ran = { exitCode: 0, out: '', err: '' };
      ran.exitCode = await run(argv, {
        env: { FLYBALL_URL: served.url, FLYBALL_TOKEN: 'fb_viewer' },
        ...{ folder, version: '1.2.3', timeoutMs: 60_000, console: NOBODY },
        out: (text) => (ran.out += text),
        err: (text) => (ran.err += text),
      });
      return ran;
    };
    try {
      const worse = await said(['simulate', 'orders', '-f', 'orders.json', '--minutes', '5']);
      expect(worse).toMatchObject({ exitCode: 4, err: '' });
      expect(worse.out).toMatch(/^RULE +CHANGE +SEEN +NOW +DRAFT +RANGE/m);
      expect(worse.out).toMatch(/^\/throttles\/everyone +changed +150 +0 +\d+ +\d+ to \d+/m);
      expect(worse.out).toContain('Worse: /throttles/everyone: refuses about');
      writeFileSync(join(folder, 'orders.json'), JSON.stringify(published('40/min')));
      const unclear = await said(['simulate', 'orders', '-f', 'orders.json', '--minutes', '5']);
      expect(unclear).toMatchObject({ exitCode: 0, err: '' });
      expect(unclear.out).toContain('Unclear: /throttles/everyone: up to');
      const same = await said(['simulate', 'orders', '--json']);
      expect(same.exitCode).toBe(0);
      expect(JSON.parse(same.out)).toMatchObject({ service: 'orders', document: 'draft', summary: { worse: [] } });
      expect(await said(['simulate', 'orders', '--minutes', 'many'])).toMatchObject({ exitCode: 2 });
    } finally {
      rmSync(folder, { recursive: true, force: true });
      await served.stop();
    }
  });
});

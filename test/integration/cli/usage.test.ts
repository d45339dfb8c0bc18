// `flyball usage` against the real config center: one CSV, however many answers it takes.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../../../cli/run.ts';
import { MOST_CSV_ROWS } from '../../../functions/config-center/usage/routes.ts';
import { memoryTable } from '../../../middleware/testing/table/memory-table.ts';
import { quotaCounter } from '../../../store/items/quota.ts';
import { putUsageKey, putUsageWindow } from '../../../store/items/usage.ts';
import { NOW, startCenter } from '../config-center/center.ts';
import { serveCenter, type ServedCenter } from './center-over-http.ts';

const WINDOW = { startMs: Date.UTC(2026, 0, 1), endMs: Date.UTC(2026, 1, 1) };
const EXPIRATION = 2 ** 33;
const table = memoryTable();
let served: ServedCenter;
let folder: string;

beforeAll(async () => {
  const center = await startCenter(table);
  served = await serveCenter(center);
  const throttles = { monthly: { algorithm: 'fixed-window', limit: '50/month' } };
  for (const service of ['shop', 'large']) {
    await center.send('PUT', `/v1/services/${service}/draft`, {
      body: { apiVersion: 'flyball/v1', service, throttles },
    });
    await center.send('POST', `/v1/services/${service}/publish`);
  }
});
afterAll(() => served.stop());

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'flyball-cli-'));
  return () => rmSync(folder, { recursive: true, force: true });
});

async function used(service: string, keys: readonly string[]): Promise<void> {
  const window = { service, rule: 'monthly', generation: 'g', ...WINDOW };
  await putUsageWindow(table, window, EXPIRATION);
  for (const key of keys) {
    await putUsageKey(table, window, key, EXPIRATION);
    const name = { service, rule: 'monthly', algorithm: 'fixed-window', generation: 'g', key };
    const take = { tokens: 3, most: 47, limit: 50, nowMs: NOW, expiration: EXPIRATION };
    await quotaCounter(table, name, WINDOW.startMs).take(take);
  }
}

async function flyball(...argv: readonly string[]) {
  const ran = { exitCode: 0, out: '', err: '' };
  ran.exitCode = await run(['usage', ...argv], {
    env: { FLYBALL_URL: served.url, FLYBALL_TOKEN: 'fb_viewer' },
    folder,
    version: '1.2.3',
    out: (text) => (ran.out += text),
    err: (text) => (ran.err += text),
    timeoutMs: 60_000,
  });
  return ran;
}

describe('usage', () => {
  it('prints what was used in a month', async () => {
    await used('shop', ['ada', 'ben']);
    const { exitCode, out } = await flyball('shop', '--from', '2026-01-01T00:00Z', '--to', '2026-02-01T00:00Z');
    expect(exitCode).toBe(0);
    expect(out.split('\n')).toEqual([
      'service,rule,key,windowStart,windowEnd,used,limit,share,reached80At,reached100At',
      'shop,monthly,ada,2026-01-01T00:00:00.000Z,2026-02-01T00:00:00.000Z,3,50,0.06,,',
      'shop,monthly,ben,2026-01-01T00:00:00.000Z,2026-02-01T00:00:00.000Z,3,50,0.06,,',
    ]);
  });

  it('writes one file of more keys than one answer holds, each once', async () => {
    const keys = Array.from({ length: 2 * MOST_CSV_ROWS + 77 }, (_, i) => `t-${i}`);
    await used('large', keys);
    expect(await flyball('large', '-o', 'usage.csv')).toEqual({
      exitCode: 0,
      out: `usage.csv holds the usage of large: ${keys.length} lines.`,
      err: '',
    });
    const lines = readFileSync(join(folder, 'usage.csv'), 'utf8').split('\r\n');
    expect(lines.pop()).toBe('');
    expect(lines.map((line) => line.split(',')[2])).toEqual(['key', ...keys.toSorted()]);
  });

  it('says what was wrong, and leaves the file alone', async () => {
    const ran = await flyball('shop', '--rule', 'monthly', '--from', 'soon', '-o', 'usage.csv');
    expect(ran.exitCode).toBe(1);
    expect(ran.err).toContain('from is not a time');
    expect(readdirSync(folder)).toEqual([]);
  });
});

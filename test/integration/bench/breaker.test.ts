// `npm run bench -- breaker`: rows by the names that runs are compared by, for the product and for what it is beside.
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, it } from 'vitest';
import type { Result } from '../../../bench/result.ts';

const ROOT = join(import.meta.dirname, '../../..');
const out = mkdtempSync(join(tmpdir(), 'flyball-bench-test-'));
afterAll(() => rmSync(out, { recursive: true, force: true }));

it('simulates an outage under every subject', async () => {
  const parameters = ['bench/run.ts', 'breaker', '--quick', '--only', 'n=10 outage 100%', '--out', out];
  await promisify(execFile)(process.execPath, parameters, { cwd: ROOT });
  const { rows } = JSON.parse(readFileSync(join(out, 'breaker.json'), 'utf8')) as Result;
  expect([...new Set(rows.map(({ subject }) => subject))]).toEqual([
    'flyball',
    'oracle (no delay)',
    'circuitbreaker-lambda 0.0.1 (model)',
    'counters per instance, one elected prober (model)',
  ]);
  const judged = rows.filter(({ goal }) => goal !== undefined);
  expect(judged.map(({ subject, metric }) => `${subject} ${metric}`)).toEqual(
    [...['open_ms_median', 'open_ms_max', 'leak_per_instance', 'false_trips', 'flaps', 'store_writes_per_request']].map(
      (metric) => `flyball ${metric}`,
    ),
  );
  for (const row of rows) expect(row.value, JSON.stringify(row)).toBeGreaterThanOrEqual(0);
});

// Measures the batch monitor's tick: a hundred thousand jobs and checks, of which some are due, in fresh processes.
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sideBySide } from '../../functions/api/passes.ts';
import { newCheck, pinged } from '../../functions/batch-monitor/checks/fold.ts';
import { itemOfCheck, type PingRecord } from '../../store/items/check-record.ts';
import { itemOf } from '../../store/items/job-record.ts';
import { declared } from '../../store/items/jobs.ts';
import { beginRun } from '../../store/items/job-runs.ts';
import type { Table } from '../../store/port.ts';
import { bundled, runProbe } from '../probe.ts';
import { atMost, type Row } from '../result.ts';
import type { BenchmarkOptions } from '../run.ts';
import { median, rounded } from '../statistics.ts';
import { createNamedTable, startStore } from '../telemetry/store.ts';
import type { Found } from './probe.ts';

const MINUTE = 60_000;
const NOW = Date.UTC(2026, 0, 5, 12, 0, 30);
/** So long ago that nothing which was declared or pinged then is due by now, unless its schedule is short. */
const BEFORE = NOW - 30 * MINUTE;
const ROUNDS = 3;
const GOAL_S = 10;
const GOAL_MB = 128;
/** As large as it may become in an environment of 128 MB. */
const HEAP = ['--max-old-space-size=110', '--max-semi-space-size=8'];
const SIDE_BY_SIDE = 32;

/** A tenth of those that are due are jobs with a run that was killed; the others are as many jobs as checks. */
export async function measureJobs({ quick, progress }: BenchmarkOptions): Promise<readonly Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'flyball-bench-jobs-'));
  const store = await startStore();
  try {
    const probe = await bundled(join(import.meta.dirname, 'probe.ts'), folder);
    const rows: Row[] = [];
    for (const all of quick ? [2_000] : [10_000, 100_000]) {
      const due = all / 100;
      const found: Found[] = [];
      for (let round = 0; round < (quick ? 1 : ROUNDS); round++) {
        const { tableName, table } = await createNamedTable(store.url);
        progress(`writing ${all} jobs and checks into ${store.name}, round ${round + 1}`);
        await seed(table, all, due);
        found.push(await run(probe, store.url, tableName, due));
      }
      const one = { scenario: `${all} jobs and checks, ${due} due; ${store.name}`, subject: 'flyball' };
      const seconds = rounded(median(found.map((each) => each.seconds)));
      const memory = Math.round(Math.max(...found.map((each) => each.rssMb)));
      rows.push(
        atMost(GOAL_S, { ...one, metric: 'tick_s', unit: 's', value: seconds }),
        atMost(GOAL_MB, { ...one, metric: 'rss_mb', unit: 'MB', value: memory }),
        { ...one, metric: 'tick_cpu_s', unit: 's', value: rounded(median(found.map((each) => each.cpuSeconds))) },
      );
    }
    return rows;
  } finally {
    await store.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function run(probe: string, url: string, tableName: string, due: number): Promise<Found> {
  const found = JSON.parse(await runProbe(probe, url, { heap: HEAP, args: [tableName, String(NOW)] })) as Found;
  const { runs, jobs, checks, failed, complete } = found.report;
  // A run that was lost makes its job due no second time.
  if (failed > 0 || !complete || runs + jobs + checks < due) {
    throw new Error(`the tick did not do what was due: ${JSON.stringify(found.report)}`);
  }
  return found;
}

/** Writes half as many jobs as checks of each kind, `due` of them late by a minute. */
async function seed(table: Table, all: number, due: number): Promise<void> {
  const numbers = Array.from({ length: all }, (_, i) => i);
  await sideBySide(SIDE_BY_SIDE, numbers, async (i) => {
    const isDue = i % (all / due) === 0;
    if (i % (2 * (all / due)) < all / due) await seedCheck(table, i, isDue);
    else await seedJob(table, i, isDue);
  });
}

async function seedCheck(table: Table, i: number, isDue: boolean): Promise<void> {
  const made = { uuid: randomUUID(), badgeKey: randomUUID(), service: serviceOf(i), at: BEFORE };
  const fresh = newCheck(made, { timeoutMs: (isDue ? 20 : 600) * MINUTE, graceMs: MINUTE, name: `check ${i}` });
  const ping: PingRecord = {
    ...{ at: BEFORE, kind: 'success', scheme: 'https', method: 'GET', bodySize: 0 },
    ...{ remoteAddress: '192.0.2.1', userAgent: 'curl/8.7.1' },
  };
  const { check, events } = pinged(fresh, ping);
  await table.put({ item: itemOfCheck({ ...check, newest: events }) });
}

async function seedJob(table: Table, i: number, isDue: boolean): Promise<void> {
  const [service, name] = [serviceOf(i), `job-${i}`];
  const schedule = isDue ? 'cron(45 11 * * ? *)' : 'cron(0 2 * * ? *)';
  const job = declared(undefined, service, name, { schedule, startDeadline: '10m', maxRuntime: '5m' }, BEFORE);
  if (!job) throw new Error('a job that is new was not declared');
  await table.put({ item: itemOf({ ...job, dueAt: isDue ? NOW - MINUTE : NOW + 600 * MINUTE }) });
  // Every tenth of the due ones has a run that was killed.
  if (!isDue || (i / 100) % 10 !== 5) return;
  const start = { service, job: name, run: `run-${i}`, startedAt: BEFORE, instance: 'i', requestId: `run-${i}` };
  await beginRun(table, { ...start, maxRuntimeAt: BEFORE + 5 * MINUTE, limitAt: BEFORE + 15 * MINUTE });
}

const serviceOf = (i: number) => `service-${String(i % 400).padStart(3, '0')}`;

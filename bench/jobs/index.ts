// Measures the batch monitor's tick: a hundred thousand jobs and checks, of which some are due, in fresh processes.
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sideBySide } from '../../functions/api/passes.ts';
import { newCheck, pinged } from '../../functions/batch-monitor/checks/fold.ts';
import { itemOfCheck, type PingRecord } from '../../store/items/check-record.ts';
import { itemOf } from '../../store/items/job-record.ts';
import { beginRun, endRun, settleRun, type RunEnd, type RunStart } from '../../store/items/job-runs.ts';
import { declared, type JobChange, type JobDefinition } from '../../store/items/jobs.ts';
import type { Item, Table } from '../../store/port.ts';
import { bundled, runProbe } from '../probe.ts';
import { atMost, type Row } from '../result.ts';
import type { BenchmarkOptions } from '../run.ts';
import { median, rounded } from '../statistics.ts';
import { AT_ONCE, createNamedTable, startStore } from '../telemetry/store.ts';
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
const SIDE_BY_SIDE = 8;
const DAY_MS = 24 * 60 * MINUTE;
/** With a run each, of those that are compared with. */
const DAYS_BEFORE = 20;

/**
 * Half of those that are due are checks. Of the jobs a fifth has a run that was killed; two fifths are held to all that a
 * job can be held to, with a history that they are compared with: a run of one half has fallen silent, of the other ended.
 */
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
        const { tableName, table, putSome } = await createNamedTable(store.url);
        progress(`writing ${all} jobs and checks into ${store.name}, round ${round + 1}`);
        await seed({ table, putSome }, all, due);
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
async function seed(
  { table, putSome }: Pick<Awaited<ReturnType<typeof createNamedTable>>, 'table' | 'putSome'>,
  all: number,
  due: number,
): Promise<void> {
  const firsts = Array.from({ length: Math.ceil(all / AT_ONCE) }, (_, i) => i * AT_ONCE);
  await sideBySide(SIDE_BY_SIDE, firsts, async (first) => {
    const items: Item[] = [];
    for (let i = first; i < Math.min(all, first + AT_ONCE); i++) {
      const isDue = i % (all / due) === 0;
      const isCheck = i % (2 * (all / due)) < all / due;
      // Those that are due are every hundredth: of the jobs every second one of these.
      const kind = isDue ? (i / 100) % 10 : undefined;
      if (isCheck) items.push(checkItem(i, isDue));
      else if (kind === 7 || kind === 9) await seedHeldJob(table, nameOf(i), kind === 7);
      else items.push(jobItem(i, isDue));
      if (kind === 5) await seedKilled(table, i);
    }
    await putSome(items);
  });
}

function checkItem(i: number, isDue: boolean): Item {
  const made = { uuid: randomUUID(), badgeKey: randomUUID(), service: serviceOf(i), at: BEFORE };
  const fresh = newCheck(made, { timeoutMs: (isDue ? 20 : 600) * MINUTE, graceMs: MINUTE, name: `check ${i}` });
  const ping: PingRecord = {
    ...{ at: BEFORE, kind: 'success', scheme: 'https', method: 'GET', bodySize: 0 },
    ...{ remoteAddress: '192.0.2.1', userAgent: 'curl/8.7.1' },
  };
  const { check, events } = pinged(fresh, ping);
  return itemOfCheck({ ...check, newest: events });
}

function jobItem(i: number, isDue: boolean): Item {
  const { service, job: name } = nameOf(i);
  const schedule = isDue ? 'cron(45 11 * * ? *)' : 'cron(0 2 * * ? *)';
  const job = declared(undefined, service, name, { schedule, startDeadline: '10m', maxRuntime: '5m' }, BEFORE);
  if (!job) throw new Error('a job that is new was not declared');
  return itemOf({ ...job, dueAt: isDue ? NOW - MINUTE : NOW + 600 * MINUTE });
}

async function seedKilled(table: Table, i: number): Promise<void> {
  const start = { ...nameOf(i), run: `run-${i}`, startedAt: BEFORE, instance: 'i', requestId: `run-${i}` };
  await beginRun(table, { ...start, maxRuntimeAt: BEFORE + 5 * MINUTE, limitAt: BEFORE + 15 * MINUTE });
}

/** What rules may ask of a job. */
const HELD: JobDefinition = {
  ...{ schedule: 'cron(45 11 * * ? *)', maxRuntime: '12m', startDeadline: '10m' },
  ...{ minRuntime: '30s', finishBy: '12:00', noHeartbeatFor: '5m', failures: '2 of 3', notMoreThan: '1/h' },
  ...{ overlap: 'forbid', duration: { anomaly: '3x' } },
  expect: {
    written: { atLeast: '50% of the median of 20', atMost: '300% of the median of 20' },
    failed: { atMost: 5 },
  },
};

async function seedHeldJob(table: Table, name: { service: string; job: string }, isSilent: boolean): Promise<void> {
  const slot = NOW - (NOW % DAY_MS) + 11.75 * 60 * MINUTE;
  const yesterday = slot - DAY_MS;
  const since = slot - DAYS_BEFORE * DAY_MS;
  const job = declared(undefined, name.service, name.job, HELD, since - MINUTE);
  if (!job) throw new Error('a job that is new was not declared');
  const changes: JobChange[] = [{ at: since + MINUTE, from: 'new', to: 'up' }];
  const state = {
    status: 'up',
    since: since + MINUTE,
    changes,
    anchorAt: yesterday,
    dueAt: slot + 10 * MINUTE,
  } as const;
  await table.put({ item: itemOf({ ...job, ...state }) });
  const startOf = (scheduledAt: number): RunStart => {
    const startedAt = scheduledAt + 2_000;
    const times = { startedAt, scheduledAt, maxRuntimeAt: startedAt + 12 * MINUTE, limitAt: startedAt + 15 * MINUTE };
    return { ...name, ...times, silenceMs: 5 * MINUTE, run: `run-${scheduledAt}`, instance: 'i', requestId: 'r' };
  };
  const endedIn = (start: RunStart, durationMs: number, written: number): RunEnd => {
    const counts = { read: 2 * written, written, failed: 1 };
    return { status: 'succeeded', endedAt: start.startedAt + durationMs, durationMs, counts };
  };
  for (let before = since; before <= yesterday; before += DAY_MS) {
    const start = startOf(before);
    const end = endedIn(start, 2 * MINUTE + ((before / DAY_MS) % 7) * 1_000, 900 + ((before / DAY_MS) % 200));
    await endRun(table, start, end);
    // The monitor has seen its end.
    const seen = { ...start, ...end, dueAt: end.endedAt };
    await settleRun(table, seen, { ...end, dueAt: undefined, lostAt: undefined, reason: undefined, marks: undefined });
  }
  const start = startOf(slot);
  await beginRun(table, start);
  if (!isSilent) await endRun(table, start, endedIn(start, 4 * MINUTE, 400));
}

const nameOf = (i: number) => ({ service: serviceOf(i), job: `job-${i}` });
const serviceOf = (i: number) => `service-${String(i % 400).padStart(3, '0')}`;

// The crowd's jobs: ten thousand, declared ones that run once a day and checks that are pinged; some have failed or were missed.
import { judge } from '../../functions/batch-monitor/judge.ts';
import { settledRuns } from '../../functions/batch-monitor/judging/settled.ts';
import { newCheck, pinged } from '../../functions/batch-monitor/checks/fold.ts';
import { changeCheck, createCheck } from '../../store/items/checks.ts';
import { beginRun, endRun, listRuns, noteMissed, settleRun, type RunStart } from '../../store/items/job-runs.ts';
import { changeJob, declareJobs, type JobDefinition } from '../../store/items/jobs.ts';
import type { Table } from '../../store/port.ts';
import { ownerOf, SERVICES } from './graph.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const DECLARED_EACH = 24;
/** With one check each. */
export const JOBS = SERVICES.length * (DECLARED_EACH + 1);
/** Of the first service's jobs, so that one has a history to look at. */
const RUNS_OF_FIRST = 30;

/** Minutes of the day at which nothing is due in the two hours from now: what stands so goes on standing so. */
function quietMinute(n: number, nowMs: number): number {
  const now = Math.floor((nowMs % DAY) / MINUTE);
  return (now - 5 - ((n * 7) % (24 * 60 - 130)) + 48 * 60) % (24 * 60);
}

/** Writes them as rules, instances and pings would have, a day ago and since. */
export async function putJobs(table: Table, nowMs: number): Promise<void> {
  for (const [i, service] of SERVICES.entries()) {
    const slots = new Map<string, number>();
    const jobs: Record<string, JobDefinition> = {};
    for (let k = 0; k < DECLARED_EACH; k++) {
      const n = i * DECLARED_EACH + k;
      const minute = quietMinute(n, nowMs);
      const name = `${['settle', 'export', 'tidy', 'count', 'send', 'load'][k % 6] ?? ''}-${String(k)}`;
      const schedule = `cron(${String(minute % 60)} ${String(Math.floor(minute / 60))} * * ? *)`;
      jobs[name] = { schedule, maxRuntime: '30m', tags: [k % 2 === 0 ? 'daily' : 'money'] };
      const today = Math.floor(nowMs / DAY) * DAY + minute * MINUTE;
      slots.set(name, today > nowMs ? today - DAY : today);
    }
    const count = i === 0 ? RUNS_OF_FIRST : 1;
    // After the day before's slots, so that one run a job is all there was to be.
    const atMs = Math.min(...slots.values()) - (count - 1) * DAY - MINUTE;
    await declareJobs(table, { service, owner: ownerOf(service), jobs, atMs });
    for (const [k, [job, slot]] of [...slots].entries()) {
      const n = i * DECLARED_EACH + k;
      if (n % 211 !== 7) await run({ table, service, job, slot, fails: n % 97 === 5, n, count });
      await settle(table, service, job, nowMs);
    }
    await putCheck(table, service, i, nowMs);
  }
}

interface Ran {
  readonly table: Table;
  readonly service: string;
  readonly job: string;
  readonly slot: number;
  readonly fails: boolean;
  readonly n: number;
  readonly count: number;
}

async function run({ table, service, job, slot, fails, n, count }: Ran): Promise<void> {
  for (let days = count - 1; days >= 0; days--) {
    const startedAt = slot - days * DAY + 800;
    const durationMs = 20_000 + ((n * 37 + days * 911) % 90) * 1_000;
    const failed = fails && days === 0;
    const start: RunStart = {
      ...{ service, job, run: `run-${String(n)}-${String(days)}`, startedAt, scheduledAt: slot - days * DAY },
      ...{ instance: 'i', requestId: `r-${String(n)}`, limitAt: startedAt + 15 * MINUTE },
    };
    await beginRun(table, start);
    await endRun(table, start, {
      ...{ status: failed ? 'failed' : 'succeeded', endedAt: startedAt + durationMs, durationMs },
      ...(failed ? { error: { name: 'FileMissing', message: `${job}: no file came from ${service}` } } : {}),
    });
  }
}

/** As the tick does of what is due. */
async function settle(table: Table, service: string, job: string, nowMs: number): Promise<void> {
  const { runs } = await listRuns(table, { service, job }, { limit: 50 });
  await changeJob(table, service, job, async (current) => {
    if (!current) return undefined;
    const settled = settledRuns(current, runs, nowMs);
    const judgement = judge(current, settled, nowMs);
    for (const slot of judgement.missed) await noteMissed(table, { service, job }, slot);
    for (const [i, seen] of runs.entries()) {
      const word = settled[i];
      if (seen.dueAt !== undefined && word) await settleRun(table, seen, word);
    }
    return { ...judgement.job, rev: current.rev + 1 };
  });
}

async function putCheck(table: Table, service: string, n: number, nowMs: number): Promise<void> {
  const hex = n.toString(16).padStart(8, '0');
  const uuid = `${hex}-0000-4000-8000-000000000000`;
  const at = nowMs - DAY;
  const settings = { name: `Backup of ${service}`, slug: `backup-${service}`, tags: 'backup', timeoutMs: 2 * DAY };
  await createCheck(table, newCheck({ uuid, badgeKey: `${hex}-0000-4000-9000-000000000000`, service, at }, settings));
  const kind = n % 50 === 3 ? 'fail' : 'success';
  const from = { scheme: 'https', method: 'GET', remoteAddress: '203.0.113.7', userAgent: 'curl/8.7.1', bodySize: 0 };
  await changeCheck(table, uuid, (check) => pinged(check, { at: at + 60 * MINUTE, kind, ...from }));
}

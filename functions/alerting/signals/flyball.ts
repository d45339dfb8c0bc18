// What flyball says of itself: whether the minutes of instances are merged, and whether jobs and checks are looked after.
import { DUE_CHECKS, listDueChecks, readCheck } from '../../../store/items/checks.ts';
import { UnreadableItem } from '../../../store/items/fields.ts';
import { listDueRuns } from '../../../store/items/job-runs.ts';
import { listDueJobs, readJob } from '../../../store/items/jobs.ts';
import { EVERY_SERVICE, readMergeProgress, type MergeProgress } from '../../../store/items/merge-progress.ts';
import type { Table } from '../../../store/port.ts';
import { behindMs, completeUntil, settledFor } from '../../telemetry/series/settled.ts';
import type { Condition } from '../condition.ts';
import type { Source } from '../tick-parts.ts';
import { keyOf } from './judge.ts';

const SERVICE = 'flyball';
const MINUTE_MS = 60_000;
const MOST_BEHIND_MS = 10 * MINUTE_MS;
/** The monitor of jobs passes once a minute: what has been due for so long has been passed over. */
const OVERDUE_MS = 5 * MINUTE_MS;
/** Anybody may put something into the index of what is due: of so much that is nothing of ours it is not told what comes behind it. */
const PAGE = 25;
const MOST_NAMED = 3;

export const flyballItself: Source = {
  name: 'flyball',
  async *subjects({ table, clock }) {
    yield await Promise.resolve([
      {
        name: 'the merge of telemetry',
        conditions: async () => [mergeCondition(await readMergeProgress(table), clock.now())],
      },
      {
        name: 'the monitor of jobs',
        conditions: async () => {
          const overdue = await overdueBy(table, clock.now() - OVERDUE_MS);
          return overdue ? [monitorCondition(overdue, clock.now())] : [];
        },
      },
    ]);
  },
};

const about = (name: string) => ({
  ...{ key: keyOf('flyball', SERVICE, name), kind: 'flyball' as const, service: SERVICE, name },
  severity: 'high' as const,
});

/** `progress` is undefined before the merge has ever run: in a new installation nothing is behind. */
export function mergeCondition(progress: MergeProgress | undefined, nowMs: number): Condition {
  // What is open of every service is behind for all of them.
  const services = [EVERY_SERVICE, ...Object.keys(progress?.open ?? {}).filter((name) => name !== EVERY_SERVICE)];
  const settled = services.map((service) => ({ service, ...settledFor(service, progress, nowMs) }));
  const behind = settled.filter((each) => behindMs(each, nowMs) > MOST_BEHIND_MS);
  if (behind.length === 0) {
    return { ...about('merge'), firing: false, since: nowMs, summary: 'telemetry is merged as it comes' };
  }
  const since = Math.min(...behind.map(completeUntil));
  const named = behind.map(({ service }) => service);
  const until = `since ${new Date(since).toISOString()}`;
  const summary = named.includes(EVERY_SERVICE)
    ? `telemetry is not merged ${until}: objectives, rules of alerts, throttles and fleets are not judged`
    : `telemetry of ${shortened(named)} is not merged ${until}: its objectives, rules of alerts, throttles and fleets are not judged`;
  return { ...about('merge'), firing: true, since, summary };
}

function shortened(names: readonly string[]): string {
  const more = names.length > MOST_NAMED ? ` and ${String(names.length - MOST_NAMED)} more` : '';
  return `${names.slice(0, MOST_NAMED).join(', ')}${more}`;
}

/** What has been due for too long, by what it is. */
export function monitorCondition(overdue: readonly string[], nowMs: number): Condition {
  if (overdue.length === 0) {
    return { ...about('monitor'), firing: false, since: nowMs, summary: 'jobs and checks are looked after' };
  }
  const summary = `${overdue.join(', ')} should have been looked at five minutes ago: what becomes of them is not seen`;
  return { ...about('monitor'), firing: true, since: nowMs - OVERDUE_MS, summary };
}

/** Undefined when it cannot be told: what is due first is nothing of ours. */
async function overdueBy(table: Table, dueAt: number): Promise<string[] | undefined> {
  const page = { limit: PAGE };
  const [runs, jobs, checks] = await Promise.all([
    listDueRuns(table, dueAt, page),
    listDueJobs(table, dueAt, page),
    Promise.all(DUE_CHECKS.map((part) => listDueChecks(table, part, dueAt, page))),
  ]);
  const [waitingJobs, waitingChecks] = await Promise.all([
    Promise.all(jobs.jobs.map(({ service, job }) => waits(() => readJob(table, service, job), dueAt))),
    Promise.all(checks.flatMap(({ uuids }) => uuids).map((uuid) => waits(() => readCheck(table, uuid), dueAt))),
  ]);
  const overdue = [
    ...(runs.runs.length > 0 ? ['runs of jobs'] : []),
    ...(waitingJobs.includes(true) ? ['jobs'] : []),
    ...(waitingChecks.includes(true) ? ['checks'] : []),
  ];
  const passedOver = [...waitingJobs, ...waitingChecks].includes(false);
  const hidden = [runs, jobs, ...checks].some(
    ({ cursor, strangers }) => cursor !== undefined && (strangers > 0 || passedOver),
  );
  return overdue.length === 0 && hidden ? undefined : overdue;
}

/**
 * Whether it has been due since then by its own word: the index has what was written a moment ago, and is not marked
 * yet, since when it is as it is, which may be hours. One that cannot be read is looked after by nobody.
 */
async function waits(read: () => Promise<{ readonly dueAt?: number | undefined } | undefined>, dueAt: number) {
  try {
    const found = await read();
    return found?.dueAt !== undefined && found.dueAt <= dueAt;
  } catch (error) {
    if (error instanceof UnreadableItem) return true;
    throw error;
  }
}

// Whatever runs do, whenever ticks come, overlap or die: in the end the table says what a single late look would have said.
import * as fc from 'fast-check';
import { describe, expect, inject, it } from 'vitest';
import { tick } from '../../../functions/batch-monitor/tick.ts';
import { listMarks } from '../../../store/items/alert-marks.ts';
import { beginRun, endRun, listRuns, type RunStart } from '../../../store/items/job-runs.ts';
import { noteHeard } from '../../../store/items/job-heard.ts';
import { declareJobs, readJob, type Job, type JobDefinition, type PlannedPause } from '../../../store/items/jobs.ts';
import type { Table } from '../../../store/port.ts';
import { dying } from '../../support/dying-table.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { markReader } from '../../support/mark-reader.ts';
import { silentLogger } from '../../support/instance.ts';
import { createTable } from '../table.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = Date.UTC(2026, 2, 2);
const HOURLY = { service: 'orders', job: 'hourly' };
const LAST = DAY + 5 * HOUR + 30 * MINUTE;

interface PlannedRun {
  readonly slot: number;
  readonly delay: number;
  readonly minutes: number;
  readonly end: 'succeeded' | 'failed' | 'skipped' | 'none';
  readonly startWritten: boolean;
  readonly written: number;
  /** After how many minutes it says that it is alive. */
  readonly heard: number | undefined;
}

interface PlannedTick {
  readonly minute: number;
  readonly twice: boolean;
  /** The write it dies at, and whether that one still reached the table. */
  readonly dies: { readonly write: number; readonly applied: boolean } | undefined;
}

const plannedRun: fc.Arbitrary<PlannedRun> = fc.record({
  slot: fc.integer({ min: 1, max: 4 }),
  delay: fc.constantFrom(0, 0, 0, 1, 4, 7, 20, 50),
  minutes: fc.constantFrom(1, 2, 9, 12),
  end: fc.constantFrom('succeeded', 'succeeded', 'failed', 'skipped', 'none'),
  startWritten: fc.boolean(),
  written: fc.constantFrom(0, 1, 100),
  heard: fc.constantFrom(undefined, 1, 4),
});

/** What the job is held to; each at random, or not at all. */
const terms = fc.record(
  {
    minRuntime: fc.constant('90s'),
    finishBy: fc.constantFrom('02:30', '03:20'),
    failures: fc.constantFrom('2 of 2', '2 of 3'),
    notMoreThan: fc.constantFrom('1/30m', '2/h'),
    overlap: fc.constant('forbid' as const),
    expect: fc.constantFrom(
      { written: { atLeast: 1 } },
      { written: { atLeast: '50% of the median of 2', atMost: '300% of the median of 1' } },
    ),
    duration: fc.constant({ anomaly: '2x' }),
    pauses: fc.constantFrom<PlannedPause[][]>(
      [{ from: '2026-03-02T01:30:00Z', to: '2026-03-02T02:30:00Z' }],
      [{ schedule: '50 0-4/2 * * *', for: '20m' }],
    ),
  },
  { requiredKeys: [] },
);

const plannedTick: fc.Arbitrary<PlannedTick> = fc.record({
  minute: fc.integer({ min: 0, max: 320 }),
  twice: fc.boolean(),
  dies: fc.option(fc.record({ write: fc.integer({ min: 0, max: 6 }), applied: fc.boolean() }), { nil: undefined }),
});

type Step = { readonly at: number; readonly act: (table: Table) => Promise<unknown> };

function stepsOf(plan: PlannedRun, index: number, held: Partial<JobDefinition>, silenceMs: number | undefined): Step[] {
  const scheduledAt = DAY + plan.slot * HOUR;
  const startedAt = scheduledAt + plan.delay * MINUTE + 2_000 + index;
  const start: RunStart = {
    ...HOURLY,
    run: `run-${index}`,
    startedAt,
    scheduledAt,
    instance: 'i',
    requestId: `run-${index}`,
    maxRuntimeAt: startedAt + 10 * MINUTE,
    limitAt: startedAt + 15 * MINUTE,
    silenceMs,
  };
  // What is refused is over before it has begun.
  const endedAt = startedAt + (plan.end === 'skipped' ? 1 : plan.minutes * MINUTE);
  // A start that never reached the table, of a run longer than the deadline, is a slot missed until its end tells.
  // Of other starts it tells those that are seen meanwhile, which are not judged again by it.
  const others = held.overlap !== undefined || held.notMoreThan !== undefined;
  const startWritten = plan.startWritten || plan.delay + plan.minutes >= 4 || others;
  const { end, heard = Infinity } = plan;
  const counts = { written: plan.written };
  return [
    ...(startWritten ? [{ at: startedAt, act: (table: Table) => beginRun(table, start) }] : []),
    ...(startWritten && heard < plan.minutes
      ? [
          {
            at: startedAt + heard * MINUTE,
            act: (table: Table) => noteHeard(table, start, { heardAt: startedAt + heard * MINUTE }),
          },
        ]
      : []),
    ...(end === 'none'
      ? []
      : [
          {
            at: endedAt,
            act: (table: Table) =>
              endRun(table, start, { status: end, endedAt, durationMs: endedAt - startedAt, counts }),
          },
        ]),
  ];
}

/** What there is to say of it: of one that is wrong, how often, too. */
function standingOf(job: Job | undefined) {
  const { status, since, lastEnd } = job ?? {};
  return { status, since, ...(status === 'failed' || status === 'overrunning' ? { lastEnd } : {}) };
}

async function world(steps: readonly Step[], ticks: readonly PlannedTick[], held: Partial<JobDefinition>) {
  const table = (await createTable(inject('dynamodb'))).sdk;
  const clock = fakeClock(DAY);
  const look = (on: Table) => tick({ table: on, clock, logger: silentLogger });
  const reader = markReader(async () => standingOf(await readJob(table, 'orders', 'hourly')));
  await declareJobs(table, {
    service: 'orders',
    jobs: { hourly: { schedule: 'cron(0 * * * ? *)', maxRuntime: '10m', startDeadline: '5m', ...held } },
    atMs: DAY,
  });
  const tickSteps = ticks.map(({ minute, twice, dies }): Step => ({
    at: DAY + minute * MINUTE + 30_000,
    act: (on) =>
      Promise.all([
        look(dies ? dying(on, dies) : on),
        ...(twice ? [look(on), reader.look(on, clock.now())] : []),
        reader.look(on, clock.now()),
      ]),
  }));
  for (const { at, act } of [...steps, ...tickSteps].sort((a, b) => a.at - b.at)) {
    clock.set(at);
    await act(table);
  }
  clock.set(LAST);
  await look(table);
  // What is left is only what time has not brought yet.
  expect(await look(table)).toEqual({ runs: 0, jobs: 0, checks: 0, failed: 0, complete: true });
  await reader.look(table, clock.now());
  const { runs } = await listRuns(table, HOURLY, { limit: 50, consistent: true });
  const job = await readJob(table, 'orders', 'hourly');
  // Whatever it has come to was marked, and nobody who took a mark away has missed what came after.
  expect(reader.found.get('job/orders/hourly') ?? { status: 'new', since: DAY }).toEqual(standingOf(job));
  expect(await listMarks(table, clock.now(), { limit: 10 })).toEqual({ marks: [], strangers: 0 });
  return { job: { ...job, rev: 0 }, runs };
}

describe('the tick, whatever happens', () => {
  it('ends where a single look at the end would, with every change of state recorded once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(plannedRun, { maxLength: 6 }),
        fc.array(plannedTick, { maxLength: 12 }),
        terms,
        fc.constantFrom(undefined, 5 * MINUTE),
        async (plans, ticks, held, silenceMs) => {
          const steps = plans.flatMap((plan, i) => stepsOf(plan, i, held, silenceMs));
          const lived = await world(steps, ticks, held);
          expect(lived).toEqual(await world(steps, [], held));
          const { changes = [] } = lived.job;
          for (const [i, change] of changes.entries()) {
            expect(change.from).not.toBe(change.to);
            expect(change.from).toBe(i === 0 ? 'new' : changes[i - 1]?.to);
          }
        },
      ),
      { numRuns: 20 },
    );
  });
});

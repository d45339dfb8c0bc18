// Jobs that wait for others: at any time each says whose failure keeps it, as the facts have it, and nothing else does.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { standing } from '../../../../functions/batch-monitor/standing.ts';
import { tick } from '../../../../functions/batch-monitor/tick.ts';
import { beginRun, endRun, type RunStart } from '../../../../store/items/job-runs.ts';
import { declareJobs, readJob, type JobChange, type JobDefinition } from '../../../../store/items/jobs.ts';
import type { Table } from '../../../../store/port.ts';
import { dying } from '../../../support/dying-table.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { silentLogger } from '../../../support/instance.ts';
import { changesOf, type RunFacts } from '../../../support/job-facts.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../../support/jobs.ts';
import { memoryTable } from '../../../support/memory-table.ts';

const DEADLINE = 5 * MINUTE;
const MAX_RUNTIME = 4 * MINUTE;
const SLOTS = [1, 2, 3].map((hour) => DAY + hour * HOUR);

/** Each hour one after the other: `report` waits for two, of which `invoices` waits, across services, for `load` and it. */
const JOBS = [
  { id: 'orders:load', minute: 0, after: [] },
  { id: 'orders:clean', minute: 10, after: ['orders:load'] },
  { id: 'billing:invoices', minute: 20, after: ['orders:clean', 'orders:report'] },
  { id: 'orders:report', minute: 30, after: ['billing:invoices', 'orders:load'] },
] as const;

const plannedRun = fc.record({
  job: fc.constantFrom(...JOBS),
  slot: fc.constantFrom(...SLOTS),
  delayMs: fc.oneof(
    { weight: 3, arbitrary: fc.integer({ min: 1, max: 200 }) },
    { weight: 1, arbitrary: fc.integer({ min: 400, max: 1_500 }) },
  ),
  tookS: fc.integer({ min: 1, max: 900 }),
  /** Undefined when nobody hears of its end. */
  ok: fc.option(fc.boolean(), { nil: undefined, freq: 8 }),
});
const plannedTick = fc.record({
  atS: fc.integer({ min: 3_600, max: 4 * 3_600 }),
  twice: fc.boolean(),
  dies: fc.option(fc.record({ write: fc.integer({ min: 0, max: 3 }), applied: fc.boolean() }), { nil: undefined }),
});
const moments = fc.array(fc.integer({ min: 3_600, max: 4 * 3_600 }), { minLength: 3, maxLength: 8 });

interface Lived extends RunFacts {
  readonly id: string;
  readonly start: RunStart;
}

const splitId = (id: string) => {
  const [service = '', job = ''] = id.split(':');
  return { service, job };
};

function livedOf({ job, slot, delayMs, tookS, ok }: PlannedRun, i: number): Lived {
  const scheduledAt = slot + job.minute * MINUTE;
  const startedAt = scheduledAt + delayMs * SECOND + i + 1;
  const limitAt = startedAt + 15 * MINUTE;
  const maxRuntimeAt = startedAt + MAX_RUNTIME;
  const ended = ok === undefined ? limitAt : startedAt + tookS * SECOND;
  const start = { ...splitId(job.id), run: `run-${i}`, instance: 'i', requestId: 'r', startedAt, scheduledAt };
  return {
    ...{ id: job.id, slot: scheduledAt, startedAt, maxRuntimeAt, endedAt: ended, ok },
    start: { ...start, maxRuntimeAt, limitAt },
  };
}
type PlannedRun = typeof plannedRun extends fc.Arbitrary<infer Value> ? Value : never;

const WRONG = new Set(['missed', 'failed', 'overrunning']);

interface Told {
  readonly status: string;
  readonly since: number;
  readonly because: string | undefined;
}

/** What there is to say of each at a moment: told from the facts, the plainest way. */
function toldAt(lives: readonly Lived[], nowMs: number): Map<string, Told> {
  const changes = new Map<string, readonly JobChange[]>(
    JOBS.map(({ id, minute }) => {
      const slots = [DAY, ...SLOTS].map((hour) => hour + minute * MINUTE).filter((slot) => slot > DAY);
      const runs = lives.filter((run) => run.id === id && run.startedAt <= nowMs).map(asKnownAt(nowMs));
      return [id, changesOf({ slots, deadlineMs: DEADLINE, runs }, nowMs)];
    }),
  );
  const stateAt = (id: string, atMs: number) => (changes.get(id) ?? []).filter(({ at }) => at <= atMs).at(-1);
  /** Along what was wrong before it, each once, the first named first. */
  const rootOf = (id: string, atMs: number, seen: Set<string>): string | undefined => {
    const awaited = JOBS.find((job) => job.id === id)?.after ?? [];
    for (const other of awaited) {
      const state = stateAt(other, atMs);
      if (seen.has(other)) continue;
      seen.add(other);
      if (state !== undefined && WRONG.has(state.to)) return rootOf(other, state.at, seen) ?? other;
    }
    return undefined;
  };
  return new Map(
    JOBS.map(({ id }) => {
      const { to: status, at: since } = stateAt(id, nowMs) ?? { to: 'new', at: DAY };
      return [id, { status, since, because: WRONG.has(status) ? rootOf(id, since, new Set([id])) : undefined }];
    }),
  );
}

/** An end is known when it is there; that there is none half a minute after the platform's limit. */
const asKnownAt =
  (nowMs: number) =>
  (run: Lived): RunFacts => {
    const isKnown = run.ok === undefined ? nowMs >= run.start.limitAt + 30 * SECOND : nowMs >= (run.endedAt ?? 0);
    return isKnown ? run : { ...run, endedAt: undefined };
  };

describe('a job that waits for others', () => {
  it('is marked while it is wrong since something it waits for was, with the root of that, and never else', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(plannedRun, { minLength: 2, maxLength: 10 }),
        fc.array(plannedTick, { maxLength: 12 }),
        moments,
        async (plans, ticks, asked) => {
          const table = memoryTable();
          const clock = fakeClock(DAY);
          const look = (on: Table) => tick({ table: on, clock, logger: silentLogger });
          for (const service of ['orders', 'billing']) {
            const own = JOBS.filter(({ id }) => id.startsWith(`${service}:`));
            const jobs = own.map(({ id, minute, after }): [string, JobDefinition] => [
              splitId(id).job,
              { schedule: `${minute} * * * *`, maxRuntime: '4m', after: [...after] },
            ]);
            await declareJobs(table, { service, jobs: Object.fromEntries(jobs), atMs: DAY });
          }
          const lives = onePerSlot(plans.map(livedOf));
          const steps = [
            ...lives.flatMap(({ start, startedAt, endedAt = 0, ok }) => [
              { at: startedAt, act: () => beginRun(table, start) },
              ...(ok === undefined
                ? []
                : [{ at: endedAt, act: () => endRun(table, start, endOf(ok, startedAt, endedAt)) }]),
            ]),
            ...ticks.map(({ atS, twice, dies }, i) => ({
              at: DAY + atS * SECOND + 300 + i,
              act: () => Promise.all([look(dies ? dying(table, dies) : table), ...(twice ? [look(table)] : [])]),
            })),
            ...asked.map((atS, i) => ({
              at: DAY + atS * SECOND + 600 + i,
              act: async () => {
                const said = new Map<string, Told>();
                for (const { id } of JOBS) {
                  const { service, job } = splitId(id);
                  const known = await readJob(table, service, job);
                  if (!known) throw new Error(`${id} was declared`);
                  const { status, since, because } = await standing(table, known, clock.now());
                  said.set(id, { status, since, because });
                }
                expect(said).toEqual(toldAt(lives, clock.now()));
              },
            })),
          ];
          for (const { at, act } of steps.sort((a, b) => a.at - b.at)) {
            clock.set(at);
            await act();
          }
        },
      ),
      { numRuns: 30 },
    );
  });
});

const endOf = (ok: boolean, startedAt: number, endedAt: number) =>
  ({ status: ok ? 'succeeded' : 'failed', endedAt, durationMs: endedAt - startedAt }) as const;

function onePerSlot(lives: readonly Lived[]): Lived[] {
  return [...new Map(lives.map((life) => [`${life.id} ${life.slot}`, life])).values()];
}

// Runs that must be heard of: whatever they do, whenever somebody looks or dies, the monitor says what the facts say.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tick } from '../../../../functions/batch-monitor/tick.ts';
import { noteHeard } from '../../../../store/items/job-heard.ts';
import { beginRun, END_GRACE_MS, endRun, listRuns, type RunStart } from '../../../../store/items/job-runs.ts';
import { declareJobs, readJob } from '../../../../store/items/jobs.ts';
import type { Table } from '../../../../store/port.ts';
import { dying } from '../../../support/dying-table.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { silentLogger } from '../../../support/instance.ts';
import { changesOf } from '../../../support/job-facts.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../../support/jobs.ts';
import { memoryTable } from '../../../support/memory-table.ts';

const HOURLY = { service: 'orders', job: 'hourly' };
const SILENCE = 5 * MINUTE;
const LIMIT = 40 * MINUTE;
const DEADLINE = 5 * MINUTE;
const LAST = DAY + 6 * HOUR;
const SLOTS = [1, 2, 3, 4, 5].map((hour) => DAY + hour * HOUR);

const seconds = (min: number, max: number) => fc.integer({ min, max }).map((s) => s * SECOND);

const plannedRun = fc.record({
  slot: fc.constantFrom(...SLOTS.slice(0, 4)),
  /** After its slot; some come too late. */
  delayMs: fc.oneof({ weight: 4, arbitrary: seconds(1, 200) }, { weight: 1, arbitrary: seconds(400, 900) }),
  /** From one sign of life to the next. */
  pausesMs: fc.array(fc.oneof(seconds(20, 300), seconds(331, 480)), { maxLength: 4 }),
  /** How it ends, how long after its last sign of life, and how much later that is written; or nobody hears of it again. */
  end: fc.option(
    fc.record({ ok: fc.boolean(), afterMs: seconds(1, 500), writtenMs: fc.constantFrom(0, 0, 20 * SECOND) }),
    { nil: undefined },
  ),
  /** Whoever writes something does not hear the answer, and writes it again after so long. */
  againMs: fc.option(seconds(1, 15), { nil: undefined }),
});

const plannedTick = fc.record({
  slot: fc.constantFrom(...SLOTS),
  afterMs: seconds(0, 25 * 60),
  twice: fc.boolean(),
  /** The write it dies at, and whether that one still reached the table. */
  dies: fc.option(fc.record({ write: fc.integer({ min: 0, max: 3 }), applied: fc.boolean() }), { nil: undefined }),
});

const HEARD_LATE = { slot: SLOTS[0] ?? 0, delayMs: 139_000, pausesMs: [462_000], end: undefined, againMs: undefined };
const DIES_ONCE_TOLD = { slot: HEARD_LATE.slot, afterMs: 469_000, twice: false, dies: { write: 1, applied: false } };

type Planned<T> = T extends fc.Arbitrary<infer Value> ? Value : never;
type PlannedTick = Planned<typeof plannedTick>;

interface Life {
  readonly slot: number;
  readonly startedAt: number;
  readonly heard: readonly number[];
  readonly endedAt: number | undefined;
  /** When its end was in the table. */
  readonly endKnownAt: number;
  readonly ok: boolean | undefined;
  readonly againMs: number | undefined;
}

/** Nothing of two runs happens at once. */
function lifeOf({ slot, delayMs, pausesMs, end, againMs }: Planned<typeof plannedRun>, i: number): Life {
  const startedAt = slot + delayMs + i + 1;
  const heard: number[] = [];
  let at = startedAt;
  for (const pauseMs of pausesMs) heard.push((at += pauseMs));
  const endedAt = end && at + end.afterMs;
  const endKnownAt = end ? at + end.afterMs + end.writtenMs : Infinity;
  return { slot, startedAt, heard, endedAt, endKnownAt, ok: end?.ok, againMs };
}

const timeOf = ({ slot, afterMs }: PlannedTick, i: number) => slot + afterMs + 500 + i;

/** Since when it was silent for too long, each time; with whether that may have been noted, and whether it must have been. */
function silencesOf({ startedAt, heard, endedAt = Infinity, endKnownAt }: Life, ticks: readonly PlannedTick[]) {
  return [startedAt, ...heard].map((from, i, all) => {
    const at = from + SILENCE;
    const next = all[i + 1];
    const seen = ticks.filter((each, n) => {
      const lookedAt = timeOf(each, n);
      return lookedAt >= at + END_GRACE_MS && lookedAt < (next ?? endKnownAt);
    });
    // An end does not hide how long it was silent before; a sign of life does.
    const told = next === undefined && endedAt >= at + END_GRACE_MS;
    return { at, may: told || seen.length > 0, must: told || seen.some(({ dies, twice }) => !dies || twice) };
  });
}

function stepsOf(table: Table, life: Life, maxRuntimeMs: number | undefined) {
  const { slot, startedAt, heard, endedAt, endKnownAt, ok, againMs } = life;
  const start: RunStart = {
    ...HOURLY,
    ...{ run: `run-${startedAt}`, instance: 'i', requestId: 'r', startedAt, scheduledAt: slot },
    maxRuntimeAt: maxRuntimeMs === undefined ? undefined : startedAt + maxRuntimeMs,
    ...{ limitAt: startedAt + LIMIT, silenceMs: SILENCE },
  };
  const written = [
    { at: startedAt, act: () => beginRun(table, start) },
    ...heard.map((heardAt) => ({ at: heardAt, act: () => noteHeard(table, start, { heardAt }) })),
  ];
  if (endedAt !== undefined) {
    const end = { status: ok === true ? 'succeeded' : 'failed', endedAt, durationMs: endedAt - startedAt } as const;
    written.push({ at: endKnownAt, act: () => endRun(table, start, end) });
  }
  const again = againMs === undefined ? [] : written.map(({ at, act }) => ({ at: at + againMs, act }));
  return [...written, ...again];
}

describe('a job whose runs must be heard of', () => {
  it('is failed from when one fell silent, as the facts have it, whoever dies and whenever it is looked at', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(plannedRun, { maxLength: 4 }),
        fc.array(plannedTick, { maxLength: 25 }),
        fc.constantFrom(undefined, 7 * MINUTE),
        async (plans, ticks, maxRuntimeMs) => {
          const table = memoryTable();
          const clock = fakeClock(DAY);
          const look = (on: Table) => tick({ table: on, clock, logger: silentLogger });
          await declareJobs(table, { service: 'orders', jobs: { hourly: { schedule: '0 * * * *' } }, atMs: DAY });
          const lives = plans.map(lifeOf);
          const steps = [
            ...lives.flatMap((life) => stepsOf(table, life, maxRuntimeMs)),
            ...ticks.map((each, i) => ({
              at: timeOf(each, i),
              act: () =>
                Promise.all([look(each.dies ? dying(table, each.dies) : table), ...(each.twice ? [look(table)] : [])]),
            })),
            ...[0, 1].map((again) => ({ at: LAST + again, act: () => look(table) })),
          ];
          for (const { at, act } of steps.sort((a, b) => a.at - b.at)) {
            clock.set(at);
            await act();
          }

          const { runs } = await listRuns(table, HOURLY, { limit: 50, consistent: true });
          const facts = lives.map((life) => {
            const { slot, startedAt, endedAt, ok } = life;
            const found = runs.find((run) => run.startedAt === startedAt);
            const lostAt = found?.lostAt;
            const silences = silencesOf(life, ticks);
            const may = silences.filter((silence) => silence.may).map(({ at }) => at);
            const must = silences.filter((silence) => silence.must).map(({ at }) => at);
            expect([undefined, ...may]).toContain(lostAt);
            if (must.length > 0) expect(lostAt ?? Infinity).toBeLessThanOrEqual(Math.min(...must));
            const overAt = endedAt ?? lostAt ?? startedAt + LIMIT;
            const status = ok === undefined ? 'lost' : ok ? 'succeeded' : 'failed';
            expect(found).toMatchObject({ endedAt: overAt, status });
            const maxRuntimeAt = maxRuntimeMs === undefined ? undefined : startedAt + maxRuntimeMs;
            return { slot, startedAt, maxRuntimeAt, lostAt, endedAt: overAt, ok };
          });
          const changes = changesOf({ slots: SLOTS, deadlineMs: DEADLINE, runs: facts }, LAST);
          const job = await readJob(table, 'orders', 'hourly');
          expect(job?.changes).toEqual(changes);
          expect([job?.status, job?.since]).toEqual([changes.at(-1)?.to, changes.at(-1)?.at]);
        },
      ),
      // One was silent; whoever saw it died when the job was told, and then the run was heard of.
      { numRuns: 50, examples: [[[HEARD_LATE], [DIES_ONCE_TOLD], undefined]] },
    );
  });
});

// Whatever runs do and the table does: a resource is paused no longer than a run, and open no longer than one look after its start.
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { governed } from '../../../../middleware/index.ts';
import { CLOCK_ERROR_MS, FRESH_MS } from '../../../../middleware/shed/running-job.ts';
import { loadEverything } from '../../../../middleware/slots.ts';
import { StoreUnavailable, type Table } from '../../../../store/port.ts';
import { httpV2, schedule } from '../../../support/events.ts';
import { fakeClock, type FakeClock } from '../../../support/fake-clock.ts';
import { testContext, testInstance } from '../../../support/instance.ts';
import { memoryTable } from '../../../support/memory-table.ts';

const JOB = 'settlement-batch';
/** After the table did not answer, nobody waits for it for so long. */
const SILENCE_MS = 60_000;

interface Run {
  readonly startedAt: number;
  readonly limitAt: number;
  /** Its beginning has come to the table. */
  readonly told: boolean;
  readonly finish: () => Promise<unknown>;
  /** When it has ended, or was killed without a word. */
  overAt?: number;
  endTold?: boolean;
}

type Step =
  | { readonly kind: 'start'; readonly limitMs: number }
  | { readonly kind: 'end' | 'kill' | 'last-moment' | 'limit' }
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'ask'; readonly instance: number }
  | { readonly kind: 'outage'; readonly away: boolean };

/** What is asked: refused or not, and what was true then. */
class World {
  readonly clock: FakeClock = fakeClock();
  readonly runs: Run[] = [];
  readonly #table = memoryTable();
  #away = false;
  #upSince = -Infinity;
  #ids = 0;
  readonly #traders = [0, 1].map((i) => {
    const pausedWhile = [{ service: 'bank', job: JOB }];
    const rules = { resources: { trade: { match: { path: '/trade' }, pausedWhile } } };
    const instance = testInstance({ service: 'trading', id: `trader-${i}`, rules, ...this.#parts() });
    return governed({ service: 'trading', instance }, () => Promise.resolve({ statusCode: 200 }));
  });
  readonly #bank = testInstance({
    service: 'bank',
    rules: { jobs: { [JOB]: { schedule: '0 2 * * *', announced: true } } },
    ...this.#parts(),
  });

  #parts() {
    return { clock: this.clock, table: this.#mayBeAway() };
  }

  #mayBeAway(): Table {
    const answer = <T>(ask: () => Promise<T>) =>
      this.#away ? Promise.reject(new StoreUnavailable('connect', 'away in this test')) : ask();
    const table = this.#table;
    return {
      get: (key, options) => answer(() => table.get(key, options)),
      put: (request) => answer(() => table.put(request)),
      update: (request) => answer(() => table.update(request)),
      delete: (request) => answer(() => table.delete(request)),
      query: (request) => answer(() => table.query(request)),
    };
  }

  async take(step: Step): Promise<void> {
    if (step.kind === 'pass') this.clock.advance(step.ms);
    else if (step.kind === 'start') await this.#start(step.limitMs);
    else if (step.kind === 'ask') await this.#ask(step.instance);
    else if (step.kind === 'outage') this.#outage(step.away);
    else if (step.kind === 'last-moment') this.#untilLimit(-1);
    else if (step.kind === 'limit') this.#untilLimit(CLOCK_ERROR_MS);
    else await this.#over(step.kind);
    for (const run of this.runs)
      if (run.overAt === undefined && this.clock.now() >= run.limitAt) run.overAt = run.limitAt;
  }

  /** Until as much beside the next moment at which a run must be over. */
  #untilLimit(besideMs: number): void {
    const nowMs = this.clock.now();
    const ahead = this.runs.map(({ limitAt }) => limitAt + besideMs - nowMs).filter((ms) => ms > 0);
    if (ahead.length > 0) this.clock.advance(Math.min(...ahead));
  }

  #outage(away: boolean): void {
    if (this.#away && !away) this.#upSince = this.clock.now();
    this.#away = away;
  }

  async #start(limitMs: number): Promise<void> {
    const release = Promise.withResolvers<object>();
    const startedAt = this.clock.now();
    const handler = governed({ service: 'bank', job: JOB, instance: this.#bank }, () => release.promise);
    const ended = handler(schedule(), testContext(this.clock, limitMs, `run-${(this.#ids += 1)}`));
    await settled();
    this.runs.push({
      ...{ startedAt, limitAt: startedAt + limitMs, told: !this.#away },
      finish: () => {
        release.resolve({});
        return ended;
      },
    });
  }

  async #over(how: 'end' | 'kill'): Promise<void> {
    const run = this.runs.find(({ overAt }) => overAt === undefined);
    if (!run) return;
    run.overAt = this.clock.now();
    if (how === 'kill') return;
    run.endTold = !this.#away;
    await run.finish();
  }

  async #ask(instance: number): Promise<void> {
    const trader = this.#traders[instance];
    const answer = (await trader?.(httpV2({ path: '/trade' }), testContext(this.clock))) as { statusCode: number };
    const paused = answer.statusCode === 503;
    if (this.mustBePaused()) expect(paused, 'open while a run is under way').toBe(true);
    if (this.mustBeOpen()) expect(paused, 'paused without a run').toBe(false);
  }

  /** The table has answered for so long that nobody is deaf to it any more. */
  #heard(): boolean {
    return !this.#away && this.clock.now() - this.#upSince > SILENCE_MS + FRESH_MS;
  }

  mustBePaused(): boolean {
    const nowMs = this.clock.now();
    const known = (run: Run) => run.told && nowMs - run.startedAt > FRESH_MS && nowMs < run.limitAt;
    return this.#heard() && this.runs.some((run) => run.overAt === undefined && known(run));
  }

  mustBeOpen(): boolean {
    const nowMs = this.clock.now();
    return this.runs.every(({ told, limitAt, overAt, endTold }) => {
      if (!told || nowMs >= limitAt + CLOCK_ERROR_MS) return true;
      return endTold === true && this.#heard() && nowMs - (overAt ?? nowMs) > FRESH_MS;
    });
  }
}

/** What is under way without a timer has gone as far as it can. */
async function settled(): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve));
}

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('start'), limitMs: fc.integer({ min: 1, max: 120_000 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('end', 'kill') }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('last-moment', 'limit') }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('pass'), ms: fc.integer({ min: 1, max: 15_000 }) }) },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('ask'), instance: fc.integer({ min: 0, max: 1 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('outage'), away: fc.boolean() }) },
);

describe('a resource that is paused while a job runs', () => {
  beforeAll(loadEverything);

  it('is open or paused as the runs are, but for the time of one look, and for what the table kept to itself', async () => {
    const seen = { paused: 0, open: 0 };
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60 }), async (steps) => {
        const world = new World();
        for (const one of steps) {
          await world.take(one);
          if (world.mustBePaused()) seen.paused++;
          if (world.runs.length > 0 && world.mustBeOpen()) seen.open++;
        }
        for (const run of world.runs) await run.finish();
      }),
      { numRuns: 40 },
    );
    // Or it would have shown nothing.
    expect(Math.min(seen.paused, seen.open)).toBeGreaterThan(20);
  });
});

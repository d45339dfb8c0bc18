// One run while it is under way: what it has counted, how far it has come, and the few writes that say it is alive.
import { beginRun, type Progress, type RunCounts, type RunStart } from '../../store/items/job-runs.ts';
import { noteHeard } from '../../store/items/job-heard.ts';
import type { Invocation } from '../kernel/invocation.ts';
import { accountOf, type Counts, type RunUnderWay } from './account.ts';

/** A run that says more often that it is alive is written no oftener, in ms: one small write a quarter of a minute. */
export const HEARD_EVERY_MS = 15_000;

export class Account implements RunUnderWay {
  readonly start: RunStart;
  counts: RunCounts = {};
  progress: Progress | undefined;
  readonly #invocation: Invocation;
  #toldAt: number;

  constructor(invocation: Invocation, start: RunStart) {
    this.#invocation = invocation;
    this.start = start;
    // Its beginning is the first that is heard of it.
    this.#toldAt = start.startedAt;
  }

  count(more: Counts): void {
    // What is no number is left out: it must not cost the run its record.
    const sum = (a?: number, b?: number) => (Number.isFinite(b) ? (a ?? 0) + (b ?? 0) : a);
    const { read, written, failed } = this.counts;
    this.counts = {
      read: sum(read, more.read),
      written: sum(written, more.written),
      failed: sum(failed, more.failed),
    };
  }

  hear(progress?: Progress): void {
    this.progress = readProgress(progress) ?? this.progress;
    const { instance } = this.#invocation;
    const nowMs = instance.clock.now();
    if (nowMs < this.#toldAt + HEARD_EVERY_MS) return;
    this.#toldAt = nowMs;
    const { start, progress: soFar } = this;
    void instance.syncs.start(`job-heard:${start.run}`, async (signal) => {
      const written = await noteHeard(instance.table, start, { heardAt: nowMs, progress: soFar }, { signal });
      // The beginning never came to the store; of a run that has been given up as lost, nothing more is told.
      if (!written.applied && written.item === undefined) await beginRun(instance.table, start, { signal });
    });
  }
}

/** Undefined for what tells nothing: plain JavaScript may give anything. */
function readProgress(said: Progress | undefined): Progress | undefined {
  const { done, of } = Object(said) as Partial<Progress>;
  if (!isAmount(done)) return undefined;
  return isAmount(of) ? { done, of } : { done };
}

const isAmount = (value: unknown): value is number => Number.isFinite(value) && Number(value) >= 0;

/** Adds to what the current run has read, written and failed; without a run it counts for nothing. */
export function recordCounts(invocation: Invocation, more: Counts): void {
  accountOf(invocation).run?.count(more);
}

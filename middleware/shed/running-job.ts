// What an instance knows of the runs of one job, of any service: read beside its handlers every few seconds, never from the control plane.
import { readRunning, type RunningRun } from '../../store/items/running-read.ts';
import { StoreRejected } from '../../store/port.ts';
import type { Instance } from '../kernel/instance.ts';
import { storeLimitMs } from '../kernel/patience.ts';

/** How often it is read while invocations come, in ms: as the rules are, and jittered by a fifth too. */
export const POLL_MS = 4_000;
/** What is known for longer, in ms, is read before a request is judged by it, unless the instance's `maxStale` is less. */
export const FRESH_MS = 6_000;
/** How long a request waits for that, in ms. */
export const WAIT_MS = storeLimitMs(100);
/** After the store gave no answer, nobody waits for it for this long, in ms: it is asked beside the handler. */
const SILENCE_MS = 60_000;
/** What a role may not read it may not read a moment later either: asked again after this, in ms. */
const REFUSED_POLL_MS = 60_000;
/** How far two clocks may disagree, in ms: who runs may say it is over as much too soon. */
export const CLOCK_ERROR_MS = 50;

const JOBS = {};

/** One an instance and job, whatever the revision of the rules. */
export function runningJob(instance: Instance, service: string, job: string): RunningJob {
  const jobs = instance.state(JOBS, () => new Map<string, RunningJob>());
  const id = `${service}:${job}`;
  let known = jobs.get(id);
  if (!known) {
    known = new RunningJob(instance, service, job);
    jobs.set(id, known);
  }
  return known;
}

export class RunningJob {
  /** As the API names it. */
  readonly id: string;
  readonly #instance: Instance;
  readonly #service: string;
  readonly #job: string;
  #runs: readonly RunningRun[] = [];
  /** When the answer was asked for that is known, ms; undefined before there was one. */
  #askedAt: number | undefined;
  #failedAt: number | undefined;
  #nextPollAt = -Infinity;
  #saidUnknown = false;

  constructor(instance: Instance, service: string, job: string) {
    this.id = `${service}:${job}`;
    this.#instance = instance;
    this.#service = service;
    this.#job = job;
  }

  /** Reads it beside the handler when that is due. */
  refresh(nowMs: number): void {
    // A clock that was set back must not make it wait for the time it had.
    if (nowMs >= this.#nextPollAt || nowMs < this.#nextPollAt - 2 * REFUSED_POLL_MS) void this.#poll(nowMs);
  }

  /** A promise to wait for when what is known is too old to judge by; undefined when it is not, or nobody answers. */
  look(nowMs: number): Promise<void> | undefined {
    if (this.#ageMs(nowMs) <= Math.min(FRESH_MS, this.#instance.maxStaleMs)) return undefined;
    if (this.#failedAt !== undefined && nowMs - this.#failedAt <= SILENCE_MS) return undefined;
    return this.#poll(nowMs);
  }

  /** How long its runs last at the most from now, in ms; undefined when none is under way, as far as is known. */
  leftMs(nowMs: number): number | undefined {
    const until = Math.max(...this.#runs.map((run) => run.until)) + CLOCK_ERROR_MS;
    return nowMs < until ? until - nowMs : undefined;
  }

  /** Says, once an outage, that requests pass without anybody knowing whether it runs. */
  sayUnknown(nowMs: number): void {
    const { maxStaleMs, recorder, logger } = this.#instance;
    if (this.#saidUnknown || this.#ageMs(nowMs) <= maxStaleMs) return;
    this.#saidUnknown = true;
    recorder.internal('shed:job-unknown');
    logger.warn('flyball does not know whether a job is running, and lets pass what waits for it', { job: this.id });
  }

  #ageMs(nowMs: number): number {
    // A clock that was set back says nothing about it.
    return this.#askedAt === undefined || nowMs < this.#askedAt ? Infinity : nowMs - this.#askedAt;
  }

  #poll(nowMs: number): Promise<void> {
    const { syncs, table, random } = this.#instance;
    return syncs.start(`running:${this.id}`, async (signal) => {
      this.#nextPollAt = nowMs + POLL_MS * (0.8 + 0.4 * random());
      try {
        const runs = await readRunning(table, this.#service, this.#job, { signal });
        if (signal.aborted) return;
        this.#runs = runs;
      } catch (error) {
        this.#failedAt = nowMs;
        if (error instanceof StoreRejected) this.#nextPollAt = nowMs + REFUSED_POLL_MS;
        throw error;
      }
      this.#askedAt = nowMs;
      this.#failedAt = undefined;
      this.#saidUnknown = false;
    });
  }
}

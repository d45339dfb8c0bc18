// Where an invocation keeps the run it is: small, since every governed function holds it, whether it runs a job or not.
import type { Progress, RunCounts } from '../../store/items/job-runs.ts';
import type { Invocation } from '../kernel/invocation.ts';

/** What a run has read, written and failed. */
export type Counts = RunCounts;

/** The run under way, as the handler may tell of it. Nothing here throws or waits. */
export interface RunUnderWay {
  /** Adds to what it has read, written and failed. */
  count(more: Counts): void;
  /** It is alive, and has come so far. */
  hear(progress?: Progress): void;
}

const ACCOUNT = {};

/** What is under way in an invocation; undefined `run` until its job's policy has begun one. */
export const accountOf = <Run extends RunUnderWay>(invocation: Invocation): { run?: Run } =>
  invocation.state(ACCOUNT, () => ({}));

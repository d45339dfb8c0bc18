// What is known of the run of a job in one invocation: small, since handlers count also where no run is recorded.
import type { RunCounts, RunStart } from '../../store/items/job-runs.ts';
import type { Invocation } from '../kernel/invocation.ts';

/** What is under way in an invocation. */
export interface Account {
  start: RunStart | undefined;
  counts: RunCounts;
}

const ACCOUNT = {};

export const accountOf = (invocation: Invocation): Account =>
  invocation.state<Account>(ACCOUNT, () => ({ start: undefined, counts: {} }));

/** What a run has read, written and failed. */
export type Counts = RunCounts;

/** Adds to what the current run has read, written and failed; without a run it counts for nothing. */
export function recordCounts(invocation: Invocation, more: Counts): void {
  const account = accountOf(invocation);
  // What is no number is left out: it must not cost the run its record.
  const sum = (a?: number, b?: number) => (Number.isFinite(b) ? (a ?? 0) + (b ?? 0) : a);
  const { read, written, failed } = account.counts;
  account.counts = {
    read: sum(read, more.read),
    written: sum(written, more.written),
    failed: sum(failed, more.failed),
  };
}

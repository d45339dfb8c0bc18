// Tells those who wait for a job that a run of it is under way, and that it is over: instances of any service, through the table.
import type { RunStart } from '../../store/items/job-runs.ts';
import { noteOver, noteRunning } from '../../store/items/running.ts';
import { StoreRejected } from '../../store/port.ts';
import type { Invocation } from '../kernel/invocation.ts';
import { errorFields } from '../kernel/logger.ts';
import { storeLimitMs } from '../kernel/patience.ts';

/** How long each try may take, in ms: a handler that keeps its processor busy would let nothing be sent beside it. */
const TRIES_MS = [storeLimitMs(100), storeLimitMs(150)] as const;

/** Before the handler goes on. Never rejects: a store that is away keeps no job from running. */
export async function announceStart(invocation: Invocation, start: RunStart): Promise<void> {
  const { clock, table } = invocation.instance;
  const begunAt = clock.now();
  await tried(invocation, start, 'start', (timeoutMs) => noteRunning(table, start, { timeoutMs }));
  invocation.storeWaitedMs += clock.now() - begunAt;
}

/** Never rejects: what is not said here, the batch monitor says, or the time by which the run must be over. */
export async function announceEnd(invocation: Invocation, start: RunStart): Promise<void> {
  const { table } = invocation.instance;
  await tried(invocation, start, 'end', (timeoutMs) => noteOver(table, start, [start], { timeoutMs }));
}

async function tried(
  { instance }: Invocation,
  { job, run }: RunStart,
  what: 'start' | 'end',
  write: (timeoutMs: number) => Promise<void>,
): Promise<void> {
  let failure: unknown;
  for (const timeoutMs of TRIES_MS) {
    try {
      await write(timeoutMs);
      return;
    } catch (error) {
      failure = error;
      if (error instanceof StoreRejected) break;
    }
  }
  instance.recorder.internal(`job-run:${what}-not-announced`);
  instance.logger.warn(`flyball could not announce the ${what} of a run`, { job, run, ...errorFields(failure) });
}

// What is thrown when work cannot be started yet: its record comes back later, and was not attempted.
import { IdempotencyAlreadyInProgressError } from '@aws-lambda-powertools/idempotency';

/** Whoever is at it may be done any moment: nobody waits for the end of its time if that is far. */
const LONGEST_WAIT_MS = 60_000;
const SHORTEST_WAIT_MS = 1_000;
const STORE_WAIT_MS = 5_000;

/** Somebody else is doing the same work. `deferMs` says after how long a queue's record comes again. */
export class InProgressElsewhere extends IdempotencyAlreadyInProgressError {
  readonly deferMs: number;
  constructor(key: string, leftMs: number) {
    super(`the same work is in progress elsewhere, for at most ${Math.ceil(leftMs)} ms more: ${key}`);
    this.deferMs = Math.min(LONGEST_WAIT_MS, Math.max(SHORTEST_WAIT_MS, leftMs));
  }
}

/** The table does not tell whether the work has been done; nothing was started. */
export class GuardUnavailable extends Error {
  override readonly name = 'GuardUnavailable';
  readonly code = 'FLYBALL_GUARD_UNAVAILABLE';
  readonly deferMs = STORE_WAIT_MS;
}

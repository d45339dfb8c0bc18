// What the config center is made of: everything that a test may want to be its own.
import type { Clock } from '../../middleware/kernel/clock.ts';
import type { Logger } from '../../middleware/kernel/logger.ts';
import type { Table } from '../../store/port.ts';

export interface Parts {
  readonly table: Table;
  readonly clock: Clock;
  /** Tells audit entries of one millisecond apart. */
  readonly newId: () => string;
  readonly logger: Logger;
  /** What else must answer for the control plane to be healthy; on a laptop the emulators. */
  readonly healthUrls: readonly string[];
  /** Resolves if anything answers at the URL in time, rejects otherwise. */
  readonly probe: (url: string, timeoutMs: number) => Promise<void>;
  /** How many others than its author must agree to a draft before it is published; none when left out. */
  readonly approvals?: number;
  /** How long a client that asks whether configuration has changed waits for an answer, ms; not at all when left out. */
  readonly holdMs?: number;
  /** How long the API keys it makes may be good for, ms; for ever when left out. */
  readonly longestKeyMs?: number | undefined;
  /** Which control plane this is, as callers are told. */
  readonly cell?: string;
  readonly stage?: string;
}

// Tells CloudWatch of minutes that are merged for good, as the rules of their services say.
import type { Clock } from '../../../middleware/kernel/clock.ts';
import type { Logger } from '../../../middleware/kernel/logger.ts';
import { emfLines } from './emf.ts';
import { MetricsModes } from './metrics-mode.ts';
import type { Exporter } from './tick.ts';

export interface CloudWatchParts {
  readonly namespace: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Writes a line of its own to the function's output. */
  readonly print: (line: string) => void;
}

export function cloudWatch({ namespace, clock, logger, print }: CloudWatchParts): Exporter {
  const modes = new MetricsModes();
  return async (table, service, from, data) => {
    const mode = await modes.of(table, service, clock.now(), logger);
    const lines = emfLines(namespace, service, from, data, mode);
    return lines.length === 0 ? undefined : () => lines.forEach(print);
  };
}

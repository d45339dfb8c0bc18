// What a probe tells of its one piece of work: how long it took, and how much memory the process ever had.
import { systemClock } from '../middleware/kernel/clock.ts';
import type { Logger } from '../middleware/kernel/logger.ts';

export interface Probed<Report> {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly rssMb: number;
  readonly report: Report;
}

/** Of work that has nothing to warn of: what it says nevertheless fails the probe. */
export const failing: Logger = {
  info: () => {},
  warn: (message, fields) => fail(message, fields),
  error: (message, fields) => fail(message, fields),
};

/** Does the work and prints what is found as a line of JSON. */
export async function probed<Report>(work: () => Promise<Report>): Promise<void> {
  const began = systemClock.precise();
  const report = await work();
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  const found: Probed<Report> = {
    seconds: (systemClock.precise() - began) / 1_000,
    cpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
    rssMb: maxRSS / 1024,
    report,
  };
  process.stdout.write(`${JSON.stringify(found)}\n`);
}

function fail(message: string, fields: Readonly<Record<string, unknown>> = {}): never {
  throw new Error(`${message}: ${JSON.stringify(fields)}`);
}

// Runs one tick of the batch monitor in a process of its own, as a cold environment would, and tells how long it took and
// how much memory the process ever had.
import { tick, type TickReport } from '../../functions/batch-monitor/tick.ts';
import { systemClock } from '../../middleware/kernel/clock.ts';
import { signedTable } from '../../store/adapters/signed.ts';

export interface Found {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly rssMb: number;
  readonly report: TickReport;
}

const [tableName = '', now = ''] = process.argv.slice(2);
const began = systemClock.precise();
const report = await tick({
  table: signedTable({ tableName, clock: systemClock, defaultTimeoutMs: 1_000, firstTimeoutMs: 2_000 }),
  clock: { ...systemClock, now: () => Number(now) },
  logger: {
    info: () => {},
    warn: (message, fields) => fail(message, fields),
    error: (message, fields) => fail(message, fields),
  },
});
const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
const found: Found = {
  seconds: (systemClock.precise() - began) / 1_000,
  cpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
  rssMb: maxRSS / 1024,
  report,
};
process.stdout.write(`${JSON.stringify(found)}\n`);

function fail(message: string, fields: Record<string, unknown>): never {
  throw new Error(`${message}: ${JSON.stringify(fields)}`);
}

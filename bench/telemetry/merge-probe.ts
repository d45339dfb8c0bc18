// Runs one tick of the merge in a process of its own, as a cold environment would, and tells how long it took and how much
// memory the process ever had.
import { Memory } from '../../functions/telemetry/merge/memory.ts';
import { mergeTick, type MergeReport } from '../../functions/telemetry/merge/tick.ts';
import { systemClock, systemRandom } from '../../middleware/kernel/clock.ts';
import { signedTable } from '../../store/adapters/signed.ts';

export interface Found {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly rssMb: number;
  readonly report: MergeReport;
}

const [tableName = '', now = ''] = process.argv.slice(2);
const began = systemClock.precise();
const report = await mergeTick({
  table: signedTable({ tableName, clock: systemClock }),
  clock: { ...systemClock, now: () => Number(now) },
  random: systemRandom,
  logger: {
    info: () => {},
    warn: (message, fields) => fail(message, fields),
    error: (message, fields) => fail(message, fields),
  },
  memory: new Memory(),
  exporters: [],
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

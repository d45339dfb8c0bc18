// What a throttle costs and how exact it is: simulated fleets, real processes, and the processor's time beside the peers.
import type { Row } from '../result.ts';
import type { BenchmarkOptions, Measure } from '../run.ts';

/** Each loaded when it is its turn. */
const PARTS: readonly (() => Promise<Measure>)[] = [
  async () => (await import('./simulation/index.ts')).measureSimulations,
  async () => (await import('./processes/index.ts')).measureProcesses,
  async () => (await import('./guard/index.ts')).measureGuards,
];

export async function measureThrottle(options: BenchmarkOptions): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const load of PARTS) rows.push(...(await (await load())(options)));
  return rows;
}

// What telemetry costs: on every invocation, in every merge, in every query.
import type { Row } from '../result.ts';
import type { BenchmarkOptions, Measure } from '../run.ts';

/** Each loaded when it is its turn. */
const PARTS: readonly (() => Promise<Measure>)[] = [
  async () => (await import('./hot-path.ts')).measureHotPath,
  async () => (await import('./merge.ts')).measureMerge,
  async () => (await import('./query.ts')).measureQueries,
];

export async function measureTelemetry(options: BenchmarkOptions): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const load of PARTS) rows.push(...(await (await load())(options)));
  return rows;
}

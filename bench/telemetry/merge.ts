// Measures the merge: how long one tick takes for the minutes of a large fleet, and how much memory, in fresh processes.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sideBySide } from '../../functions/api/passes.ts';
import { takeTurn, commitTurn } from '../../store/items/merge-progress.ts';
import { listService } from '../../store/items/services.ts';
import { minuteItem, putMinute } from '../../store/items/telemetry.ts';
import { sizeOf } from '../../middleware/telemetry/fit.ts';
import type { Table } from '../../store/port.ts';
import { bundled, runProbe } from '../probe.ts';
import { atMost, type Row } from '../result.ts';
import type { BenchmarkOptions } from '../run.ts';
import { median, rounded } from '../statistics.ts';
import { instanceMinute } from './instances.ts';
import type { Found } from './merge-probe.ts';
import { createNamedTable, startStore } from './store.ts';

const MINUTE = 60_000;
/** What is merged for good ends an hour: minutes, five minutes, the hour, the day and its overview are all put. */
const CLOSING = Date.UTC(2026, 0, 5, 12);
const NOW = CLOSING + 2 * MINUTE + 5_000;
const ROUNDS = 5;
const GOAL_S = 10;
const GOAL_MB = 256;
/** As large as it may become in an environment of 512 MB. */
const HEAP = ['--max-old-space-size=460', '--max-semi-space-size=25'];

interface Load {
  readonly services: number;
  /** Of all services together. */
  readonly instances: number;
  readonly resources: number;
  /** It is the load that is promised to be merged in time. */
  readonly judged: boolean;
}

const LOADS: readonly Load[] = [
  { services: 1, instances: 1_000, resources: 20, judged: true },
  { services: 50, instances: 1_000, resources: 20, judged: false },
  { services: 1, instances: 10_000, resources: 5, judged: false },
];

export async function measureMerge({ quick, progress }: BenchmarkOptions): Promise<readonly Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'flyball-bench-merge-'));
  const store = await startStore();
  try {
    const probe = await bundled(join(import.meta.dirname, 'merge-probe.ts'), folder);
    const rows: Row[] = [];
    for (const load of quick ? LOADS.slice(0, 1) : LOADS) {
      const { services, instances, resources, judged } = load;
      const scenario = `n=${instances} × ${resources} resources, ${services} service${services > 1 ? 's' : ''}; ${store.name}`;
      progress(`writing the minutes of ${scenario}`);
      const found: Found[] = [];
      const bytes: number[] = [];
      for (let round = 0; round < (quick || !judged ? 1 : ROUNDS); round++) {
        const { tableName, table } = await createNamedTable(store.url);
        bytes.push(await seed(table, load));
        found.push(await run(probe, store.url, tableName));
      }
      const one = { scenario, subject: 'flyball' };
      const seconds = {
        ...one,
        metric: 'merge_s',
        unit: 's',
        value: rounded(median(found.map((each) => each.seconds))),
      };
      const memory = {
        ...one,
        metric: 'rss_mb',
        unit: 'MB',
        value: Math.round(Math.max(...found.map((each) => each.rssMb))),
      };
      rows.push(
        ...(judged ? [atMost(GOAL_S, seconds), atMost(GOAL_MB, memory)] : [seconds, memory]),
        { ...one, metric: 'merge_cpu_s', unit: 's', value: rounded(median(found.map((each) => each.cpuSeconds))) },
        { ...one, metric: 'instance_minute_bytes', unit: 'B', value: Math.round(median(bytes)) },
      );
    }
    return rows;
  } finally {
    await store.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function run(probe: string, url: string, tableName: string): Promise<Found> {
  const stdout = await runProbe(probe, url, { heap: HEAP, args: [tableName, String(NOW)] });
  const found = JSON.parse(stdout) as Found;
  const { failed, complete, superseded } = found.report;
  if (failed > 0 || !complete || superseded) throw new Error(`the merge did not succeed: ${stdout}`);
  return found;
}

/** Two whole minutes of all instances, the rest of the hour done; gives the size of one instance's minute. */
async function seed(table: Table, { services, instances, resources }: Load): Promise<number> {
  const names = Array.from({ length: services }, (_, i) => `service-${i}`);
  for (const service of names) await listService(table, service, CLOSING - 60 * MINUTE);
  const { fence } = await takeTurn(table);
  await commitTurn(table, fence, { upTo: CLOSING - MINUTE, open: {} });
  const minutes = Array.from({ length: instances }, (_, i) => i).flatMap((i) =>
    [CLOSING - MINUTE, CLOSING].map((from) => instanceMinute(names[i % services] ?? '', i, from, resources)),
  );
  await sideBySide(32, minutes, (minute) => putMinute(table, minute));
  const [first] = minutes;
  return first ? sizeOf(minuteItem(first)) : 0;
}

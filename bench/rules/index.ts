// How soon a fleet decides by what was published, and what its polls ask of the table: simulated fleets of all sizes.
import { quantile } from '../statistics.ts';
import { atMost, type Row } from '../result.ts';
import type { BenchmarkOptions } from '../run.ts';
import type { Scenario } from './scenario.ts';
import { QUICK_SCENARIOS, SCENARIOS } from './scenarios.ts';
import { simulate, type Outcome } from './simulate.ts';

const SEED = 1;

export async function measureRules({ quick, only, seed = SEED, progress }: BenchmarkOptions): Promise<readonly Row[]> {
  const rows: Row[] = [];
  const scenarios = only === undefined ? (quick ? QUICK_SCENARIOS : SCENARIOS) : SCENARIOS.filter(isAskedFor(only));
  for (const scenario of scenarios) {
    const begun = process.cpuUsage();
    const outcomes: Outcome[] = [];
    for (let i = 0; i < scenario.seeds; i++) outcomes.push(await simulate(scenario, seed + i));
    const made = rowsOf(scenario, outcomes);
    const { user, system } = process.cpuUsage(begun);
    const line = made.map(({ metric, value, holds }) => `${metric} ${value}${holds === false ? '!' : ''}`).join('  ');
    progress(`${scenario.name.padEnd(44)} ${line} [${((user + system) / 1e6).toFixed(1)} s of the processor]`);
    rows.push(...made);
  }
  return rows;
}

const isAskedFor =
  (only: string) =>
  ({ name }: { readonly name: string }): boolean =>
    name.includes(only);

/** Of several histories the worst. */
function rowsOf({ name, goals, idle, crowded, untilS }: Scenario, outcomes: readonly Outcome[]): Row[] {
  const row = (metric: string, value: number, unit: string, goal?: number): Row => {
    const plain = { scenario: name, subject: 'flyball', metric, value: Math.round(value * 100) / 100, unit };
    return goal === undefined ? plain : atMost(goal, plain);
  };
  const worst = (of: (outcome: Outcome) => number): number => Math.max(...outcomes.map(of));
  const share = ({ all, old }: { readonly all: number; readonly old: number }) => (100 * old) / Math.max(1, all);
  // Of an instance that has not decided by it to the end all that is known is that it took longer than that.
  const known = (values: readonly number[]) => values.map((ms) => Math.min(ms, untilS * 1_000));
  const converged = [
    row(
      'decided_ms_p50',
      worst(({ decidedMs }) => quantile(known(decidedMs), 0.5)),
      'ms',
    ),
    row(
      'decided_ms_p95',
      worst(({ decidedMs }) => quantile(known(decidedMs), 0.95)),
      'ms',
      goals.decided95Ms,
    ),
    row(
      'decided_ms_max',
      worst(({ decidedMs }) => quantile(known(decidedMs), 1)),
      'ms',
    ),
    row(
      'in_force_ms_p95',
      worst(({ inForceMs }) => quantile(known(inForceMs), 0.95)),
      'ms',
    ),
    row(
      'old_after_6s_pct',
      worst(({ late }) => share(late)),
      '%',
    ),
  ];
  const afterIdle = [
    row(
      'old_after_idle_pct',
      worst((one) => share(one.afterIdle)),
      '%',
      goals.oldAfterIdlePct,
    ),
    row(
      'waited_ms_max',
      worst((one) => one.afterIdle.longestWaitMs),
      'ms',
    ),
  ];
  return [
    ...(idle ? afterIdle : converged),
    row(
      'head_reads_per_s',
      worst(({ headReadsPerS }) => headReadsPerS),
      'reads/s',
    ),
    row(
      'head_units_per_s',
      worst(({ headUnitsPerS }) => headUnitsPerS),
      'units/s',
      goals.headUnitsPerS,
    ),
    row(
      'partition_units_per_s',
      worst(({ partitionUnitsPerS }) => partitionUnitsPerS),
      'units/s',
    ),
    row(
      'store_throttled',
      worst(({ throttled }) => throttled),
      'exchanges',
    ),
    ...(crowded
      ? [
          row(
            'publish_ms',
            worst(({ publishMs }) => publishMs),
            'ms',
          ),
        ]
      : []),
    ...(crowded
      ? [
          row(
            'publish_attempts',
            worst(({ publishAttempts }) => publishAttempts),
            'attempts',
          ),
        ]
      : []),
  ];
}

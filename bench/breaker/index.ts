// How soon a breaker opens, what gets through until then, and how it recovers: simulated fleets of all sizes, beside others.
import type { Row } from '../result.ts';
import type { BenchmarkOptions } from '../run.ts';
import { rowsOf } from './judgement.ts';
import { QUICK_SCENARIOS, SCENARIOS } from './scenarios.ts';
import { simulate, type Outcome } from './simulate.ts';
import { SUBJECTS } from './subjects/index.ts';

const SEED = 1;
/** Histories of each kind for a look. */
const QUICK_SEEDS = 2;

export async function measureBreaker(options: BenchmarkOptions): Promise<readonly Row[]> {
  const { quick, only, seed = SEED, progress } = options;
  const rows: Row[] = [];
  const scenarios = only === undefined ? (quick ? QUICK_SCENARIOS : SCENARIOS) : SCENARIOS.filter(isAskedFor(only));
  for (const scenario of scenarios) {
    for (const name of scenario.subjects) {
      const begun = process.cpuUsage();
      const outcomes: Outcome[] = [];
      for (let i = 0; i < (quick ? Math.min(QUICK_SEEDS, scenario.seeds) : scenario.seeds); i++) {
        outcomes.push(await simulate(scenario, SUBJECTS[name], seed + i));
      }
      const made = rowsOf(scenario, SUBJECTS[name].name, outcomes, name === 'flyball' ? (scenario.goals ?? {}) : {});
      const { user, system } = process.cpuUsage(begun);
      const seconds = ((user + system) / 1e6).toFixed(1);
      progress(`${scenario.name.padEnd(34)} ${name.padEnd(17)} ${lineOf(made)} [${seconds} s of the processor]`);
      rows.push(...made);
    }
  }
  return rows;
}

const isAskedFor =
  (only: string) =>
  ({ name }: { readonly name: string }): boolean =>
    name.includes(only);

const SHORT: { readonly [metric: string]: string } = {
  ...{
    open_ms_median: 'open',
    open_ms_max: 'stopped',
    last_leak_ms: 'last',
    leak_per_instance: 'leak',
    never_opened: 'never',
  },
  ...{ false_trips: 'false', flaps: 'flaps', recovery_ms_max: 'recovery', recovery_over_bound_ms: 'over' },
  ...{ store_writes_per_request: 'w/req', store_max_writes_per_item_s: 'w/s', store_throttled: 'throttled' },
};

function lineOf(rows: readonly Row[]): string {
  return rows
    .map(({ metric, value, holds }) => `${SHORT[metric] ?? metric} ${value}${holds === false ? '!' : ''}`)
    .join('  ');
}

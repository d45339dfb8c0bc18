// Simulates throttled fleets: the product's own code, its clocks and its store simulated; one row a metric.
import { atMost, type Row } from '../../result.ts';
import type { BenchmarkOptions } from '../../run.ts';
import type { Scenario } from './scenario.ts';
import { QUICK_SCENARIOS, SCENARIOS } from './scenarios.ts';
import { simulate, type Outcome } from './simulate.ts';

const SEED = 1;
/** DynamoDB on demand, in us-east-1. */
const USD_PER_MILLION_WRITES = 0.625;
const MOST_USD = 0.05;
/** Arithmetic in floating point, not tokens. */
const NO_TOKENS = 1e-6;

export async function measureSimulations(options: BenchmarkOptions): Promise<readonly Row[]> {
  const { quick, only, seed = SEED, progress } = options;
  const rows: Row[] = [];
  const scenarios = only === undefined ? (quick ? QUICK_SCENARIOS : SCENARIOS) : SCENARIOS.filter(isAskedFor(only));
  for (const scenario of scenarios) {
    const begun = performance.now();
    const outcome = await simulate(scenario, seed);
    progress(`${lineOf(outcome)} [${((performance.now() - begun) / 1000).toFixed(1)} s]`);
    rows.push(...rowsOf(scenario, outcome));
  }
  return rows;
}

const isAskedFor =
  (only: string) =>
  ({ name }: Scenario): boolean =>
    name.includes(only);

function lineOf(outcome: Outcome): string {
  const { scenario, contained } = outcome;
  return [
    scenario.padEnd(30),
    `over ${outcome.overAdmission.toFixed(1)}`,
    `rate ${(-outcome.rateErrorPct).toFixed(2)}%`,
    `writes/req ${outcome.writesPerRequest.toFixed(4)}`,
    `item ${outcome.mostWritesPerItemS}/s`,
    `waited ${(100 * outcome.waitedShare).toFixed(2)}%`,
    `delayed ${(100 * outcome.delayedShare).toFixed(2)}%`,
    `refused ${(100 * outcome.refusedShare).toFixed(1)}%`,
    `unfair ${outcome.unfairInstancesPct.toFixed(1)}%`,
    ...(outcome.unfairKeysPct > 0 ? [`keys ${outcome.unfairKeysPct.toFixed(1)}%`] : []),
    ...(outcome.usableBurstPct.length > 0
      ? [`burst ${outcome.usableBurstPct.map((pct) => pct.toFixed(1)).join(', ')}%`]
      : []),
    `lost ${outcome.lostRaces}/${outcome.writes}`,
    ...(outcome.throttledWrites > 0 ? [`throttled ${outcome.throttledWrites}`] : []),
    ...(contained.length > 0 ? [`CONTAINED ${contained.join('; ')}`] : []),
  ].join('  ');
}

function rowsOf({ name, goals = {}, boundless, burstsFromS }: Scenario, outcome: Outcome): readonly Row[] {
  const row = (metric: string, value: number, unit: string, goal?: number): Row => {
    const plain = { scenario: name, subject: 'flyball', metric, value: fourDecimals(value), unit };
    return goal === undefined ? plain : atMost(goal, plain);
  };
  const excess = outcome.overAdmission > NO_TOKENS ? outcome.overAdmission : 0;
  return [
    row('over_admission_tokens', excess, 'tokens', boundless ? undefined : 0),
    ...(burstsFromS
      ? outcome.usableBurstPct.map((pct, i) =>
          row(i === 0 ? 'usable_burst_pct' : `usable_burst_pct_${i + 1}`, pct, '%'),
        )
      : [row('rate_error_pct', Math.abs(outcome.rateErrorPct), '%', goals.rateErrorPct)]),
    row('store_writes_per_request', outcome.writesPerRequest, 'writes', goals.writesPerRequest),
    row('usd_per_million', outcome.writesPerRequest * USD_PER_MILLION_WRITES, '$', goals.writesPerRequest && MOST_USD),
    row('store_max_writes_per_item_s', outcome.mostWritesPerItemS, 'writes/s'),
    row('waited_share', outcome.waitedShare, 'share', goals.waitedShare),
    row('delayed_share', outcome.delayedShare, 'share'),
    row('refused_share', outcome.refusedShare, 'share'),
    row('fairness_maxmin_error_pct', outcome.unfairInstancesPct, '%'),
  ];
}

const fourDecimals = (value: number): number => Math.round(value * 10_000) / 10_000;

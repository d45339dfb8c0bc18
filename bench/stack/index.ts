// Measures what a governed stack adds to every invocation: fresh processes in turns, less a bare handler's.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { atMost, type Row } from '../result.ts';
import type { BenchmarkOptions } from '../run.ts';
import { median, rounded, spread } from '../statistics.ts';
import type { Found } from './probe.ts';

const PROBE = join(import.meta.dirname, 'probe.ts');
const ROUNDS = 11;
const INVOCATIONS = 400_000;
/** Each sends its trace on. */
const TRACED_INVOCATIONS = 20_000;
const QUICK_ROUNDS = 1;
const QUICK_INVOCATIONS = 20_000;
/** DESIGN's, in ns. */
const GOAL_NS = 1_000;

const SCENARIOS = [
  { stack: 'governed', scenario: 'one throttle, one breaker, a deadline; not traced', goal: GOAL_NS },
  { stack: 'without-rules', scenario: 'no rules; not traced', goal: undefined },
  { stack: 'traced', scenario: 'one throttle, one breaker, a deadline; every invocation traced', goal: undefined },
] as const;

export async function measureStack({ quick, progress }: BenchmarkOptions): Promise<readonly Row[]> {
  const rounds: Map<string, number>[] = [];
  for (let i = 1; i <= (quick ? QUICK_ROUNDS : ROUNDS); i++) {
    const round = new Map<string, number>();
    for (const stack of ['bare', ...SCENARIOS.map((each) => each.stack)])
      round.set(stack, await run(stack, invocationsOf(stack, quick)));
    rounds.push(round);
    progress(`round ${i}`);
  }
  const bare = rounds.map((round) => round.get('bare') ?? NaN);
  const row = { scenario: 'a bare handler', subject: 'Middy', unit: 'ns' };
  return [
    { ...row, metric: 'stack_ns', value: rounded(median(bare)) },
    ...SCENARIOS.flatMap(({ stack, scenario, goal }) => {
      const added = rounds.map((round, i) => (round.get(stack) ?? NaN) - (bare[i] ?? NaN));
      const one = { scenario, subject: 'flyball', metric: 'stack_over_bare_ns', unit: 'ns' };
      const measured = { ...one, value: rounded(median(added)) };
      return [
        goal === undefined ? measured : atMost(goal, measured),
        { ...one, metric: 'stack_over_bare_ns_p10_to_p90', value: rounded(spread(added)) },
      ];
    }),
  ];
}

function invocationsOf(stack: string, quick: boolean): number {
  if (quick) return QUICK_INVOCATIONS;
  return stack === 'traced' ? TRACED_INVOCATIONS : INVOCATIONS;
}

async function run(stack: string, invocations: number): Promise<number> {
  const { stdout } = await promisify(execFile)(process.execPath, [PROBE, stack, String(invocations)]);
  const report = stdout.trim().split('\n').at(-1) ?? '';
  return (JSON.parse(report) as Found).nsPerInvocation;
}

// Measures what telling of an invocation costs: flyball's recorder beside Powertools Metrics and X-Ray, fresh processes in turns.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { atMost, versioned, type Row } from '../result.ts';
import type { BenchmarkOptions } from '../run.ts';
import { median, rounded, spread } from '../statistics.ts';
import type { Found } from './hot-path-probe.ts';

const PROBE = join(import.meta.dirname, 'hot-path-probe.ts');
const ROUNDS = 9;
const QUICK_ROUNDS = 1;
/** The issue's, in ns. */
const GOAL_NS = 150;

/** What each does is said by its scenario; nothing that is written is sent. */
const WAYS = [
  {
    way: 'flyball',
    scenario:
      'count, latency and outcome of an invocation; its sizes, time left and source, and whether to keep a sample',
    subject: () => 'flyball',
    invocations: 1_000_000,
    goal: GOAL_NS,
  },
  {
    way: 'flyball-keyed',
    scenario: 'the same, and the busiest of 1,000 clients',
    subject: () => 'flyball',
    invocations: 1_000_000,
    goal: undefined,
  },
  {
    way: 'powertools',
    scenario: 'count, latency and outcome of an invocation: two metrics, one dimension, published',
    subject: () => versioned('@aws-lambda-powertools/metrics'),
    invocations: 40_000,
    goal: undefined,
  },
  {
    way: 'xray',
    scenario:
      'latency and outcome of an invocation: a segment with one annotated subsegment, closed and made a datagram',
    subject: () => versioned('aws-xray-sdk-core'),
    invocations: 20_000,
    goal: undefined,
  },
] as const;

export async function measureHotPath({ quick, progress }: BenchmarkOptions): Promise<readonly Row[]> {
  const found = new Map<string, Found[]>(WAYS.map(({ way }) => [way, []]));
  for (let round = 1; round <= (quick ? QUICK_ROUNDS : ROUNDS); round++) {
    for (const { way, invocations } of WAYS)
      found.get(way)?.push(await run(way, quick ? invocations / 10 : invocations));
    progress(`hot path, round ${round}`);
  }
  return WAYS.flatMap(({ way, scenario, subject, goal }) => {
    const ns = (found.get(way) ?? []).map(({ nsPerInvocation }) => nsPerInvocation);
    const row = { scenario, subject: subject(), unit: 'ns' };
    const measured = { ...row, metric: 'hot_path_ns', value: rounded(median(ns)) };
    const us = (found.get(way) ?? []).flatMap(({ usPerMinute }) => usPerMinute ?? []);
    return [
      goal === undefined ? measured : atMost(goal, measured),
      { ...row, metric: 'hot_path_ns_p10_to_p90', value: rounded(spread(ns)) },
      ...(us.length === 0 ? [] : [{ ...row, metric: 'minute_us', unit: 'us', value: rounded(median(us)) }]),
    ];
  });
}

async function run(way: string, invocations: number): Promise<Found> {
  const { stdout } = await promisify(execFile)(process.execPath, [PROBE, way, String(invocations)]);
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Found;
}

// Measures what one decision costs: flyball's throttle beside rate limiters and bulkheads, in fresh processes in turns.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { atMost, versioned, type Row } from '../../result.ts';
import type { BenchmarkOptions } from '../../run.ts';
import { median, rounded, spread } from '../../statistics.ts';
import { createNamedTable, startStore } from '../../telemetry/store.ts';
import type { Found } from './probe.ts';

const PROBE = join(import.meta.dirname, 'probe.ts');
const ROUNDS = 5;
const QUICK_ROUNDS = 1;
/** DESIGN's, in ns. */
const GOAL_NS = 400;
const GOAL_CALL_NS = 1_000;

interface Asked {
  readonly way: string;
  readonly scenario: string;
  /** What it does for that, where it is not a throttle's decision and a record of it. */
  readonly subject: () => string;
  readonly calls: number;
  readonly goals?: boolean;
}

const ONE_CALL = 'one decision, one key';
const LOCAL: readonly Asked[] = [
  {
    ...{ way: 'flyball-instance', scenario: `${ONE_CALL}, this process alone`, goals: true },
    ...{ subject: () => 'flyball: token bucket, scope instance, and the record of it', calls: 200_000 },
  },
  {
    ...{ way: 'flyball-unrecorded', scenario: `${ONE_CALL}, this process alone` },
    ...{ subject: () => 'flyball: token bucket, scope instance', calls: 200_000 },
  },
  {
    ...{ way: 'rate-limiter-flexible', scenario: `${ONE_CALL}, this process alone`, calls: 100_000 },
    subject: () => `${versioned('rate-limiter-flexible')}: a fixed window in memory, awaited`,
  },
  {
    ...{ way: 'bottleneck', scenario: `${ONE_CALL}, this process alone`, calls: 400 },
    subject: () => `${versioned('bottleneck')}: an empty job under a reservoir, awaited`,
  },
  {
    ...{ way: 'cockatiel', scenario: `${ONE_CALL}, this process alone`, calls: 100_000 },
    subject: () => `${versioned('cockatiel')}: a bulkhead, for it has no rate limiter, awaited`,
  },
  {
    ...{ way: 'flyball-leased', scenario: `${ONE_CALL}, the fleet's limit`, calls: 200_000, goals: true },
    subject: () => 'flyball: token bucket, from a lease, and the record of it',
  },
  {
    ...{ way: 'flyball-per-request', scenario: `${ONE_CALL}, the fleet's limit`, calls: 20_000 },
    subject: () => 'flyball: token bucket, per request, a table in memory, and the record of it',
  },
];
const REMOTE_SCENARIO = `${ONE_CALL}, the fleet's limit, each asks the table`;
const REMOTE: readonly Asked[] = [
  {
    ...{ way: 'flyball-per-request-remote', scenario: REMOTE_SCENARIO, calls: 400 },
    subject: () => 'flyball: token bucket, per request, and the record of it',
  },
  {
    ...{ way: 'rate-limiter-flexible-remote', scenario: REMOTE_SCENARIO, calls: 400 },
    subject: () => `${versioned('rate-limiter-flexible')}: a fixed window in DynamoDB`,
  },
];

export async function measureGuards({ quick, only, progress }: BenchmarkOptions): Promise<readonly Row[]> {
  const isAsked = ({ way, scenario }: Asked) => only === undefined || way.includes(only) || scenario.includes(only);
  const rounds = quick ? QUICK_ROUNDS : ROUNDS;
  const local = await inTurns(LOCAL.filter(isAsked), rounds, progress);
  const remote = REMOTE.filter(isAsked);
  return [
    ...local.flatMap(([asked, found]) => localRows(asked, found)),
    ...(remote.length === 0 ? [] : await overTheNetwork(remote, quick ? 1 : 3, progress)),
  ];
}

async function overTheNetwork(
  ways: readonly Asked[],
  rounds: number,
  progress: (line: string) => void,
): Promise<readonly Row[]> {
  const store = await startStore();
  try {
    const { tableName } = await createNamedTable(store.url);
    const found = await inTurns(ways, rounds, progress, [store.url, tableName]);
    return found.flatMap(([asked, each]) => remoteRows(asked, each, store.name));
  } finally {
    await store.stop();
  }
}

async function inTurns(
  ways: readonly Asked[],
  rounds: number,
  progress: (line: string) => void,
  remote: readonly string[] = [],
): Promise<readonly (readonly [Asked, readonly Found[]])[]> {
  const found = ways.map((asked): [Asked, Found[]] => [asked, []]);
  for (let round = 1; round <= rounds; round++) {
    for (const [{ way, calls }, each] of found) {
      const { stdout } = await promisify(execFile)(process.execPath, [PROBE, way, String(calls), ...remote]);
      each.push(JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Found);
    }
    if (ways.length > 0) progress(`decisions${remote.length > 0 ? ' over the network' : ''}, round ${round}`);
  }
  return found;
}

function localRows({ scenario, subject, goals }: Asked, found: readonly Found[]): readonly Row[] {
  const row = (metric: string, values: readonly number[], goal?: number): Row => {
    const plain = { scenario, subject: subject(), metric, value: rounded(median(values)), unit: 'ns' };
    return goal === undefined || !goals ? plain : atMost(goal, plain);
  };
  const ns = found.map(({ nsPerCall }) => nsPerCall);
  return [
    row('guard_ns_p50', ns, GOAL_NS),
    { ...row('guard_ns_p10_to_p90', ns), value: rounded(spread(ns)) },
    row(
      'guard_call_ns_p99',
      found.map(({ callNsP99 }) => callNsP99),
      GOAL_CALL_NS,
    ),
  ];
}

function remoteRows({ scenario, subject }: Asked, found: readonly Found[], store: string): readonly Row[] {
  const row = (metric: string, unit: string, value: (one: Found) => number): Row => ({
    ...{ scenario: `${scenario} (${store})`, subject: subject(), metric, unit },
    value: rounded(median(found.map(value))),
  });
  return [
    row('wait_us_p50', 'us', ({ callNsP50 }) => callNsP50 / 1000),
    row('wait_us_p99', 'us', ({ callNsP99 }) => callNsP99 / 1000),
    row('guard_cpu_us', 'us', ({ nsPerCall }) => nsPerCall / 1000),
    row('store_writes_per_request', 'writes', ({ writesPerCall }) => writesPerCall),
  ];
}

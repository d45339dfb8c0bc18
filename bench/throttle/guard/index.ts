// Measures what one decision costs: flyball's throttle beside rate limiters and bulkheads, in fresh processes in turns.
import { join } from 'node:path';
import type { Found } from '../../guard/probe.ts';
import { guardRows, inTurns, type Asked, type Asking } from '../../guard/rounds.ts';
import { versioned, type Row } from '../../result.ts';
import type { BenchmarkOptions } from '../../run.ts';
import { median, rounded } from '../../statistics.ts';
import { createNamedTable, startStore } from '../../telemetry/store.ts';

const file = join(import.meta.dirname, 'ways.ts');
const ROUNDS = 5;
const QUICK_ROUNDS = 1;

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
  const local = await inTurns(LOCAL.filter(isAsked), { file, rounds, progress, about: 'decisions' });
  const remote = REMOTE.filter(isAsked);
  return [
    ...local.flatMap(guardRows),
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
    const found = await inTurns(ways, {
      ...{ file, rounds, progress, about: 'decisions over the network' },
      remote: [store.url, tableName],
    });
    return found.flatMap((asking) => remoteRows(asking, store.name));
  } finally {
    await store.stop();
  }
}

function remoteRows([{ scenario, subject }, found]: Asking, store: string): readonly Row[] {
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

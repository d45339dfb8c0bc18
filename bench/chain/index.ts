// Measures what three layers of retries make of each request to the first: over real functions, and over fleets in virtual
// time; beside three layers that each try three times.
import { setTimeout } from 'node:timers/promises';
import { systemClock } from '../../middleware/kernel/clock.ts';
import { seededRandom } from '../../middleware/testing/random.ts';
import { atMost, type Row } from '../result.ts';
import type { BenchmarkOptions } from '../run.ts';
import { startFunctions, type Functions } from './functions.ts';
import { startLast, type LastDependency } from './last.ts';
import { VirtualChain, type Layer } from './virtual.ts';

/** DESIGN's bound, of requests; one more an instance comes on top. */
const MOST_PER_REQUEST = 1.2;
const NAIVE = 'three attempts a layer';

interface Load {
  readonly perSecond: number;
  readonly seconds: number;
}

const FULL: Load = { perSecond: 10, seconds: 60 };
const QUICK: Load = { perSecond: 10, seconds: 4 };
/** Each makes 27 attempts by way of 12 invocations: more would measure the machine. */
const NAIVE_LOAD: Load = { perSecond: 1, seconds: 12 };
const NAIVE_QUICK: Load = { perSecond: 1, seconds: 2 };

export async function measureChain({ quick, seed = 1, progress }: BenchmarkOptions): Promise<readonly Row[]> {
  return [...(await measureFunctions(quick, progress)), ...(await measureVirtual(quick, seed, progress))];
}

async function measureFunctions(quick: boolean, progress: (line: string) => void): Promise<Row[]> {
  const last = await startLast();
  try {
    const functions = await startFunctions(last.url);
    try {
      return [
        ...(await measureGoverned(functions, last, quick ? QUICK : FULL, progress)),
        await measureNaive(functions, last, quick ? NAIVE_QUICK : NAIVE_LOAD, progress),
      ];
    } finally {
      await functions.stop();
    }
  } finally {
    await last.close();
  }
}

async function measureGoverned(
  functions: Functions,
  last: LastDependency,
  load: Load,
  progress: (line: string) => void,
): Promise<Row[]> {
  const requests = await drive(() => functions.invoke('first'), load);
  const reached = last.take();
  requireAll(reached, requests);
  const instances = ['first', 'second', 'third'].reduce(
    (sum, name) => sum + last.instancesOf(`chain-local-${name}`),
    0,
  );
  progress(`${requests} requests became ${reached} in ${instances} instances`);
  const row = { scenario: scenarioOf('three functions', load), subject: 'flyball' };
  return [
    amplification(row, reached, requests, instances),
    { ...row, metric: 'instances', value: instances, unit: 'environments' },
  ];
}

async function measureNaive(
  functions: Functions,
  last: LastDependency,
  load: Load,
  progress: (line: string) => void,
): Promise<Row> {
  const requests = await drive(() => functions.invoke('naive-first'), load);
  const reached = last.take();
  requireAll(reached, requests);
  progress(`${requests} requests became ${reached} without it`);
  const value = rounded(reached / requests);
  return { scenario: scenarioOf('three functions', load), subject: NAIVE, metric: 'amplification', value, unit: '×' };
}

/** Environments start one after the other on a small machine: more requests at once would time out, and measure that. */
const MOST_AT_ONCE = 4;
const ONE_BY_ONE = 5;

/** Requests at even distances, or as fast as they are answered; each must fail. Resolves when the last is answered. */
async function drive(ask: () => Promise<boolean>, { perSecond, seconds }: Load): Promise<number> {
  const requests = perSecond * seconds;
  const under = new Set<Promise<unknown>>();
  let succeeded = 0;
  const begun = systemClock.precise();
  for (let i = 0; i < requests; i++) {
    const early = begun + (i * 1_000) / perSecond - systemClock.precise();
    if (early > 0) await setTimeout(early);
    while (under.size >= (i < ONE_BY_ONE ? 1 : MOST_AT_ONCE)) await Promise.race(under);
    const asking: Promise<unknown> = ask().then((well) => {
      if (well) succeeded++;
      under.delete(asking);
    });
    under.add(asking);
  }
  await Promise.all(under);
  if (succeeded > 0) throw new Error(`${succeeded} requests succeeded, although the last dependency is down`);
  return requests;
}

/** What has not come through says nothing about what retries make of it. */
function requireAll(reached: number, requests: number): void {
  if (reached < requests)
    throw new Error(`${requests - reached} of ${requests} requests never reached the last dependency`);
}

interface Fleet {
  readonly name: string;
  readonly instances: number;
  readonly by: Layer['by'];
  readonly perSecond: number;
  readonly failing: number;
  readonly hedged?: boolean;
}

const FLEETS: readonly Fleet[] = [
  { name: 'n=30 by invoke, 20/s', instances: 10, by: 'invoke', perSecond: 20, failing: 1 },
  { name: 'n=30 by HTTP, 20/s', instances: 10, by: 'http', perSecond: 20, failing: 1 },
  { name: 'n=30 by HTTP, 20/s', instances: 10, by: 'http', perSecond: 20, failing: 0.5 },
  { name: 'n=30 by HTTP, 20/s', instances: 10, by: 'http', perSecond: 20, failing: 0.1 },
  { name: 'n=30 by HTTP, hedged, 20/s', instances: 10, by: 'http', perSecond: 20, failing: 0.5, hedged: true },
  { name: 'n=3 by HTTP, 1/s', instances: 1, by: 'http', perSecond: 1, failing: 1 },
  { name: 'n=300 by HTTP, 100/s', instances: 100, by: 'http', perSecond: 100, failing: 1 },
];
const VIRTUAL_SECONDS = 60;
const QUICK_SECONDS = 5;

async function measureVirtual(quick: boolean, seed: number, progress: (line: string) => void): Promise<Row[]> {
  const rows: Row[] = [];
  const seconds = quick ? QUICK_SECONDS : VIRTUAL_SECONDS;
  for (const { name, instances, by, perSecond, failing, hedged } of FLEETS) {
    const random = seededRandom(seed);
    const layer: Layer = {
      instances,
      by,
      retry: { attempts: 3 },
      ...(hedged ? { hedge: { after: '20ms', most: '2%' } } : {}),
    };
    const chain = await VirtualChain.of({
      layers: [layer, layer, { ...layer, by: 'http' }],
      random,
      fails: () => random() < failing,
      takesMs: () => (random() < 0.1 ? 100 : 10),
    });
    const requests = perSecond * seconds;
    const under: Promise<unknown>[] = [];
    for (let i = 0; i < requests; i++) {
      under.push(chain.request());
      await chain.pass(1_000 / perSecond);
    }
    await chain.pass(60_000);
    await Promise.all(under);
    const row = { scenario: `${name}, ${failing * 100}% failing, ${seconds} s virtual`, subject: 'flyball' };
    rows.push(amplification(row, chain.reached, requests, 3 * instances));
    progress(`${row.scenario}: ${requests} requests became ${chain.reached}`);
  }
  return rows;
}

function amplification(
  row: Pick<Row, 'scenario' | 'subject'>,
  reached: number,
  requests: number,
  instances: number,
): Row {
  const goal = Math.floor((MOST_PER_REQUEST + instances / requests) * 1_000) / 1_000;
  return atMost(goal, { ...row, metric: 'amplification', value: rounded(reached / requests), unit: '×' });
}

const scenarioOf = (what: string, { perSecond, seconds }: Load) =>
  `${what}, all failing, ${perSecond}/s for ${seconds} s`;
const rounded = (value: number) => Math.round(value * 1_000) / 1_000;

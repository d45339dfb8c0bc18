// Runs in a fresh process: tells of invocations over and over in one way, and says how many ns an invocation took.
// `node hot-path-probe.ts <way> <invocations>`
import type { Context } from 'aws-lambda';
import { systemClock, systemRandom } from '../../middleware/kernel/clock.ts';
import { Instance } from '../../middleware/kernel/instance.ts';
import { Invocation } from '../../middleware/kernel/invocation.ts';
import { triggerOf } from '../../middleware/kernel/trigger.ts';
import { telemetryPolicy } from '../../middleware/telemetry/policy.ts';
import { loadReporting } from '../../middleware/telemetry/reports.ts';
import { sizeOf } from '../../middleware/telemetry/fit.ts';
import type { Item, Table } from '../../store/port.ts';
import { median } from '../statistics.ts';

/** What one process found. */
export interface Found {
  /** The median of the batches. */
  readonly nsPerInvocation: number;
  /** What is done for all of a minute's at once, between invocations; the median of several minutes. */
  readonly usPerMinute?: number;
}

/** Tells of the invocation of this number, which took so many ms. */
type Tell = (i: number, ms: number) => void;

interface Way {
  readonly tell: Tell;
  /** Bytes that were written last: a benchmark of what writes nothing would be none. */
  readonly written: () => number;
  /** Does what a minute's end asks for, and gives the us it took before it waits. */
  readonly endMinute?: () => number;
}

const BATCHES = 20;
const MINUTES = 15;
/** At 20 a second. */
const INVOCATIONS_A_MINUTE = 1_200;
/** As many different requests, so that no branch and no cache learns the one. */
const REQUESTS = 256;
const CLIENTS = 1_000;

const durationOf = (i: number) => 3 + (i % 977) * 0.37;

/** Nothing that is written goes anywhere: what it costs to be read by somebody is not counted against anybody. */
let written = 0;
const report = process.stdout.write.bind(process.stdout);
process.stdout.write = (chunk: string | Uint8Array) => {
  written = chunk.length;
  return true;
};

async function flyball(keyed: boolean): Promise<Way> {
  await loadReporting();
  let put: Item = {};
  let offsetMs = 0;
  const clock = { ...systemClock, now: () => systemClock.now() + offsetMs };
  const table = {
    get: () => Promise.resolve(undefined),
    put: ({ item }: { item: Item }) => {
      if (item['detail'] !== undefined) put = item;
      return Promise.resolve({ applied: true, item });
    },
  } as unknown as Table;
  const instance = new Instance({
    ...{ service: 'bench', id: 'bench-1', functionName: 'bench', functionVersion: '1' },
    ...{ clock, random: systemRandom, table },
    logger: { info: () => {}, warn: () => {}, error: () => {} },
  });
  instance.rules.register(telemetryPolicy);
  const invocations = Array.from({ length: REQUESTS }, (_, i) => invocationOf(instance, i));
  const rules = instance.rules.snapshot.of(telemetryPolicy);
  const rule = { name: 'per-client', key: ['client'], storedKeyOf: (raw: string) => raw };
  const clients = Array.from({ length: CLIENTS }, (_, i) => `203.0.113.${i}`);
  const tell: Tell = (i, ms) => {
    const invocation = invocations[i % REQUESTS];
    if (!invocation) return;
    void telemetryPolicy.before?.(invocation, rules);
    // Half of all requests are of a hundred clients.
    if (keyed) instance.recorder.key(rule, clients[i % 2 === 0 ? i % 100 : i % CLIENTS] ?? '', 1);
    instance.recorder.invocation('create-order', i % 100 === 0 ? '503' : 'ok', ms, false, invocation);
  };
  const endMinute = () => {
    offsetMs += 61_000;
    const begun = performance.now();
    instance.syncs.startDue(clock.now());
    return (performance.now() - begun) * 1_000;
  };
  return { tell, endMinute, written: () => sizeOf(put) };
}

function invocationOf(instance: Instance, i: number): Invocation {
  const event = {
    version: '2.0',
    rawPath: '/orders',
    headers: { 'content-type': 'application/json' },
    requestContext: { stage: '$default', http: { method: 'POST', path: '/orders', sourceIp: '203.0.113.7' } },
    body: 'x'.repeat(40 + i * 7),
  };
  const requestId = `${(i * 2_654_435_761).toString(16).padStart(12, '0')}-${((i + 1) * 40_503).toString(16)}`;
  const context = { awsRequestId: requestId, getRemainingTimeInMillis: () => 29_000 } as Context;
  const { snapshot } = instance.rules;
  const invocation = new Invocation(instance, snapshot, triggerOf(event), event, context, systemClock.now());
  invocation.response = { statusCode: 200, body: 'y'.repeat(100 + i * 13) };
  return invocation;
}

/** As its users have it: what an invocation has measured is published when it ends. */
async function powertools(): Promise<Way> {
  const { Metrics, MetricUnit } = await import('@aws-lambda-powertools/metrics');
  const metrics = new Metrics({ namespace: 'bench', serviceName: 'bench' });
  const tell: Tell = (i, ms) => {
    metrics.addDimension('outcome', i % 100 === 0 ? '503' : 'ok');
    metrics.addMetric('invocations', MetricUnit.Count, 1);
    metrics.addMetric('latency', MetricUnit.Milliseconds, ms);
    metrics.publishStoredMetrics();
  };
  return { tell, written: () => written };
}

interface Emitter {
  socket: { send: (message: Buffer) => void } | undefined;
}

/** The datagram is made and not sent. */
async function xray(): Promise<Way> {
  const { createRequire } = await import('node:module');
  const require = createRequire(import.meta.url);
  const emitter = require('aws-xray-sdk-core/dist/lib/segment_emitter.js') as Emitter;
  let bytes = 0;
  emitter.socket = { send: (message) => void (bytes = message.length) };
  const { Segment } = (await import('aws-xray-sdk-core')).default;
  const tell: Tell = (i) => {
    const segment = new Segment('bench', '1-5759e988-bd862e3fe1be46a994272793', '53995c3f42cd8ad8');
    const subsegment = segment.addNewSubsegment('handler');
    subsegment.addAnnotation('outcome', i % 100 === 0 ? '503' : 'ok');
    subsegment.close();
    segment.close();
  };
  return { tell, written: () => bytes };
}

const WAYS: { readonly [name: string]: () => Promise<Way> } = {
  flyball: () => flyball(false),
  'flyball-keyed': () => flyball(true),
  powertools,
  xray,
};

const [, , name = '', count = '0'] = process.argv;
const make = WAYS[name];
if (!make) throw new Error(`there is no way ${name}`);
const way = await make();

function batch(invocations: number): number {
  const begun = performance.now();
  for (let i = 0; i < invocations; i++) way.tell(i, durationOf(i));
  return ((performance.now() - begun) * 1e6) / invocations;
}

/** What runs beside the handler gets its turn. */
const pause = () => new Promise((resolve) => setImmediate(resolve));

async function minutes(endMinute: () => number): Promise<number> {
  const took: number[] = [];
  for (let i = 0; i < MINUTES; i++) {
    batch(INVOCATIONS_A_MINUTE);
    await pause();
    took.push(endMinute());
    await pause();
  }
  return median(took);
}

batch(Number(count));
const found: number[] = [];
for (let i = 0; i < BATCHES; i++) {
  found.push(batch(Math.ceil(Number(count) / BATCHES)));
  await pause();
}
if (way.written() === 0) throw new Error(`${name} has written nothing`);
const usPerMinute = way.endMinute && (await minutes(way.endMinute));
const result: Found = { nsPerInvocation: median(found), ...(usPerMinute === undefined ? {} : { usPerMinute }) };
report(JSON.stringify(result));
process.exit(0);

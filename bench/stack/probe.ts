// Runs in a fresh process: invokes one stack over and over, and says how many ns an invocation took.
// `node probe.ts <stack> <invocations>`
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { governed, type GovernedContext } from '../../middleware/index.ts';
import type { Table } from '../../store/port.ts';

/** What one process found. */
export interface Found {
  /** The median of the batches. */
  readonly nsPerInvocation: number;
}

type Stack = (event: unknown, context: Context) => Promise<unknown>;

const EVENT = {
  version: '2.0',
  routeKey: 'POST /orders',
  rawPath: '/orders',
  rawQueryString: '',
  headers: { 'content-type': 'application/json', host: 'api.example.com' },
  requestContext: {
    stage: '$default',
    http: { method: 'POST', path: '/orders', protocol: 'HTTP/1.1', sourceIp: '203.0.113.7', userAgent: 'bench' },
  },
  body: '{}',
  isBase64Encoded: false,
};

// AWS's runtime client keeps what belongs to an invocation here (@aws/lambda-invoke-store).
const sampled = process.argv[2] === 'traced' ? 1 : 0;
const header = `Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=${sampled}`;
Object.assign(globalThis, { awslambda: { InvokeStore: { getXRayTraceId: () => header } } });

const answer = () => ({ statusCode: 200, body: '{}' });

/** A table that is there and holds nothing: the rules are packaged, and confirmed. */
const table: Table = {
  get: () => Promise.resolve(undefined),
  put: ({ item }) => Promise.resolve({ applied: true, item }),
  update: ({ key }) => Promise.resolve({ applied: true, item: { ...key } }),
  delete: ({ key }) => Promise.resolve({ applied: true, item: { ...key } }),
  query: () => Promise.resolve({ items: [] }),
};

/** DESIGN's one throttle with one key and one breaker, and a deadline; nothing that waits for a store. */
const bootstrap = {
  apiVersion: 'flyball/v1',
  service: 'bench',
  resources: { 'create-order': { match: { method: 'POST', path: '/orders' }, deadline: { timeout: '5s' } } },
  throttles: { 'per-client': { limit: '900k/s', key: ['client'], scope: 'instance' } },
  dependencies: { payments: { target: { url: 'http://127.0.0.1:9' }, breaker: { window: { time: '30s' } } } },
} as const;

const options = { service: 'bench', table, bootstrap };

const STACKS: { readonly [name: string]: () => Stack } = {
  // As a governed function has it: flyball gives Middy its deadline.
  bare: () => middy({ timeoutEarlyInMillis: 0 }).handler(answer),
  governed: () => governed(options, answer),
  'without-rules': () => governed({ service: 'bench', table }, answer),
  // The header below says that it is sampled.
  traced: () => governed(options, answer),
};

const [, , name = '', count = '0'] = process.argv;
const make = STACKS[name];
if (!make) throw new Error(`there is no stack ${name}`);

const BATCHES = 20;
const stack = make();
const end = performance.now() + 600_000;

/** As the runtime makes one for every invocation. */
const contextOf = (i: number) =>
  ({
    awsRequestId: `request-${i}`,
    functionName: 'bench',
    getRemainingTimeInMillis: () => end - performance.now(),
  }) as Context & GovernedContext;

async function batch(invocations: number): Promise<number> {
  const begun = performance.now();
  for (let i = 0; i < invocations; i++) await stack(EVENT, contextOf(i));
  return ((performance.now() - begun) * 1e6) / invocations;
}

await batch(Number(count));
const found: number[] = [];
for (let i = 0; i < BATCHES; i++) found.push(await batch(Math.ceil(Number(count) / BATCHES)));
found.sort((a, b) => a - b);
const report: Found = { nsPerInvocation: found[BATCHES / 2] ?? NaN };
process.stdout.write(JSON.stringify(report));
process.exit(0);

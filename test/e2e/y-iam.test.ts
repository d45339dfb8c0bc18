// After the other tests' traffic: every call that a function made is one its role allows, and no role allows what nobody needs.
import { readFileSync } from 'node:fs';
import { BatchWriteItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { beforeAll, expect, inject, it } from 'vitest';
import type { Call } from '../../infra/local/calls.ts';
import { decide, type Statement, statementsOf } from '../iam/evaluate.ts';
import { packageStack } from '../iam/package.ts';
import { type DeployedFunction, functionsOf } from '../iam/roles.ts';
import { admin, eventually, publish, request, world } from './client.ts';

let functions: Map<string, DeployedFunction>;
let calls: Call[];

/** Allowed and never asked for here, and why that is right. */
const UNUSED: readonly (readonly [what: RegExp, because: string])[] = [
  [/ Logs /, 'Lambda writes the log on the function’s behalf'],
  [/ Traces /, 'the daemon that takes traces is there on AWS alone'],
  [
    / (OwnRules|OwnState|RunningJobs) /,
    'the same statements for all: which of these calls a service makes, its rules decide',
  ],
  [/ Receive /, 'the event source mapping receives on the function’s behalf'],
  [/ Actuated(Functions|EventSources) /, 'here Lambda’s API is not AWS’s own, and nothing of it is changed'],
  [/^concurrencyactuator AuditLog /, 'nothing is changed here'],
  [
    /^grayjudge (Grays|Sides|Progress|Libraries|Services|Jobs|JobLists|JobsOfService|AlertMarks|Audit) /,
    'a publication is judged after minutes of it at the earliest: integration/config-center/gray-judge shows it',
  ],
  [/ Park /, 'Lambda puts away what it gives up on the function’s behalf'],
  [/ TellMissing /, 'S3 looks whether a reader may list when an object is missing'],
  [/^batchmonitortick Runs dynamodb:GetItem$/, 'read after a lost race, where the endpoint is not AWS’s own'],
  [
    /^batchmonitortick Runs dynamodb:PutItem$/,
    'a slot is missed after a minute at the earliest: integration/jobs shows it',
  ],
  [
    /^batchmonitortick WaitedFor /,
    'a run that was killed is lost after half a minute at the earliest: integration/jobs/paused shows it',
  ],
  [/^batchmonitortick Checks /, 'a check goes down after two minutes at the earliest: integration/checks shows it'],
  [/^alerting(tick)? Alert(Topics|Mails|Parameters|Secrets) /, 'who is told here is told by webhooks'],
  [
    /^alertingtick Silences dynamodb:UpdateItem$/,
    'noted of what a silence keeps quiet: integration/alerting/tick shows it',
  ],
  [/^alertingtick Marks dynamodb:GetItem$/, 'read after a lost race, where the endpoint is not AWS’s own'],
  [
    /^telemetrymerge (FaultStops|Audit) /,
    'an objective burns a drill down after minutes of it at the earliest: integration/telemetry/fault-guard shows it',
  ],
];

/** Functions without AWS calls of their own. */
const SILENT = ['hellopython'];

beforeAll(async () => {
  const template = await packageStack('local');
  const deployed = functionsOf(template, { region: 'us-east-1', account: '000000000000' });
  functions = new Map(deployed.map((each) => [each.id.replace(/LambdaFunction$/, '').toLowerCase(), each]));
  await restOfTheApi();
  calls = readFileSync(inject('calls'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Call);
});

/** What the other tests leave out. */
async function restOfTheApi(): Promise<void> {
  const throttles = { monthly: { algorithm: 'fixed-window', limit: '1M/month' } };
  const rules = { apiVersion: 'flyball/v1', service: 'passing', throttles, slos: { available: { objective: '99%' } } };
  await publish('passing', { ...rules, jobs: { gone: { schedule: 'rate(1 day)' } } });
  const actuate = { reservedConcurrency: { function: 'passing', min: 1, max: 10 } };
  const concurrency = { found: { limit: 'adaptive', floor: 2, ceiling: 20, actuate } };
  await publish('passing', { ...rules, concurrency });
  for (const part of ['concurrency-actuator', 'gray-judge']) {
    const url = `${world.lambda}/2015-03-31/functions/flyball-local-${part}/invocations`;
    expect((await fetch(url, { method: 'POST', body: '{}' })).status, part).toBe(200);
  }
  expect((await admin('GET', '/v1/services/passing/concurrency')).status).toBe(200);
  const simulated = await admin('POST', '/v1/services/passing/draft/simulate', { minutes: 5 });
  expect(simulated.status).toBe(200);
  const jobs = ['jobs', 'jobs?status=failed', 'jobs/nightly-settlement', 'jobs/nightly-settlement/runs'];
  const usage = ['throttles/monthly', 'usage', 'usage/signals'].map((path) => `services/passing/${path}`);
  for (const path of [...jobs, 'audit', 'services', 'services/passing/revisions', ...usage]) {
    expect((await admin('GET', `/v1/${path}`)).status, path).toBe(200);
  }
  const made = await admin('POST', '/v1/keys', { name: 'of a test', role: 'viewer', for: '1h' });
  expect(made.status).toBe(201);
  expect((await admin('GET', '/v1/keys')).status).toBe(200);
  expect((await admin('DELETE', `/v1/keys/${(made.body as { id: string }).id}`)).status).toBe(200);
  expect((await admin('GET', '/v1/telemetry/series?service=unheard-of')).status).toBe(404);
  expect((await admin('GET', '/v1/telemetry/slo?service=passing')).status).toBe(200);
  expect((await admin('GET', '/v1/telemetry/coverage')).status).toBe(200);
  await eventually('a function of which it is known how many may run', () => limited('orders'));
  await eventually('a queue of which it is known how deep it is', () => limited('settlement'));
  for (const what of ['pause', 'resume']) {
    const acted = await admin('POST', `/v1/jobs/settlement:nightly-settlement/${what}`, { reason: 'a test' });
    expect(acted.status, what).toBe(200);
  }
  const pinger = await admin('POST', '/v1/keys', { name: 'a server', role: 'pinger', services: ['settlement'] });
  for (const what of ['/start', '']) {
    const path = `/ping/${String(pinger.body['key'])}/nightly-settlement${what}`;
    expect((await request('GET', path)).status, path).toBe(200);
  }
  await alertsRead();
  for (const path of ['/console', '/console/config.json', '/console/services/orders']) {
    expect((await request('GET', path)).status, path).toBe(200);
  }
  await request('GET', '/hello');
  await openOrders();
  const nightly = `${world.lambda}/2015-03-31/functions/flyball-local-nightly-settlement/invocations`;
  expect((await fetch(nightly, { method: 'POST', body: '{}' })).status).toBe(200);
}

/** And of alerts: a silence, from beginning to end, and what happened before. */
async function alertsRead(): Promise<void> {
  const until = new Date(Date.now() + 3_600_000).toISOString();
  const made = await admin('POST', '/v1/alerts/silences', { match: { service: ['passing'] }, until, reason: 'a test' });
  expect(made.status).toBe(201);
  const silence = `/v1/alerts/silences/${(made.body as { id: string }).id}`;
  for (const path of [
    '/v1/alerts/silences',
    '/v1/alerts?status=all',
    '/v1/alerts/report',
    '/v1/alerts/routing/revisions',
  ]) {
    expect((await admin('GET', path)).status, path).toBe(200);
  }
  expect((await admin('DELETE', silence)).status).toBe(200);
  // Whose channels a team's key may name goes by who owns its services.
  const team = await admin('POST', '/v1/keys', {
    name: 'of a team',
    role: 'editor',
    services: ['settlement'],
    for: '1h',
  });
  const key = { 'x-api-key': String(team.body['key']) };
  expect((await request('GET', '/api/v3/channels/', undefined, key)).status).toBe(200);
}

/** Whether telemetry has asked about the functions and queues of a service: those it has heard of. */
async function limited(service: string): Promise<true | undefined> {
  const { status, body } = await admin('GET', `/v1/telemetry/saturation?service=${service}`);
  expect(status).toBe(200);
  const { functions, queues } = body as Record<
    string,
    readonly { readonly limit?: unknown; readonly depth?: unknown }[]
  >;
  const known = service === 'settlement' ? queues?.[0]?.depth : functions?.[0]?.limit;
  return typeof known === 'number' ? true : undefined;
}

/** An order that no message asks to settle, and one that was settled and is still listed. */
async function openOrders(): Promise<void> {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DynamoDBClient({ region: 'us-east-1', endpoint: world.dynamodb, credentials });
  const items = ['paid', 'settled'].flatMap((status) => [
    {
      pk: { S: `order#${status === 'paid' ? 'a' : 'b'}` },
      sk: { S: 'order' },
      status: { S: status },
      createdAt: { S: '1' },
    },
    {
      pk: { S: 'open' },
      sk: { S: `1#${status === 'paid' ? 'a' : 'b'}` },
      orderId: { S: status === 'paid' ? 'a' : 'b' },
    },
  ]);
  const RequestItems = { 'flyball-local-examples': items.map((Item) => ({ PutRequest: { Item } })) };
  await client.send(new BatchWriteItemCommand({ RequestItems }));
  client.destroy();
}

const requestOf = ({ action, resource, leadingKeys, attributes }: Call) => ({
  action,
  resource,
  context: {
    ...(leadingKeys === undefined ? {} : { 'dynamodb:LeadingKeys': leadingKeys }),
    ...(attributes === undefined ? {} : { 'dynamodb:Attributes': attributes }),
  },
});

const roleOf = (caller: string) => {
  const found = functions.get(caller.toLowerCase());
  if (!found) throw new Error(`${caller} made a call and is no function of the stack`);
  return found.role;
};

it('every function has made calls, but for those that make none', () => {
  expect(new Set(calls.map(({ caller }) => caller.toLowerCase()))).toEqual(
    new Set([...functions.keys()].filter((name) => !SILENT.includes(name))),
  );
});

it('every call that was made is allowed', () => {
  const denied = calls.filter((call) => decide(roleOf(call.caller).policies, requestOf(call)).outcome !== 'allowed');
  expect(denied).toEqual([]);
});

it('everything that is allowed was asked for, or is on the list of what need not be', () => {
  const name = (caller: string, { Sid = 'nameless' }: Statement, what: string) => `${caller} ${Sid} ${what}`;
  const used = new Set<string>();
  for (const call of calls) {
    for (const statement of decide(roleOf(call.caller).policies, requestOf(call)).by) {
      used.add(name(call.caller.toLowerCase(), statement, call.action));
    }
  }
  const unused = [...functions].flatMap(([caller, { role }]) =>
    role.policies
      .flatMap(statementsOf)
      .filter(({ Effect }) => Effect === 'Allow')
      .flatMap((statement) => [statement.Action ?? []].flat().map((action) => name(caller, statement, action)))
      .filter((grant) => !used.has(grant)),
  );
  expect(unused.filter((grant) => !UNUSED.some(([what]) => what.test(grant)))).toEqual([]);
});

// A stack of somebody else's: what the onboarding gives it, what its functions may do, and that they run governed by it.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateQueueCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { APIGatewayProxyStructuredResultV2, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { isName } from '../../../functions/api/names.ts';
import type * as greeter from '../../../infra/examples/greeter/handler.ts';
import type { Call } from '../../../infra/local/calls.ts';
import { startDynalite } from '../../../infra/local/dynalite.ts';
import { queueEvent } from '../../../infra/local/events/queue-event.ts';
import { startLocalFauxqs } from '../../../infra/local/fauxqs.ts';
import { recorder } from '../../../infra/local/recorder.ts';
import { resolve } from '../../../infra/local/template.ts';
import { systemClock } from '../../../middleware/kernel/clock.ts';
import { publishRevision } from '../../../store/items/rules.ts';
import { keys } from '../../../store/keys.ts';
import { dataPlane } from '../../iam/data-plane.ts';
import { decide, isAllowed, type PolicyDocument } from '../../iam/evaluate.ts';
import { packageStack, type Template } from '../../iam/package.ts';
import { functionsOf, stackOf } from '../../iam/roles.ts';
import { readTemplate } from '../../iam/yaml.ts';
import { httpV2 } from '../../support/events.ts';
import { testContext } from '../../support/instance.ts';
import { createTable } from '../table.ts';

const place = { region: 'us-east-1', account: '000000000000' };
const arnOf = (table: string) => `arn:aws:dynamodb:${place.region}:${place.account}:table/${table}`;
const infra = new URL('../../../infra/', import.meta.url);
const TRACES = {
  Sid: 'Traces',
  Effect: 'Allow',
  Action: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'],
  Resource: '*',
};

let stack: Template;
const nested = readTemplate(new URL('onboarding/flyball.cloudformation.yml', infra));
beforeAll(async () => {
  stack = await packageStack('dev', 'infra/examples/greeter');
});

/** As deployed beside a control plane with this table. */
const deployed = (table: string) => ({
  ...place,
  parameters: {
    FlyballServiceName: 'greeter',
    FlyballTableName: table,
    FlyballTableArn: arnOf(table),
    FlyballCell: 'c',
  },
});

describe('the fragment for serverless.yml', () => {
  it('asks the control plane’s parameters for the table and the cell', () => {
    expect(stack.Parameters).toMatchObject({
      FlyballServiceName: { Default: 'greeter' },
      FlyballTableName: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/flyball/prod/table' },
      FlyballTableArn: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/flyball/prod/table-arn' },
      FlyballCell: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/flyball/prod/cell' },
    });
  });

  it('tells every function where they are', () => {
    for (const id of ['HelloLambdaFunction', 'GreetLambdaFunction']) {
      const { Environment } = stack.Resources[id]?.Properties ?? {};
      expect(resolve(Environment, stackOf(stack, deployed('flyball-prod')))).toEqual({
        Variables: { FLYBALL_TABLE: 'flyball-prod', FLYBALL_CELL: 'c', FLYBALL_FUNCTION_PREFIX: 'greeter-dev-' },
      });
    }
  });

  it('allows the data plane of one service, and traces', () => {
    const policy = resolve(
      stack.Resources['FlyballPolicy']?.Properties?.['PolicyDocument'],
      stackOf(stack, deployed('flyball-prod')),
    ) as PolicyDocument;
    expect(policy.Statement).toEqual([...dataPlane('greeter', arnOf('flyball-prod')), TRACES]);
  });
});

describe('the same as plain CloudFormation', () => {
  const parameters = { ServiceName: 'greeter', TableName: 'flyball-prod', TableArn: arnOf('flyball-prod'), Cell: 'c' };

  it('allows the same', () => {
    const policy = resolve(
      nested.Resources['Policy']?.Properties?.['PolicyDocument'],
      stackOf(nested, { ...place, parameters }),
    ) as PolicyDocument;
    expect(policy.Statement).toEqual([...dataPlane('greeter', arnOf('flyball-prod')), TRACES]);
  });

  it('has what its example takes of it', () => {
    const example = readTemplate(new URL('examples/greeter-cloudformation/template.yml', infra));
    const taken = [...JSON.stringify(example.Resources).matchAll(/"Flyball","Outputs\.(\w+)"/g)].map(
      ([, name]) => name,
    );
    const { Outputs } = nested as unknown as { readonly Outputs: object };
    expect(taken.sort()).toEqual(Object.keys(Outputs).sort());
    expect(Object.keys(nested.Parameters ?? {})).toEqual(
      expect.arrayContaining(Object.keys(example.Resources['Flyball']?.Properties?.['Parameters'] as object)),
    );
  });
});

describe('the keys of signed calls', () => {
  const template = readTemplate(new URL('onboarding/flyball-signing.cloudformation.yml', infra));
  const NAME = '/flyball/prod/signing-keys';
  const arn = `arn:aws:ssm:${place.region}:${place.account}:parameter${NAME}`;
  const SIGNING = { Sid: 'SigningKeys', Effect: 'Allow', Action: 'ssm:GetParameter', Resource: arn };

  it('may be read, that parameter alone', () => {
    const stack = stackOf(template, { ...place, parameters: { SigningParameter: NAME } });
    const policy = resolve(template.Resources['Policy']?.Properties?.['PolicyDocument'], stack) as PolicyDocument;
    expect(policy.Statement).toEqual([SIGNING]);
    const reads = (resource: string, action = 'ssm:GetParameter') =>
      isAllowed([policy], { action, resource, context: {} });
    expect([reads(arn), reads(`${arn}-2`), reads(arn, 'ssm:PutParameter')]).toEqual([true, false, false]);
  });

  it('take a name without wildcards', () => {
    const { AllowedPattern = '' } = (template.Parameters?.['SigningParameter'] ?? {}) as { AllowedPattern?: string };
    expect(
      [NAME, '/a', '/flyball/*', 'keys', '/a/', '/*'].map((name) => new RegExp(AllowedPattern).test(name)),
    ).toEqual([...[true, true, false, false, false, false]]);
  });

  it('are read by the same statement in the fragment for serverless.yml', () => {
    const { signing } = readTemplate(new URL('onboarding/flyball.yml', infra)) as unknown as { signing: Template };
    const text = JSON.stringify(signing.Resources['FlyballSigningPolicy']?.Properties?.['PolicyDocument']);
    const document: unknown = JSON.parse(text.replace('${self:custom.flyball.signingParameter}', NAME));
    expect((resolve(document, stackOf(signing, { ...place, parameters: {} })) as PolicyDocument).Statement).toEqual([
      SIGNING,
    ]);
  });
});

describe('a parking queue', () => {
  const parking = readTemplate(new URL('onboarding/flyball-parking.cloudformation.yml', infra));
  const given = { ...place, parameters: { QueueName: 'media-parking', FunctionTimeoutTimesSix: '180' } };
  const named = (id: string, QueueName: string) => ({
    [id]: { Type: 'AWS::SQS::Queue', Properties: { ...parking.Resources[id]?.Properties, QueueName } },
  });
  // What stands for a queue needs its name as it will be.
  const Resources = {
    ...parking.Resources,
    ...named('Queue', 'media-parking'),
    ...named('DeadLetterQueue', 'media-parking-dlq'),
  };
  const resolved = (id: string, property: string) =>
    resolve(parking.Resources[id]?.Properties?.[property], stackOf({ ...parking, Resources }, given));
  const [queue, dead] = ['media-parking', 'media-parking-dlq'].map(
    (name) => `arn:aws:sqs:${place.region}:${place.account}:${name}`,
  );

  it('may be sent to, received from and delayed by its function, and its dead-letter queue sent to', () => {
    const policy = resolved('Policy', 'PolicyDocument') as PolicyDocument;
    const actions = ['SendMessage', 'ReceiveMessage', 'DeleteMessage', 'ChangeMessageVisibility', 'PurgeQueue'];
    const allowed = (resource = '') =>
      actions.filter((action) => isAllowed([policy], { action: `sqs:${action}`, resource, context: {} }));
    expect(allowed(queue)).toEqual(actions.slice(0, -1));
    expect(allowed(dead)).toEqual(['SendMessage']);
    expect(allowed(`${queue ?? ''}-2`)).toEqual([]);
  });

  it('has a dead-letter queue that takes from it alone, and gives up long after flyball did', () => {
    expect(resolved('Queue', 'RedrivePolicy')).toEqual({ deadLetterTargetArn: dead, maxReceiveCount: 100 });
    expect(resolved('DeadLetterQueue', 'RedriveAllowPolicy')).toEqual({
      redrivePermission: 'byQueue',
      sourceQueueArns: [queue],
    });
  });
});

describe('the name of the service', () => {
  const names = [
    'greeter',
    'a',
    'a-1',
    '1a',
    'a'.repeat(64),
    'a'.repeat(65),
    '',
    '*',
    'greet*',
    'gr?eter',
    'a#b',
    'A',
    '-a',
    'a-',
  ];
  it.each([
    ['the fragment', () => stack.Parameters?.['FlyballServiceName']],
    ['the template', () => nested.Parameters?.['ServiceName']],
  ])('is one the control plane knows, and never a wildcard, in %s', (_, parameter) => {
    const { AllowedPattern = '' } = parameter() as { readonly AllowedPattern?: string };
    for (const name of names) expect(new RegExp(AllowedPattern).test(name), name).toBe(isName(name));
  });
});

describe('its functions', () => {
  const folder = mkdtempSync(join(tmpdir(), 'flyball-onboarding-'));
  const file = join(folder, 'calls.jsonl');
  const stops: (() => Promise<void>)[] = [];
  let queues: SQSClient;
  let QueueUrl: string;
  let table: string;
  let functions: typeof greeter;

  beforeAll(async () => {
    const dynalite = await startDynalite({ port: 0, record: { file, ...place } });
    const fauxqs = await startLocalFauxqs({ port: 0 }, recorder({ file, ...place }));
    stops.push(
      () => fauxqs.stop(),
      () => dynalite.stop(),
    );
    const sqs = `http://127.0.0.1:${fauxqs.port}`;
    queues = new SQSClient({ endpoint: sqs, useQueueUrlAsEndpoint: false });
    const create = (QueueName: string, Attributes = {}) =>
      queues.send(new CreateQueueCommand({ QueueName, Attributes }));
    await create('greeter-dev-greetings-dlq');
    const deadLetterTargetArn = `arn:aws:sqs:${place.region}:${place.account}:greeter-dev-greetings-dlq`;
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 100 });
    QueueUrl = (await create('greeter-dev-greetings', { RedrivePolicy })).QueueUrl ?? '';

    const { tableName, sdk } = await createTable(dynalite.url);
    table = tableName;
    const document = parse(readFileSync(new URL('examples/greeter/flyball.rules.yaml', infra), 'utf8')) as object;
    const publication = { document, source: '', author: 'a test', note: '', at: systemClock.now(), expectedSeq: 0 };
    await publishRevision(sdk, { service: 'greeter', ...publication });
    Object.assign(process.env, {
      FLYBALL_TABLE: tableName,
      FLYBALL_STORE_PATIENCE: '10',
      AWS_ACCESS_KEY_ID: 'greeter',
      AWS_ENDPOINT_URL_DYNAMODB: dynalite.url,
      AWS_ENDPOINT_URL_SQS: sqs,
    });
    functions = await import('../../../infra/examples/greeter/handler.ts');
  });
  afterAll(async () => {
    for (const stop of stops) await stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const hello = async () => {
    const event = httpV2({ method: 'GET', path: '/hello/world', pathParameters: { name: 'world' } });
    return (await functions.hello(event, testContext(systemClock))) as APIGatewayProxyStructuredResultV2;
  };

  /** The batch Lambda would hand over next, within a few seconds. */
  async function receive(): Promise<SQSEvent> {
    const { Messages = [] } = await queues.send(
      new ReceiveMessageCommand({
        QueueUrl,
        WaitTimeSeconds: 5,
        MaxNumberOfMessages: 10,
        MessageSystemAttributeNames: ['All'],
        VisibilityTimeout: 60,
      }),
    );
    const arn = `arn:aws:sqs:${place.region}:${place.account}:greeter-dev-greetings`;
    return queueEvent(Messages, arn);
  }

  it('are throttled by the rules the control plane publishes', async () => {
    // Five in ten seconds. All at once: one after the other, a machine that is slow has a token back before the sixth.
    const startedAt = performance.now();
    const answers = await Promise.all(Array.from({ length: 50 }, () => hello()));
    const tokensBack = Math.ceil((performance.now() - startedAt) / 2_000);
    const admitted = answers.filter(({ statusCode }) => statusCode === 200);
    const refused = answers.filter(({ statusCode }) => statusCode === 429);
    expect(admitted.length).toBeGreaterThanOrEqual(5);
    expect(admitted.length).toBeLessThanOrEqual(5 + tokensBack);
    expect(admitted.length + refused.length).toBe(50);
    expect(JSON.parse(admitted[0]?.body ?? '')).toEqual({ hello: 'world' });
    expect(refused[0]?.body).toContain('per-caller');
  });

  it('send a failing message back, and to the dead-letter queue after its attempts', async () => {
    await queues.send(new SendMessageCommand({ QueueUrl, MessageBody: ' ' }));
    const answers: unknown[] = [];
    for (let attempt = 0; attempt < 2; attempt++) {
      const event = await receive();
      expect(event.Records).toHaveLength(1);
      answers.push(await functions.greet(event, testContext(systemClock)));
    }
    const [first, second] = answers as SQSBatchResponse[];
    expect(first?.batchItemFailures).toHaveLength(1);
    expect(second?.batchItemFailures).toEqual([]);
    const { Messages = [] } = await queues.send(
      new ReceiveMessageCommand({ QueueUrl: `${QueueUrl}-dlq`, MessageAttributeNames: ['All'] }),
    );
    expect(Messages[0]?.MessageAttributes?.['flyball-attempts']?.StringValue).toBe('2');
  });

  it('were allowed every call they made, by the policies of the packaged stack', () => {
    const policies = functionsOf(stack, deployed(table))[0]?.role.policies ?? [];
    const calls = readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Call);
    expect([...new Set(calls.map(({ action }) => action))]).toEqual(
      expect.arrayContaining([
        'dynamodb:GetItem',
        'dynamodb:UpdateItem',
        'sqs:ChangeMessageVisibility',
        'sqs:SendMessage',
      ]),
    );
    const denied = calls.filter(({ action, resource, leadingKeys }) => {
      const context: Record<string, readonly string[]> = leadingKeys ? { 'dynamodb:LeadingKeys': leadingKeys } : {};
      return decide(policies, { action, resource, context }).outcome !== 'allowed';
    });
    expect(denied).toEqual([]);
  });

  it.each([
    ['writing its rules', 'PutItem', keys.rulesHead('greeter').pk],
    ['reading the rules of orders', 'GetItem', keys.rulesHead('orders').pk],
    ['reading API keys', 'GetItem', keys.apiKey('0').pk],
    ['the state of orders', 'UpdateItem', keys.breaker('orders', 'payments').pk],
    ['saying of a job of orders that it runs', 'UpdateItem', keys.running('orders', 'nightly').pk],
    ['the state of a service named alike', 'UpdateItem', keys.breaker('greeter-x', 'payments').pk],
    ['deleting its own state', 'DeleteItem', keys.breaker('greeter', 'payments').pk],
    ['listing its own state', 'Query', keys.breaker('greeter', 'payments').pk],
  ])('are denied %s', (_, action, key) => {
    const resource = arnOf('flyball-prod');
    for (const { role } of functionsOf(stack, deployed('flyball-prod'))) {
      const request = { action: `dynamodb:${action}`, resource, context: { 'dynamodb:LeadingKeys': [key] } };
      expect(isAllowed(role.policies, request)).toBe(false);
      expect(isAllowed(role.policies, { action: 'dynamodb:Scan', resource })).toBe(false);
    }
  });
});

// A second deploy, with other parameters, and its rollback: what is there is changed in place, what people put there stays.
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { aws } from './aws.ts';
import { deploy, serverless, STACK } from './cli.ts';
import { deployedTemplate } from './template.ts';
import { PARAMS } from './world.ts';

interface Identities {
  readonly table: string;
  readonly api: string;
  readonly mappings: readonly string[];
  readonly functions: readonly string[];
  readonly queues: readonly string[];
}

const KEPT = { pk: { S: 'ctl#kept' }, sk: { S: 'over-the-update' } };
const KEPT_ORDER = { TableName: STACK, Item: { ...KEPT, what: { S: 'rules somebody published' } } };

interface Mapping {
  readonly UUID: string;
  readonly EventSourceArn: string;
}

/** The settlement's first, then the thumbnails' parking queue's. */
async function mappingsBySource(): Promise<Mapping[]> {
  const listed = await aws<{ EventSourceMappings: Mapping[] }>('lambda', 'list_event_source_mappings');
  return listed.EventSourceMappings.sort((a, b) => (a.EventSourceArn < b.EventSourceArn ? -1 : 1));
}

async function identities(): Promise<Identities> {
  const { Table } = await aws<{ Table: { CreationDateTime: string } }>('dynamodb', 'describe_table', {
    TableName: STACK,
  });
  const { Items } = await aws<{ Items: { ApiId: string }[] }>('apigatewayv2', 'get_apis');
  const mappings = await mappingsBySource();
  const { Functions } = await aws<{ Functions: { FunctionArn: string }[] }>('lambda', 'list_functions');
  const { QueueUrls } = await aws<{ QueueUrls: string[] }>('sqs', 'list_queues');
  return {
    table: Table.CreationDateTime,
    api: Items.map(({ ApiId }) => ApiId).join(),
    mappings: mappings.map(({ UUID }) => UUID),
    functions: Functions.map(({ FunctionArn }) => FunctionArn).sort(),
    queues: QueueUrls.toSorted(),
  };
}

const place = { moto: inject('moto'), gate: inject('gate'), folder: inject('folder') };
let before: Identities;

beforeAll(async () => {
  await aws('dynamodb', 'put_item', KEPT_ORDER);
  before = await identities();
  await deploy(place, { ...PARAMS, apiBurst: 2000, settlementConcurrency: 4 });
});

it('makes nothing anew', async () => {
  expect(await identities()).toEqual(before);
});

it('keeps what is in the table', async () => {
  expect(await aws('dynamodb', 'get_item', { TableName: STACK, Key: KEPT })).toEqual({ Item: KEPT_ORDER.Item });
});

describe('changes in place', () => {
  it('how many settlements run at once', async () => {
    expect(await mappingsBySource()).toMatchObject([{ ScalingConfig: { MaximumConcurrency: 4 } }, {}]);
  });

  it('how much the API lets in', async () => {
    expect(await aws('apigatewayv2', 'get_stages', { ApiId: before.api })).toMatchObject({
      Items: [{ DefaultRouteSettings: { ThrottlingRateLimit: 500, ThrottlingBurstLimit: 2000 } }],
    });
  });

  it('the code of every function, from the new package', async () => {
    const template = await deployedTemplate();
    const keys = Object.values(template.Resources).flatMap(({ Type, Properties }) =>
      Type === 'AWS::Lambda::Function' ? [(Properties['Code'] as { S3Key: string }).S3Key] : [],
    );
    // Each deploy has a folder of its own in the deployment bucket.
    expect(new Set(keys.map((key) => key.split('/').at(-2)))).toHaveProperty('size', 1);
  });
});

describe('rolled back to the first deploy', () => {
  beforeAll(async () => {
    const listed = await serverless(place, ['deploy', 'list']);
    const [first = ''] = [...listed.matchAll(/Timestamp: (\d+)/g)].map(([, timestamp = '']) => timestamp).sort();
    await serverless(place, ['rollback', '--timestamp', first]);
  });

  it('has its settings again', async () => {
    expect(await mappingsBySource()).toMatchObject([{ ScalingConfig: { MaximumConcurrency: 10 } }, {}]);
    expect(await aws('apigatewayv2', 'get_stages', { ApiId: before.api })).toMatchObject({
      Items: [{ DefaultRouteSettings: { ThrottlingBurstLimit: 1000 } }],
    });
  });

  it('made nothing anew, and keeps what is in the table', async () => {
    expect(await identities()).toEqual(before);
    expect(await aws('dynamodb', 'get_item', { TableName: STACK, Key: KEPT })).toEqual({ Item: KEPT_ORDER.Item });
  });
});

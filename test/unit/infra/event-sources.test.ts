// What queues, buckets and schedules run, read from the functions' definitions.
import { describe, expect, it } from 'vitest';
import { eventSources } from '../../../infra/local/event-sources.ts';
import { deadLetterNameOf, queuesOf, tablesOf } from '../../../infra/local/resources.ts';
import type { Service } from '../../../infra/local/serverless.ts';
import type { LocalStack } from '../../../infra/local/template.ts';

const stack: LocalStack = {
  region: 'us-east-1',
  account: '000000000000',
  name: 'flyball-local',
  sqs: 'http://127.0.0.1:4566',
  resources: {
    Queue: {
      Type: 'AWS::SQS::Queue',
      Properties: {
        QueueName: 'work',
        VisibilityTimeout: 60,
        Tags: [],
        RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['Dead', 'Arn'] }, maxReceiveCount: 100 },
      },
    },
    Dead: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'dead' } },
    Table: {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        TableName: 'rules',
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      },
    },
  },
};

const QUEUE_ARN = 'arn:aws:sqs:us-east-1:000000000000:work';

function sourcesOf(event: Record<string, unknown>, more: { maximumRetryAttempts?: number } = {}) {
  const service: Service = {
    service: 'flyball',
    provider: { region: 'us-east-1', stage: 'local', s3: { uploads: { name: 'flyball-local-uploads' } } },
    custom: {},
    functions: { f: { name: 'flyball-local-f', handler: 'f.handler', events: [event], ...more } },
  };
  return eventSources(service, stack);
}

describe('a queue', () => {
  it('runs a function with the batch size and the report it asks for', () => {
    const sqs = {
      arn: { 'Fn::GetAtt': ['Queue', 'Arn'] },
      batchSize: 5,
      functionResponseType: 'ReportBatchItemFailures',
    };
    expect(sourcesOf({ sqs }).queues).toEqual([
      { functionName: 'flyball-local-f', queueArn: QUEUE_ARN, batchSize: 5, reportsFailures: true },
    ]);
  });

  it('has ten messages a batch and no report unless asked', () => {
    expect(sourcesOf({ sqs: { 'Fn::GetAtt': ['Queue', 'Arn'] } }).queues).toEqual([
      { functionName: 'flyball-local-f', queueArn: QUEUE_ARN, batchSize: 10, reportsFailures: false },
    ]);
  });

  it('runs nothing when it is switched off', () => {
    expect(sourcesOf({ sqs: { arn: QUEUE_ARN, enabled: false } }).queues).toEqual([]);
  });

  it('must be named', () => {
    expect(() => sourcesOf({ sqs: { batchSize: 1 } })).toThrow(
      "events of function f: an sqs event needs the queue's arn",
    );
  });
});

describe('a bucket', () => {
  it('is known by its name under provider.s3, with its filter', () => {
    const s3 = { bucket: 'uploads', event: 's3:ObjectCreated:*', rules: [{ prefix: 'in/' }, { suffix: '.png' }] };
    expect(sourcesOf({ s3 }, { maximumRetryAttempts: 1 }).buckets).toEqual([
      {
        functionName: 'flyball-local-f',
        bucket: 'flyball-local-uploads',
        event: 's3:ObjectCreated:*',
        prefix: 'in/',
        suffix: '.png',
        retries: 1,
      },
    ]);
  });
});

describe('a schedule', () => {
  it.each([
    ['as text', 'rate(1 minute)', ['rate(1 minute)']],
    ['as an object', { rate: 'cron(0 2 * * ? *)' }, ['cron(0 2 * * ? *)']],
    ['as a list', { rate: ['rate(1 hour)', 'rate(2 hours)'] }, ['rate(1 hour)', 'rate(2 hours)']],
    ['switched off', { rate: 'rate(1 hour)', enabled: false }, []],
  ])('%s', (_, schedule, expressions) => {
    expect(sourcesOf({ schedule }).schedules.map(({ expression }) => expression)).toEqual(expressions);
  });
});

describe('the queues of the template', () => {
  const queues = queuesOf(stack);

  it('come with dead-letter queues first, their attributes as SQS takes them', () => {
    expect(queues).toEqual([
      { name: 'dead', attributes: {} },
      {
        name: 'work',
        attributes: {
          VisibilityTimeout: '60',
          RedrivePolicy: '{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:dead","maxReceiveCount":100}',
        },
      },
    ]);
  });

  it('tell their dead-letter queue', () => {
    expect(queues.map(deadLetterNameOf)).toEqual([undefined, 'dead']);
  });
});

describe('the tables of the template', () => {
  it('come with what an emulator understands of them', () => {
    expect(tablesOf(stack)).toEqual([
      {
        TableName: 'rules',
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
        BillingMode: 'PAY_PER_REQUEST',
      },
    ]);
  });
});

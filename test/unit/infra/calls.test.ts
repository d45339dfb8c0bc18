// What IAM would be asked about a request to an emulator.
import { describe, expect, it } from 'vitest';
import { type Asked, callsOf } from '../../../infra/local/calls.ts';

const place = { region: 'us-east-1', account: '000000000000' };
const TABLE = 'arn:aws:dynamodb:us-east-1:000000000000:table/t';
const authorization =
  'AWS4-HMAC-SHA256 Credential=orders/20261121/us-east-1/any/aws4_request, SignedHeaders=host, Signature=0';

const asked = (rest: Partial<Asked>, headers: Asked['headers'] = {}): Asked => ({
  method: 'POST',
  url: '/',
  ...rest,
  headers: { authorization, ...headers },
});
const dynamodb = (operation: string, body: object) =>
  callsOf(asked({ body }, { 'x-amz-target': `DynamoDB_20120810.${operation}` }), place);
const sqs = (operation: string, body: object) =>
  callsOf(asked({ body }, { 'x-amz-target': `AmazonSQS.${operation}` }), place);

describe('a call to a table', () => {
  it.each([
    ['GetItem', { TableName: 't', Key: { pk: { S: 'a' }, sk: { S: 'b' } } }],
    ['DeleteItem', { TableName: 't', Key: { pk: { S: 'a' }, sk: { S: 'b' } } }],
    ['PutItem', { TableName: 't', Item: { pk: { S: 'a' }, sk: { S: 'b' }, x: { N: '1' } } }],
    [
      'Query',
      {
        TableName: 't',
        KeyConditionExpression: '#pk = :pk AND begins_with(#sk, :prefix)',
        ExpressionAttributeValues: { ':prefix': { S: 'b' }, ':pk': { S: 'a' } },
      },
    ],
  ])('%s names its key', (operation, body) => {
    expect(dynamodb(operation, body)).toEqual([
      { caller: 'orders', action: `dynamodb:${operation}`, resource: TABLE, leadingKeys: ['a'] },
    ]);
  });

  it('names the attributes it changes, when it is an update', () => {
    const body = {
      TableName: 't',
      Key: { pk: { S: 'a' }, sk: { S: 'b' } },
      UpdateExpression: 'SET #0 = :0',
      ConditionExpression: '#1 < :1 AND attribute_exists(#2)',
      ExpressionAttributeNames: { '#0': 'x', '#1': 'y', '#2': 'pk' },
    };
    const attributes = ['pk', 'sk', 'x', 'y'];
    expect(dynamodb('UpdateItem', body)).toEqual([
      { caller: 'orders', action: 'dynamodb:UpdateItem', resource: TABLE, leadingKeys: ['a'], attributes },
    ]);
  });

  it('is to the index when it names one', () => {
    const body = {
      TableName: 't',
      IndexName: 'due',
      KeyConditionExpression: '#due = :due AND #dueAt <= :upTo',
      ExpressionAttributeValues: { ':due': { S: 'runs' }, ':upTo': { N: '7' } },
    };
    expect(dynamodb('Query', body)).toEqual([
      { caller: 'orders', action: 'dynamodb:Query', resource: `${TABLE}/index/due`, leadingKeys: ['runs'] },
    ]);
  });

  it('is one to each table of a batch, with every key once', () => {
    const put = (pk: string) => ({ PutRequest: { Item: { pk: { S: pk }, sk: { S: 'x' } } } });
    const RequestItems = {
      t: [put('a'), put('b'), put('a'), { DeleteRequest: { Key: { pk: { S: 'c' } } } }],
      u: [put('d')],
    };
    expect(dynamodb('BatchWriteItem', { RequestItems })).toEqual([
      { caller: 'orders', action: 'dynamodb:BatchWriteItem', resource: TABLE, leadingKeys: ['a', 'b', 'c'] },
      {
        caller: 'orders',
        action: 'dynamodb:BatchWriteItem',
        resource: TABLE.replace(/t$/, 'u'),
        leadingKeys: ['d'],
      },
    ]);
    const Keys = [{ pk: { S: 'a' } }, { pk: { S: 'b' } }];
    expect(dynamodb('BatchGetItem', { RequestItems: { t: { Keys } } })).toMatchObject([{ leadingKeys: ['a', 'b'] }]);
  });

  it('names no key where there is none', () => {
    expect(dynamodb('Scan', { TableName: 't' })).toEqual([
      { caller: 'orders', action: 'dynamodb:Scan', resource: TABLE },
    ]);
  });
});

describe('a call to a queue', () => {
  const resource = 'arn:aws:sqs:us-east-1:000000000000:work';
  it.each([
    ['SendMessage', { QueueUrl: 'http://127.0.0.1:4566/000000000000/work' }, 'sqs:SendMessage'],
    ['SendMessageBatch', { QueueUrl: 'http://127.0.0.1:4566/000000000000/work' }, 'sqs:SendMessage'],
    ['ChangeMessageVisibilityBatch', { QueueUrl: 'http://h/0/work' }, 'sqs:ChangeMessageVisibility'],
    ['GetQueueUrl', { QueueName: 'work' }, 'sqs:GetQueueUrl'],
  ])('%s', (operation, body, action) => {
    expect(sqs(operation, body)).toEqual([{ caller: 'orders', action, resource }]);
  });
});

describe('a call to a bucket', () => {
  it.each([
    ['GET', '/b/uploads/a%20b/%C3%A9t%C3%A9.png?x-id=GetObject', 's3:GetObject', 'arn:aws:s3:::b/uploads/a b/été.png'],
    ['PUT', '/b/thumbnails/x.png?x-id=PutObject', 's3:PutObject', 'arn:aws:s3:::b/thumbnails/x.png'],
    ['HEAD', '/b/x', 's3:GetObject', 'arn:aws:s3:::b/x'],
    ['DELETE', '/b/x', 's3:DeleteObject', 'arn:aws:s3:::b/x'],
    ['GET', '/b?list-type=2', 's3:ListBucket', 'arn:aws:s3:::b'],
  ])('%s %s', (method, url, action, resource) => {
    expect(callsOf(asked({ method, url }), place)).toEqual([{ caller: 'orders', action, resource }]);
  });
});

describe('an invocation', () => {
  const arn = 'arn:aws:lambda:us-east-1:000000000000:function:payments';
  it.each([
    ['/2015-03-31/functions/payments/invocations', arn],
    ['/2015-03-31/functions/payments/invocations?Qualifier=live', `${arn}:live`],
    [`/2015-03-31/functions/${encodeURIComponent(`${arn}:live`)}/invocations`, `${arn}:live`],
  ])('%s', (url, resource) => {
    expect(callsOf(asked({ url }), place)).toEqual([{ caller: 'orders', action: 'lambda:InvokeFunction', resource }]);
  });
});

describe('a question about functions', () => {
  it.each([
    ['/2015-03-31/functions/?Marker=50', 'lambda:ListFunctions', '*'],
    ['/2016-08-19/account-settings', 'lambda:GetAccountSettings', '*'],
    [
      '/2019-09-30/functions/payments/concurrency',
      'lambda:GetFunctionConcurrency',
      'arn:aws:lambda:us-east-1:000000000000:function:payments',
    ],
  ])('%s', (url, action, resource) => {
    expect(callsOf(asked({ method: 'GET', url }), place)).toEqual([{ caller: 'orders', action, resource }]);
  });
});

it('a request that nobody signed is nobody’s call', () => {
  expect(callsOf({ method: 'GET', url: '/', headers: {} }, place)).toEqual([]);
  expect(callsOf({ method: 'GET', url: '/', headers: { authorization: 'Bearer key' } }, place)).toEqual([]);
});

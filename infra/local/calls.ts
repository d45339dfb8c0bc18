// What IAM would be asked about a request to one of the emulators: who calls, which action, on which resource and keys. Pure.
import { isObject } from './template.ts';

export interface Call {
  /** The id of the access key that signed it: in a recorded world, each function has one of its own. */
  readonly caller: string;
  /** E.g. `dynamodb:GetItem`. */
  readonly action: string;
  /** An ARN. */
  readonly resource: string;
  /** Partition keys of the items that are touched. */
  readonly leadingKeys?: readonly string[];
  /** Of an update: the attributes it touches, by which a statement may say what of an item may be changed. */
  readonly attributes?: readonly string[];
}

/** What the request says of itself. */
export interface Asked {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** As it was parsed from JSON; undefined for requests whose body does not matter. */
  readonly body?: unknown;
}

export interface Place {
  readonly region: string;
  readonly account: string;
}

/** The name of the partition key in all tables of the stack. */
const PARTITION_KEY = 'pk';

/** The call's IAM requests: one for each table of a batch. Nothing for a request that is not signed. */
export function callsOf(asked: Asked, place: Place): Call[] {
  const caller = callerOf(asked);
  if (caller === undefined) return [];
  const [, target = ''] = /^(?:DynamoDB_\d+|AmazonSQS)\.(\w+)$/.exec(textOf(asked.headers['x-amz-target'])) ?? [];
  const body = isObject(asked.body) ? asked.body : {};
  const requests =
    target === ''
      ? invocationOrObject(asked, place)
      : textOf(asked.headers['x-amz-target']).startsWith('AmazonSQS')
        ? queueRequest(target, body, place)
        : tableRequests(target, body, place);
  return requests.map((request) => ({ caller, ...request }));
}

type Requested = Omit<Call, 'caller'>;

function callerOf({ headers }: Asked): string | undefined {
  return /Credential=([^/,\s]+)\//.exec(textOf(headers['authorization']))?.[1];
}

function tableRequests(operation: string, body: Readonly<Record<string, unknown>>, place: Place): Requested[] {
  const action = `dynamodb:${operation}`;
  const arn = (table: string) => `arn:aws:dynamodb:${place.region}:${place.account}:table/${table}`;
  const { TableName, IndexName, RequestItems } = body;
  if (isObject(RequestItems)) {
    return Object.entries(RequestItems).map(([table, entries]) => ({
      action,
      resource: arn(table),
      leadingKeys: batchKeys(entries),
    }));
  }
  const table = arn(textOf(TableName));
  const resource = typeof IndexName === 'string' ? `${table}/index/${IndexName}` : table;
  const found = keyOf(body['Key']) ?? keyOf(body['Item']) ?? queriedKey(body);
  const attributes = operation === 'UpdateItem' ? attributesOf(body) : undefined;
  return [
    { action, resource, ...(found === undefined ? {} : { leadingKeys: [found] }), ...(attributes && { attributes }) },
  ];
}

/** Our adapters name every attribute by a placeholder, and only what they use. */
function attributesOf({ Key, ExpressionAttributeNames }: Readonly<Record<string, unknown>>): string[] {
  const named = isObject(ExpressionAttributeNames) ? Object.values(ExpressionAttributeNames).map(textOf) : [];
  return [...new Set([...(isObject(Key) ? Object.keys(Key) : []), ...named])];
}

function batchKeys(entries: unknown): string[] {
  const list: unknown[] = Array.isArray(entries)
    ? entries
    : isObject(entries) && Array.isArray(entries['Keys'])
      ? entries['Keys']
      : [];
  const found = list.flatMap((entry) => {
    const { PutRequest, DeleteRequest } = isObject(entry) ? entry : {};
    const item = isObject(PutRequest) ? PutRequest['Item'] : isObject(DeleteRequest) ? DeleteRequest['Key'] : entry;
    return keyOf(item) ?? [];
  });
  return [...new Set(found)];
}

function keyOf(item: unknown): string | undefined {
  return isObject(item) ? valueOf(item[PARTITION_KEY]) : undefined;
}

/** The first equality of a query's key condition is that of its partition key. */
function queriedKey(body: Readonly<Record<string, unknown>>): string | undefined {
  const [, placeholder = ''] = /=\s*(:\w+)/.exec(textOf(body['KeyConditionExpression'])) ?? [];
  const values = body['ExpressionAttributeValues'];
  return isObject(values) ? valueOf(values[placeholder]) : undefined;
}

function valueOf(attribute: unknown): string | undefined {
  if (!isObject(attribute)) return undefined;
  const value = attribute['S'] ?? attribute['N'];
  return typeof value === 'string' ? value : undefined;
}

/** A batch needs the permission of its single action. */
function queueRequest(operation: string, body: Readonly<Record<string, unknown>>, place: Place): Requested[] {
  const url = textOf(body['QueueUrl']);
  const name = url === '' ? textOf(body['QueueName']) : (url.split('/').pop() ?? '');
  return [
    {
      action: `sqs:${operation.replace(/Batch$/, '')}`,
      resource: `arn:aws:sqs:${place.region}:${place.account}:${name}`,
    },
  ];
}

const OBJECT_ACTIONS: Readonly<Record<string, string>> = {
  GET: 'GetObject',
  HEAD: 'GetObject',
  PUT: 'PutObject',
  POST: 'PutObject',
  DELETE: 'DeleteObject',
};

/** What is asked about one function names it; the rest is about all there are. */
const FUNCTION_QUESTIONS: readonly (readonly [shape: RegExp, action: string])[] = [
  [/^\/\d{4}-\d\d-\d\d\/functions\/?$/, 'lambda:ListFunctions'],
  [/^\/\d{4}-\d\d-\d\d\/account-settings\/?$/, 'lambda:GetAccountSettings'],
  [/^\/\d{4}-\d\d-\d\d\/functions\/([^/]+)\/concurrency$/, 'lambda:GetFunctionConcurrency'],
];

function invocationOrObject({ method, url }: Asked, { region, account }: Place): Requested[] {
  const { pathname, searchParams } = new URL(url, 'http://emulator');
  const path = decodeURIComponent(pathname);
  const [, named] = /^\/[\d-]+\/functions\/([^/]+)\/invocations$/.exec(path) ?? [];
  if (named !== undefined) {
    const qualifier = searchParams.get('Qualifier');
    const name = `${named.replace(/^arn:aws:lambda:[^:]*:[^:]*:function:/, '')}${qualifier === null ? '' : `:${qualifier}`}`;
    return [{ action: 'lambda:InvokeFunction', resource: `arn:aws:lambda:${region}:${account}:function:${name}` }];
  }
  const question = FUNCTION_QUESTIONS.find(([shape]) => shape.test(path));
  if (question) {
    const [shape, action] = question;
    const about = shape.exec(path)?.[1];
    return [{ action, resource: about === undefined ? '*' : `arn:aws:lambda:${region}:${account}:function:${about}` }];
  }
  const [, bucket = '', key = ''] = /^\/([^/]*)\/?([^]*)$/.exec(path) ?? [];
  const action = key === '' ? 'ListBucket' : (OBJECT_ACTIONS[method] ?? method);
  return [{ action: `s3:${action}`, resource: `arn:aws:s3:::${bucket}${key === '' ? '' : `/${key}`}` }];
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

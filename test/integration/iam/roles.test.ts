// What each function of the packaged stack may do, and what it may not, judged as IAM does.
import { beforeAll, describe, expect, it } from 'vitest';
import { CONTROL_PLANE } from '../../../functions/api/function-names.ts';
import { isObject, resolve } from '../../../infra/local/template.ts';
import { ALERT_ROUTING } from '../../../store/items/alert-routing.ts';
import { keys } from '../../../store/keys.ts';
import { isAllowed, type PolicyDocument, statementsOf } from '../../iam/evaluate.ts';
import { packageStack, type Template } from '../../iam/package.ts';
import {
  ACCOUNT,
  type DeployedFunction,
  functionsOf,
  idsOf,
  REGION,
  type Role,
  rolesOf,
  stackOf,
} from '../../iam/roles.ts';
import { DYNAMODB_ACTIONS } from '../../iam/dynamodb-actions.ts';
import { dataPlane } from '../../iam/data-plane.ts';
import { KINDS, LETTERS, neighboursOf, STATE } from '../../iam/items.ts';

const TABLE = `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/flyball-prod`;
const EXAMPLES = `${TABLE}-examples`;
const BOUNDARY = `arn:aws:iam::${ACCOUNT}:policy/what-roles-may-do-at-most`;

let template: Template;
let functions: Map<string, DeployedFunction>;
let roles: Role[];
beforeAll(async () => {
  template = await packageStack('prod', '.', [
    `permissionsBoundary=${BOUNDARY}`,
    'startableFunctions=flyball-prod-settlement,reports-*',
  ]);
  functions = new Map(functionsOf(template).map((each) => [each.name.replace('flyball-prod-', ''), each]));
  roles = rolesOf(template);
});

/** Each function and the service it is governed as. */
const SERVICES = {
  'config-center': 'config-center',
  'concurrency-actuator': 'config-center',
  'gray-judge': 'config-center',
  'batch-monitor': 'batch-monitor',
  'batch-monitor-tick': 'batch-monitor',
  alerting: 'alerting',
  'alerting-tick': 'alerting',
  telemetry: 'telemetry',
  'telemetry-merge': 'telemetry',
  console: 'console',
  orders: 'orders',
  payments: 'payments',
  thumbnails: 'thumbnails',
  settlement: 'settlement',
  'nightly-settlement': 'settlement',
  // It stands before a function in another language, which itself has no business with flyball.
  authorizer: 'hello-python',
  'hello-python': undefined,
} as const;
const GOVERNED = Object.values(SERVICES).filter((service) => service !== undefined);
type FunctionName = keyof typeof SERVICES;
const NAMES = Object.keys(SERVICES) as FunctionName[];

const policiesOf = (name: FunctionName): readonly PolicyDocument[] => {
  const found = functions.get(name);
  if (!found) throw new Error(`The stack has no function ${name}.`);
  return found.role.policies;
};
const may = (name: FunctionName, action: string, resource: string, ...leadingKeys: string[]) =>
  isAllowed(policiesOf(name), {
    action,
    resource,
    context: {
      ...(leadingKeys.length > 0 ? { 'dynamodb:LeadingKeys': leadingKeys } : {}),
      'aws:SecureTransport': 'true',
    },
  });

describe('every function', () => {
  it('is in the tables of this test', () => {
    expect([...functions.keys()].sort()).toEqual([...NAMES].sort());
  });

  it('has a role of its own, which no other resource of the stack uses', () => {
    const used = [...functions.values()].map(({ role }) => role.id);
    expect(new Set(used).size).toBe(used.length);
    expect(used.sort()).toEqual(roles.map(({ id }) => id).sort());
  });

  it('has a role that names its stage, its function and its Region', () => {
    for (const [name, { role }] of functions) {
      expect(role).toMatchObject({ name: `flyball-prod-${name}-${REGION}`, path: '/flyball/prod/' });
      // IAM takes no longer name; the stage is the only part that others choose.
      expect(role.name.length - 'prod'.length + 16).toBeLessThanOrEqual(64);
    }
  });

  it('is assumed by Lambda alone', () => {
    for (const { trust } of roles) {
      expect(statementsOf(trust)).toEqual([
        { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
      ]);
    }
  });

  it('is bounded by the policy that the parameter names', () => {
    expect(template.Parameters?.['PermissionsBoundary']?.Default).toBe(BOUNDARY);
    for (const { boundary } of roles) {
      expect(boundary).toEqual({
        'Fn::If': ['HasPermissionsBoundary', { Ref: 'PermissionsBoundary' }, { Ref: 'AWS::NoValue' }],
      });
    }
  });

  it.each(NAMES)('%s writes its own log group and no other', (name) => {
    const group = (owner: string) => `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:/aws/lambda/flyball-prod-${owner}`;
    for (const owner of NAMES) {
      expect(may(name, 'logs:PutLogEvents', `${group(owner)}:log-stream:2026/11/21/[1]abc`)).toBe(owner === name);
    }
    for (const action of ['logs:CreateLogGroup', 'logs:DeleteLogGroup', 'logs:PutRetentionPolicy']) {
      expect(may(name, action, `${group(name)}:*`)).toBe(false);
    }
  });
});

describe('no policy of the stack', () => {
  it('names all actions or all resources, but where AWS knows no resource: traces, and lists of an account', () => {
    const wide = roles.flatMap(({ id, policies }) =>
      policies.flatMap(statementsOf).flatMap(({ Sid, Action, NotAction, Resource, NotResource }) => {
        const all = [Action, Resource].flat().filter((value) => value === undefined || /^\*$|:\*$/.test(value));
        const logs = Sid === 'Logs' && all.length === 1;
        const versions = Sid === 'Payments' && all.length === 1;
        const started =
          (Sid === 'StartedFunctions' || Sid === 'ControlPlane') && all.every((arn) => arn?.endsWith(':*'));
        const traces =
          Sid === 'Traces' && JSON.stringify(Action) === '["xray:PutTraceSegments","xray:PutTelemetryRecords"]';
        const lists =
          Sid === 'Functions' && JSON.stringify(Action) === '["lambda:ListFunctions","lambda:GetAccountSettings"]';
        const negative = NotAction !== undefined || NotResource !== undefined;
        return (all.length > 0 && !logs && !versions && !started && !traces && !lists) || negative
          ? [`${id} ${Sid}`]
          : [];
      }),
    );
    expect(wide).toEqual([]);
  });

  it('limits what touches items without asking for their keys: an empty set satisfies ForAllValues', () => {
    for (const { policies } of roles) {
      for (const { Condition } of policies.flatMap(statementsOf)) {
        if (Condition?.['ForAllValues:StringLike'] === undefined) continue;
        const attributes = Condition['ForAllValues:StringEquals'] ? { 'dynamodb:Attributes': 'false' } : {};
        expect(Condition['Null']).toEqual({ 'dynamodb:LeadingKeys': 'false', ...attributes });
      }
    }
  });
});

/** Beside what a data plane needs of its own service. */
const MORE: Readonly<Record<FunctionName, Readonly<Record<string, string>>>> = {
  'config-center': {
    ...{ key: 'GPU', 'key-list': 'PQ', rules: 'GPUQ', copy: 'GPUQ', services: 'GPUQ', audit: 'PQ', pause: 'GP' },
    ...{
      job: 'GP',
      jobs: 'PDQ',
      'job-name': 'PD',
      'job-waiters': 'PD',
      'alert-mark': 'U',
      breaker: 'GU',
      'breaker-log': 'PQ',
      permits: 'G',
      bucket: 'G',
      telemetry: 'Q',
      series: 'Q',
      sides: 'Q',
      merge: 'G',
    },
    ...{ usage: 'Q', 'usage-keys': 'Q', 'usage-signals': 'Q', 'usage-signal-counts': 'Q' },
  },
  'concurrency-actuator': { rules: 'G', copy: 'G', services: 'Q', permits: 'G', audit: 'P' },
  'gray-judge': {
    ...{ rules: 'G', copy: 'G', services: 'U', audit: 'P', telemetry: 'Q', sides: 'Q', merge: 'G' },
    ...{ job: 'GP', jobs: 'PDQ', 'job-name': 'PD', 'job-waiters': 'PD', 'alert-mark': 'U' },
  },
  'batch-monitor': {
    ...{ key: 'G', job: 'GP', jobs: 'Q', 'job-name': 'Q', 'job-waiters': 'Q', run: 'PUQ', running: 'U' },
    ...{ check: 'GPDQ', checks: 'PDQ', 'check-slug': 'PDQ', 'check-claim': 'GPD' },
    ...{ 'check-alias': 'GPD', 'check-badges': 'GP', 'alert-mark': 'U', alert: 'G' },
    ...{ services: 'G', audit: 'P' },
  },
  'batch-monitor-tick': { job: 'GP', run: 'GPUQ', running: 'U', check: 'GP', 'alert-mark': 'U' },
  alerting: {
    ...{ key: 'G', alert: 'GP', alerts: 'Q', 'alert-silences': 'GPUQ', 'alert-tick': 'G', audit: 'P' },
    ...{ rules: 'GQ', copy: 'GQ', merge: 'G', series: 'Q', 'series-hours': 'Q', sides: 'Q', reporting: 'Q' },
  },
  'alerting-tick': {
    ...{ alert: 'GP', alerts: 'P', 'alert-silences': 'UQ', 'alert-tick': 'P', 'alert-mark': 'GU' },
    ...{ rules: 'GQ', copy: 'GQ', services: 'GQ', breaker: 'G', 'breaker-log': 'Q' },
    ...{ job: 'G', 'job-waiters': 'Q', check: 'GQ', 'check-alias': 'G', run: 'Q', merge: 'G' },
    ...{ series: 'Q', 'series-hours': 'Q', sides: 'Q', reporting: 'Q' },
    ...{ 'usage-signals': 'Q', 'usage-signal-counts': 'Q' },
  },
  telemetry: {
    ...{ key: 'G', rules: 'G', copy: 'G', services: 'GQ' },
    ...{ series: 'Q', 'series-hours': 'Q', sides: 'Q', reporting: 'GQ', merge: 'G' },
  },
  'telemetry-merge': {
    ...{ rules: 'G', copy: 'G', services: 'Q', telemetry: 'Q' },
    ...{ series: 'PQ', 'series-hours': 'PQ', sides: 'PQ', reporting: 'PUQ', merge: 'U', audit: 'P' },
  },
  ...{ orders: {}, payments: {}, thumbnails: {}, settlement: {}, 'nightly-settlement': {} },
  ...{ authorizer: {}, console: {}, 'hello-python': {} },
};

describe("flyball's table", () => {
  it.each(NAMES)('%s: each action on each kind of item, of its own and of every other service', (name) => {
    const own = SERVICES[name];
    const wrong: string[] = [];
    for (const service of neighboursOf(own ?? 'hello-python', GOVERNED)) {
      for (const [kind, keyOf] of Object.entries(KINDS)) {
        const letters = [
          MORE[name][kind] ?? '',
          service === own && (kind === 'rules' || kind === 'copy') ? 'G' : '',
          service === own && STATE.includes(kind) ? 'GPU' : '',
          own !== undefined && kind === 'running' ? 'G' : '',
        ].join('');
        const expected = Object.entries(LETTERS).flatMap(([letter, action]) =>
          letters.includes(letter) ? [action] : [],
        );
        for (const action of DYNAMODB_ACTIONS) {
          const allowed = may(name, `dynamodb:${action}`, TABLE, keyOf(service));
          const meant = (expected as string[]).includes(action);
          if (allowed !== meant) wrong.push(`${action} ${keyOf(service)}: ${allowed ? 'allowed' : 'denied'}`);
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  it('alerting alone writes the routing of alerts beside the config center, and no rules', () => {
    const writes = (name: FunctionName, service: string) =>
      [keys.rulesHead(service), keys.rulesCopy(service, 7, 3)].every(({ pk }) =>
        ['dynamodb:PutItem', 'dynamodb:UpdateItem'].every((action) => may(name, action, TABLE, pk)),
      );
    expect(NAMES.filter((name) => writes(name, ALERT_ROUTING))).toEqual(['config-center', 'alerting']);
    expect(NAMES.filter((name) => writes(name, 'orders'))).toEqual(['config-center']);
  });

  it('the merge alone may stop faults on the heads of rules, and change nothing else of them', () => {
    const changes = (name: FunctionName, ...attributes: string[]) =>
      isAllowed(policiesOf(name), {
        action: 'dynamodb:UpdateItem',
        resource: TABLE,
        context: {
          'dynamodb:LeadingKeys': [keys.rulesHead('orders').pk],
          'dynamodb:Attributes': ['pk', 'sk', ...attributes],
        },
      });
    expect(changes('telemetry-merge', 'faultsStopped', 'faultsAt', 'v')).toBe(true);
    for (const other of ['revision', 'seq', 'paused', 'needs']) expect(changes('telemetry-merge', other)).toBe(false);
    expect(NAMES.filter((name) => changes(name, 'faultsStopped'))).toEqual(['config-center', 'telemetry-merge']);
  });

  it('the judge may say on the heads of rules who is given what, and change nothing else of them', () => {
    const changes = (...attributes: string[]) =>
      isAllowed(policiesOf('gray-judge'), {
        action: 'dynamodb:UpdateItem',
        resource: TABLE,
        context: {
          'dynamodb:LeadingKeys': [keys.rulesHead('orders').pk],
          'dynamodb:Attributes': ['pk', 'sk', ...attributes],
        },
      });
    expect(changes('seq', 'revision', 'publishedAt', 'changedAt', 'ended', 'needs', 'gray')).toBe(true);
    for (const other of ['paused', 'faultsStopped', 'last', 'fence', 'document', 'source']) {
      expect(changes('seq', other), other).toBe(false);
    }
  });

  it.each(NAMES)('%s can do nothing that names no key: no scan, no deletion, no export, no settings', (name) => {
    const without = DYNAMODB_ACTIONS.filter((action) => may(name, `dynamodb:${action}`, TABLE));
    expect(without).toEqual([]);
  });

  const ASK_THE_INDEX = [
    ...['alerting', 'alerting-tick', 'batch-monitor', 'batch-monitor-tick', 'telemetry-merge', 'gray-judge'],
  ];

  it('the ticks, the merge and who lists open alerts or jobs ask the index of what is due, and nobody another one', () => {
    for (const name of NAMES) {
      const allowed = DYNAMODB_ACTIONS.filter((action) =>
        may(name, `dynamodb:${action}`, `${TABLE}/index/due`, 'runs'),
      );
      expect(allowed).toEqual(ASK_THE_INDEX.includes(name) ? ['Query'] : []);
      expect(may(name, 'dynamodb:Query', `${TABLE}/index/other`, 'runs')).toBe(false);
      expect(may(name, 'dynamodb:GetRecords', `${TABLE}/stream/2026`)).toBe(false);
    }
    // Who lists jobs asks for runs alone.
    expect(may('batch-monitor', 'dynamodb:Query', `${TABLE}/index/due`, 'jobs')).toBe(false);
  });

  it('orders smuggles nothing past by naming several keys at once', () => {
    const [own, others] = [keys.breaker('orders', 'payments').pk, keys.breaker('payments', 'bank').pk];
    expect(may('orders', 'dynamodb:UpdateItem', TABLE, own, own)).toBe(true);
    expect(may('orders', 'dynamodb:UpdateItem', TABLE, own, others)).toBe(false);
    expect(may('orders', 'dynamodb:UpdateItem', TABLE, own, keys.rulesHead('orders').pk)).toBe(false);
  });

  it('a table of the same name in another stage, Region or account is none of its business', () => {
    const key = keys.breaker('orders', 'payments').pk;
    for (const other of [
      `${TABLE}2`,
      TABLE.replace('prod', 'dev'),
      TABLE.replace(REGION, 'us-east-1'),
      TABLE.replace(ACCOUNT, '444455556666'),
    ]) {
      expect(may('orders', 'dynamodb:GetItem', other, key)).toBe(false);
    }
  });

  it('every service has the same statements for its data plane', () => {
    for (const name of NAMES) {
      const statements = policiesOf(name).flatMap(statementsOf);
      const own = statements.filter(({ Sid }) => ['OwnRules', 'OwnState', 'RunningJobs'].includes(Sid ?? ''));
      const service = SERVICES[name];
      expect(own).toEqual(service === undefined ? [] : dataPlane(service, TABLE));
    }
  });
});

describe("the examples' own table", () => {
  const ITEMS: Readonly<Partial<Record<FunctionName, Readonly<Record<string, readonly string[]>>>>> = {
    orders: { 'order#1': ['BatchWriteItem', 'GetItem'], open: ['BatchWriteItem'] },
    payments: { payments: ['GetItem', 'PutItem', 'UpdateItem'] },
    settlement: { 'order#1': ['GetItem', 'UpdateItem'], open: ['DeleteItem'] },
    'nightly-settlement': { 'order#1': ['GetItem', 'UpdateItem'], open: ['DeleteItem', 'Query'] },
  };
  it.each(NAMES)('%s touches what its example keeps there', (name) => {
    for (const key of ['order#1', 'open', 'payments', 'orders', 'ctl#rules#orders']) {
      const allowed = DYNAMODB_ACTIONS.filter((action) => may(name, `dynamodb:${action}`, EXAMPLES, key));
      expect(allowed).toEqual(ITEMS[name]?.[key] ?? []);
    }
    expect(DYNAMODB_ACTIONS.filter((action) => may(name, `dynamodb:${action}`, EXAMPLES))).toEqual([]);
  });
});

describe('functions, queues and objects', () => {
  it('orders invokes payments, its versions and aliases; the batch monitor what a parameter names; nobody anything else', () => {
    const arn = (name: string) => `arn:aws:lambda:${REGION}:${ACCOUNT}:function:flyball-prod-${name}`;
    for (const name of NAMES) {
      for (const target of [...NAMES, 'payments-2', 'paymentsx', '*']) {
        const meant =
          (name === 'orders' && target === 'payments') || (name === 'batch-monitor' && target === 'settlement');
        expect(may(name, 'lambda:InvokeFunction', arn(target))).toBe(meant);
        expect(may(name, 'lambda:InvokeFunction', `${arn(target)}:live`)).toBe(meant);
        expect(may(name, 'lambda:UpdateFunctionCode', arn(target))).toBe(false);
        expect(may(name, 'lambda:GetFunction', arn(target))).toBe(false);
      }
    }
  });

  it('the batch monitor starts by patterns of names, and never the control plane, whatever they fit', () => {
    const invokes = (target: string, name: FunctionName = 'batch-monitor') =>
      may(name, 'lambda:InvokeFunction', `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${target}`);
    expect(invokes('reports-daily')).toBe(true);
    expect(invokes('reports-daily:live')).toBe(true);
    expect(invokes('my-reports-daily')).toBe(false);
    expect(invokes('reports-daily', 'batch-monitor-tick')).toBe(false);
    const action = 'lambda:InvokeFunction';
    const arn = (name: string) => `arn:aws:lambda:${REGION}:${ACCOUNT}:function:flyball-prod-${name}`;
    const named = { Statement: { Effect: 'Allow', Action: action, Resource: arn('*') } } as const;
    const policies = [...policiesOf('batch-monitor'), named];
    for (const version of ['', ':live']) {
      const reached = NAMES.filter((name) => isAllowed(policies, { action, resource: arn(name) + version }));
      expect(reached).toEqual(NAMES.filter((name) => !CONTROL_PLANE.some((part) => part === name)));
    }
  });

  it('telemetry asks which functions there are and how many of each may run; nobody else does', () => {
    const arn = (name: string) => `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${name}`;
    for (const name of NAMES) {
      const meant = name === 'telemetry';
      expect(may(name, 'lambda:ListFunctions', '*')).toBe(meant);
      expect(may(name, 'lambda:GetAccountSettings', '*')).toBe(meant);
      expect(may(name, 'lambda:GetFunctionConcurrency', arn('flyball-prod-orders'))).toBe(meant);
      expect(may(name, 'lambda:GetFunctionConcurrency', arn('flyball-dev-orders'))).toBe(false);
      expect(may(name, 'lambda:PutFunctionConcurrency', arn('flyball-prod-orders'))).toBe(false);
    }
  });

  it('the concurrency actuator never touches a function of the control plane, whatever its parameters name', () => {
    const arn = (name: string) => `arn:aws:lambda:${REGION}:${ACCOUNT}:function:flyball-prod-${name}`;
    const wide = ['lambda:GetFunctionConcurrency', 'lambda:PutFunctionConcurrency'];
    const named = { Statement: { Effect: 'Allow', Action: wide, Resource: arn('*') } } as const;
    const policies = [...policiesOf('concurrency-actuator'), named];
    for (const action of wide) {
      const reached = NAMES.filter((name) => isAllowed(policies, { action, resource: arn(name) }));
      expect(reached).toEqual(NAMES.filter((name) => !CONTROL_PLANE.some((part) => part === name)));
    }
  });

  it('no event source mapping leads to the control plane: those that a parameter names are of others', () => {
    const targets = idsOf(template, 'AWS::Lambda::EventSourceMapping').map((id) =>
      JSON.stringify(template.Resources[id]?.Properties?.['FunctionName']),
    );
    const arns = ['Settlement', 'Thumbnails'].map((name) => `{"Fn::GetAtt":["${name}LambdaFunction","Arn"]}`);
    expect(targets.sort()).toEqual(arns);
  });

  it('queues are for those who send to them and who take from them; telemetry looks how deep they are', () => {
    const arnOf = (name: string) => `arn:aws:sqs:${REGION}:${ACCOUNT}:flyball-prod-${name}`;
    const [queue, dead, parking] = [arnOf('settlement'), arnOf('settlement-dlq'), arnOf('parking')];
    const [waiting, waitedInVain] = [arnOf('thumbnails-parking'), arnOf('thumbnails-parking-dlq')];
    const actions = [
      'SendMessage',
      'ReceiveMessage',
      'DeleteMessage',
      'ChangeMessageVisibility',
      'GetQueueAttributes',
      'GetQueueUrl',
      'PurgeQueue',
      'DeleteQueue',
      'SetQueueAttributes',
    ];
    const allowed = (name: FunctionName, arn: string) => actions.filter((action) => may(name, `sqs:${action}`, arn));
    for (const name of NAMES) {
      const taking = [
        'ReceiveMessage',
        'DeleteMessage',
        'ChangeMessageVisibility',
        'GetQueueAttributes',
        'GetQueueUrl',
      ];
      const looks = name === 'telemetry' ? ['GetQueueAttributes', 'GetQueueUrl'] : [];
      expect(allowed(name, queue)).toEqual(
        name === 'orders' ? ['SendMessage'] : name === 'settlement' ? taking : looks,
      );
      const parks = name === 'thumbnails' || name === 'nightly-settlement';
      expect(allowed(name, parking)).toEqual(parks ? ['SendMessage'] : looks);
      expect(allowed(name, dead)).toEqual(name === 'settlement' ? ['SendMessage', 'GetQueueUrl'] : looks);
      expect(allowed(name, waiting)).toEqual(name === 'thumbnails' ? ['SendMessage', ...taking] : looks);
      expect(allowed(name, waitedInVain)).toEqual(name === 'thumbnails' ? ['SendMessage', 'GetQueueUrl'] : looks);
      expect(allowed(name, queue.replace('prod', 'dev'))).toEqual([]);
    }
  });

  it('thumbnails reads under uploads/ and writes under thumbnails/, and nobody else sees the bucket', () => {
    const [bucket = ''] = idsOf(template, 'AWS::S3::Bucket').flatMap((id) => {
      const name = resolve(template.Resources[id]?.Properties?.['BucketName'] ?? '', stackOf(template), id);
      return typeof name === 'string' && name.startsWith('flyball-prod-uploads') ? [`arn:aws:s3:::${name}`] : [];
    });
    const object = (key: string) => `${bucket}/${key}`;
    for (const name of NAMES) {
      const meant = name === 'thumbnails';
      expect(may(name, 's3:GetObject', object('uploads/a/b.png'))).toBe(meant);
      expect(may(name, 's3:PutObject', object('thumbnails/a/b.png'))).toBe(meant);
      expect(may(name, 's3:ListBucket', bucket)).toBe(meant);
      expect(may(name, 's3:PutObject', object('uploads/a.png'))).toBe(false);
      expect(may(name, 's3:GetObject', object('thumbnails/a.png'))).toBe(false);
      for (const action of ['DeleteObject', 'PutObjectAcl', 'GetObjectVersion']) {
        expect(may(name, `s3:${action}`, object('thumbnails/a.png'))).toBe(false);
      }
    }
  });

  it('nobody touches IAM, keys, parameters or stacks', () => {
    for (const name of NAMES) {
      for (const action of [
        'iam:PassRole',
        'sts:AssumeRole',
        'kms:Decrypt',
        'ssm:GetParameter',
        'secretsmanager:GetSecretValue',
        'cloudformation:UpdateStack',
        'events:PutRule',
      ]) {
        expect(may(name, action, '*')).toBe(false);
      }
    }
  });
});

describe('what others may do with a resource of the stack', () => {
  it('is allowed to services of AWS by name, and to everyone only denied', () => {
    const open = ['AWS::SQS::QueuePolicy', 'AWS::S3::BucketPolicy', 'AWS::SNS::TopicPolicy'].flatMap((type) =>
      idsOf(template, type).flatMap((id) => {
        const document = template.Resources[id]?.Properties?.['PolicyDocument'] as PolicyDocument;
        return statementsOf(document).flatMap(({ Effect, Principal }) =>
          Effect === 'Deny' || (isObject(Principal) && Object.keys(Principal).join() === 'Service') ? [] : [id],
        );
      }),
    );
    expect(open).toEqual([]);
  });

  it('is to invoke a function, for the service that its events come from', () => {
    const allowed = idsOf(template, 'AWS::Lambda::Permission').map((id) => template.Resources[id]?.Properties);
    for (const permission of allowed) {
      expect(permission).toMatchObject({
        Action: 'lambda:InvokeFunction',
        Principal: expect.stringMatching(/^(apigateway|events|s3)\.amazonaws\.com$/) as string,
      });
      // Whoever else has a bucket or an API cannot make use of it.
      expect(permission?.['SourceArn'] ?? permission?.['SourceAccount']).toBeDefined();
    }
  });
});

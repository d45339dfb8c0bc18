// The alarms, the dashboard and who is told, as the deploy made them.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { REGION } from '../../infra/deploy/moto.ts';
import { aws } from './aws.ts';
import { STACK } from './cli.ts';
import { PARAMS } from './world.ts';

interface Metric {
  readonly Namespace: string;
  readonly Dimensions: readonly { readonly Name: string; readonly Value: string }[];
}

interface Alarm extends Partial<Metric> {
  readonly AlarmName: string;
  readonly AlarmArn: string;
  readonly AlarmDescription: string;
  readonly AlarmActions: readonly string[];
  readonly OKActions: readonly string[];
  readonly Metrics?: readonly { readonly MetricStat?: { readonly Metric: Metric } }[];
}

const { MetricAlarms } = await aws<{ MetricAlarms: Alarm[] }>('cloudwatch', 'describe_alarms');
const { Topics } = await aws<{ Topics: { TopicArn: string }[] }>('sns', 'list_topics');
const [{ TopicArn } = { TopicArn: '' }] = Topics;
const page = readFileSync('docs/deploy.md', 'utf8');

it('watch everything that flyball is made of', () => {
  const parts = [
    'alerting',
    'alerting-tick',
    'batch-monitor',
    'batch-monitor-tick',
    'concurrency-actuator',
    'config-center',
    'console',
    'gray-judge',
    'telemetry',
    'telemetry-merge',
  ];
  const perFunction = parts.flatMap((part) => [`${part}-errors`, `${part}-slow`, `${part}-throttles`]);
  // Each 401 is one of its errors.
  const authorizer = ['authorizer-slow', 'authorizer-throttles'];
  const others = [
    'api-5xx',
    'dead-letters',
    'parked',
    'settlement-age',
    'parking-age',
    'undelivered',
    'tick-missing',
    'alerts-missing',
    'merge-missing',
    'actuator-missing',
  ];
  const table = ['table-system-errors', 'table-throttled', 'table-user-errors'];
  expect(MetricAlarms.map(({ AlarmName }) => AlarmName.slice(STACK.length + 1)).sort()).toEqual(
    [...perFunction, ...authorizer, ...others, ...table].sort(),
  );
});

describe.each(MetricAlarms)('$AlarmName', (alarm) => {
  it('tells the topic when it begins and when it is over', () => {
    expect(alarm).toMatchObject({ AlarmActions: [TopicArn], OKActions: [TopicArn], ActionsEnabled: true });
  });

  it('says what to do, and docs/deploy.md says more', () => {
    expect(alarm.AlarmDescription).toMatch(/\. .+ docs\/deploy\.md#alarms$/);
    const id = alarm.AlarmName.slice(STACK.length + 1).replace(/^.+-(errors|slow|throttles)$/, (whole, kind: string) =>
      whole.startsWith('table') ? whole : `<function>-${kind}`,
    );
    expect(page).toContain(`| \`${id}\` |`);
  });

  it('watches what is there', async () => {
    const metrics = alarm.Metrics?.flatMap(({ MetricStat }) => (MetricStat ? [MetricStat.Metric] : [])) ?? [];
    const dimensions = [alarm, ...metrics].flatMap(({ Dimensions = [] }) => Dimensions);
    for (const { Name, Value } of dimensions) await expect(exists(Name, Value)).resolves.toBe(Value);
  });
});

/** What AWS calls the thing that a dimension names. Throws AwsError when there is none. */
async function exists(dimension: string, value: string): Promise<string> {
  switch (dimension) {
    case 'FunctionName': {
      const asked = { FunctionName: value };
      return (await aws<{ FunctionName: string }>('lambda', 'get_function_configuration', asked)).FunctionName;
    }
    case 'TableName': {
      const { Table } = await aws<{ Table: { TableName: string } }>('dynamodb', 'describe_table', { TableName: value });
      return Table.TableName;
    }
    case 'QueueName': {
      const { QueueUrl } = await aws<{ QueueUrl: string }>('sqs', 'get_queue_url', { QueueName: value });
      return QueueUrl.split('/').pop() ?? '';
    }
    case 'ApiId':
      return (await aws<{ ApiId: string }>('apigatewayv2', 'get_api', { ApiId: value })).ApiId;
    case 'GlobalSecondaryIndexName':
    case 'Operation':
      // Of the table, which another dimension names.
      return value;
    default:
      throw new Error(`No alarm of ours goes by ${dimension}.`);
  }
}

it.each([
  ['tick-missing', 5],
  ['alerts-missing', 5],
  ['merge-missing', 10],
  ['actuator-missing', 10],
])('%s rings when nothing at all is said for %i minutes', (id, minutes) => {
  expect(MetricAlarms).toContainEqual(
    expect.objectContaining({
      AlarmName: `${STACK}-${id}`,
      MetricName: 'Invocations',
      Threshold: 1,
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'breaching',
      Period: 60,
      EvaluationPeriods: minutes,
    }),
  );
});

it('the dashboard shows the state of each alarm and the numbers it goes by', async () => {
  const { DashboardBody } = await aws<{ DashboardBody: string }>('cloudwatch', 'get_dashboard', {
    DashboardName: `${STACK}-${REGION}`,
  });
  const { widgets } = JSON.parse(DashboardBody) as { widgets: { properties: { title: string; alarms?: string[] } }[] };
  expect(widgets[0]?.properties.alarms?.toSorted()).toEqual(MetricAlarms.map(({ AlarmArn }) => AlarmArn).sort());
  expect(widgets).toHaveLength(1 + MetricAlarms.length);
  expect(DashboardBody).not.toContain('${');
});

describe('the topic', () => {
  it('is encrypted with a key of its own, which turns and which CloudWatch may use', async () => {
    const { Attributes } = await aws<{ Attributes: Record<string, string> }>('sns', 'get_topic_attributes', {
      TopicArn,
    });
    const KeyId = Attributes['KmsMasterKeyId'];
    expect(await aws('kms', 'get_key_rotation_status', { KeyId })).toMatchObject({ KeyRotationEnabled: true });
    const { Policy } = await aws<{ Policy: unknown }>('kms', 'get_key_policy', { KeyId, PolicyName: 'default' });
    expect(Policy).toMatchObject({
      Statement: expect.arrayContaining([
        expect.objectContaining({
          Principal: { Service: 'cloudwatch.amazonaws.com' },
          Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
        }),
      ]) as unknown,
    });
  });

  it('takes from the alarms of this account alone, over TLS', async () => {
    const { Attributes } = await aws<{ Attributes: { Policy: string } }>('sns', 'get_topic_attributes', { TopicArn });
    expect(JSON.parse(Attributes.Policy)).toMatchObject({
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service: 'cloudwatch.amazonaws.com' },
          Condition: { StringEquals: { 'aws:SourceAccount': '123456789012' } },
        },
        { Effect: 'Deny', Principal: '*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
      ],
    });
  });

  it('writes to the address of the parameter', async () => {
    const { Subscriptions } = await aws<{ Subscriptions: unknown[] }>('sns', 'list_subscriptions_by_topic', {
      TopicArn,
    });
    expect(Subscriptions).toMatchObject([{ Protocol: 'email', Endpoint: PARAMS.alarmEmail }]);
  });
});

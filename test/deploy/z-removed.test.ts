// `serverless remove`: what runs is gone, what people put there stays, and all of it happened on this machine.
import { beforeAll, expect, inject, it } from 'vitest';
import type { GateReport } from '../../infra/deploy/gate.ts';
import { aws } from './aws.ts';
import { serverless, STACK } from './cli.ts';

const BUCKET = 'flyball-test-uploads-123456789012-eu-central-1';

beforeAll(async () => {
  await aws('s3', 'put_object', { Bucket: BUCKET, Key: 'uploads/kept.png', Body: 'a picture' });
  const place = { moto: inject('moto'), gate: inject('gate'), folder: inject('folder') };
  await serverless(place, ['remove']);
});

it.each([
  { what: 'functions', service: 'lambda', operation: 'list_functions', field: 'Functions' },
  { what: 'event sources', service: 'lambda', operation: 'list_event_source_mappings', field: 'EventSourceMappings' },
  { what: 'schedules', service: 'events', operation: 'list_rules', field: 'Rules' },
  { what: 'APIs', service: 'apigatewayv2', operation: 'get_apis', field: 'Items' },
  { what: 'roles', service: 'iam', operation: 'list_roles', field: 'Roles' },
  { what: 'alarms', service: 'cloudwatch', operation: 'describe_alarms', field: 'MetricAlarms' },
  { what: 'dashboards', service: 'cloudwatch', operation: 'list_dashboards', field: 'DashboardEntries' },
  { what: 'topics', service: 'sns', operation: 'list_topics', field: 'Topics' },
  { what: 'parameters', service: 'ssm', operation: 'describe_parameters', field: 'Parameters' },
  { what: 'logs', service: 'logs', operation: 'describe_log_groups', field: 'logGroups' },
])('leaves no $what', async ({ service, operation, field }) => {
  expect((await aws<Record<string, unknown>>(service, operation))[field]).toEqual([]);
});

it('keeps the table, with what is in it', async () => {
  expect(await aws('dynamodb', 'list_tables')).toMatchObject({ TableNames: [STACK] });
  const { Count } = await aws<{ Count: number }>('dynamodb', 'scan', { TableName: STACK });
  expect(Count).toBeGreaterThan(0);
});

it('keeps the bucket, with what is in it', async () => {
  expect(await aws('s3', 'list_objects_v2', { Bucket: BUCKET })).toMatchObject({
    Contents: [{ Key: 'uploads/kept.png' }],
  });
});

it('keeps the queues that hold what somebody has still to look at', async () => {
  const { QueueUrls } = await aws<{ QueueUrls: string[] }>('sqs', 'list_queues');
  expect(QueueUrls.map((url) => url.split('/').pop()).sort()).toEqual([
    `${STACK}-parking`,
    `${STACK}-settlement-dlq`,
    `${STACK}-thumbnails-parking`,
    `${STACK}-thumbnails-parking-dlq`,
  ]);
});

it('nothing wanted to leave this machine, and everything went by the way that would have shown it', async () => {
  const report = (await (await fetch(inject('gate'))).json()) as GateReport;
  expect(report.refused).toEqual([]);
  expect(report.passed).toBeGreaterThan(0);
});

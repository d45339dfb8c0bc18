// What is watched, and how it becomes alarms and a dashboard.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { dashboardResource } from '../../../../infra/alarms/dashboard.ts';
import { type Signal, signals } from '../../../../infra/alarms/signals.ts';
import { alarmResources } from '../../../../infra/alarms/template.ts';

const watched = signals({
  stage: 'prod',
  timeoutsS: {
    ...{ 'config-center': 10, 'batch-monitor': 10, 'batch-monitor-tick': 55 },
    ...{ alerting: 10, 'alerting-tick': 55 },
    ...{ telemetry: 20, 'telemetry-merge': 55, 'concurrency-actuator': 50, 'gray-judge': 50, authorizer: 5 },
    console: 10,
  },
});
const alarms = alarmResources(watched, 'prod') as Record<string, { Properties: Record<string, unknown> }>;

it('each signal has a name of its own', () => {
  expect(new Set(watched.map(({ id }) => id)).size).toBe(watched.length);
});

it('docs/deploy.md reckons with as many alarms, and numbers they go by, as there are', () => {
  const numbers = watched.reduce((sum, { metrics }) => sum + metrics.length, 0);
  expect(readFileSync('docs/deploy.md', 'utf8')).toContain(
    `${String(numbers)} metrics watched by ${String(watched.length)} alarms`,
  );
});

it.each([
  ['config-center-slow', 9000],
  ['batch-monitor-tick-slow', 49_500],
  ['authorizer-slow', 4500],
])('%s begins a tenth before the timeout, at %i ms', (id, threshold) => {
  expect(watched.find((signal) => signal.id === id)?.threshold).toBe(threshold);
});

describe.each(watched.map((signal) => [signal.id, signal] as const))('%s', (_, signal: Signal) => {
  it('says what is wrong and what to do, within the 1024 characters AWS takes', () => {
    expect(signal.says).toMatch(/^[A-Za-z].+\. [A-Z].+\.$/);
    expect(signal.says.length).toBeLessThan(900);
  });

  it('has an expression of at most ten numbers, and of these alone', () => {
    const named = [...(signal.expression ?? 'm1').matchAll(/\bm(\d+)\b/g)].map(([, n]) => Number(n));
    expect(signal.metrics.length).toBeLessThanOrEqual(10);
    expect(new Set(named)).toEqual(new Set(signal.metrics.map((__, i) => i + 1)));
  });

  it('is decided within what CloudWatch keeps in sight', () => {
    expect(signal.breaches.atLeast).toBeLessThanOrEqual(signal.breaches.of);
    expect(signal.periodS % 60).toBe(0);
    expect(signal.periodS * signal.breaches.of).toBeLessThanOrEqual(86_400);
  });
});

it('an alarm by one number has it itself, one by several has an expression over them', () => {
  expect(alarms['AlarmParked']?.Properties).toMatchObject({
    Namespace: 'AWS/SQS',
    MetricName: 'ApproximateNumberOfMessagesVisible',
    Dimensions: [{ Name: 'QueueName', Value: 'flyball-prod-parking' }],
    Statistic: 'Maximum',
    Period: 300,
  });
  expect(alarms['AlarmUndelivered']?.Properties).toMatchObject({
    Metrics: [
      { Id: 'watched', Expression: 'FILL(m1, 0) + FILL(m2, 0)', ReturnData: true },
      { Id: 'm1', ReturnData: false },
      { Id: 'm2', ReturnData: false },
    ],
  });
});

it('the errors of the authorizer are no alarm, since each 401 is one', () => {
  const ofAuthorizer = watched.map(({ id }) => id).filter((id) => id.startsWith('authorizer-'));
  expect(ofAuthorizer).toEqual(['authorizer-throttles', 'authorizer-slow']);
});

it('throttled reads and writes are watched of the table and of its index alike', () => {
  const throttled = watched.find(({ id }) => id === 'table-throttled');
  const index = { TableName: 'flyball-prod', GlobalSecondaryIndexName: 'due' };
  expect(throttled?.metrics.map(({ name, dimensions }) => ({ name, dimensions }))).toEqual(
    [{ TableName: 'flyball-prod' }, index].flatMap((dimensions) => [
      { name: 'ReadThrottleEvents', dimensions },
      { name: 'WriteThrottleEvents', dimensions },
    ]),
  );
});

it('the dashboard names its Region, since an account has one list of them', () => {
  expect(dashboardResource(watched, 'prod')).toMatchObject({
    Properties: { DashboardName: { 'Fn::Sub': 'flyball-prod-${AWS::Region}' } },
  });
});

it('what CloudFormation has to fill in is left to it, in alarms and on the dashboard', () => {
  expect(JSON.stringify(alarms['AlarmApi5xx'])).toContain('{"Fn::Sub":"${HttpApi}"}');
  const dashboard = dashboardResource(watched, 'prod') as { Properties: { DashboardBody: { 'Fn::Sub': string } } };
  const holes = dashboard.Properties.DashboardBody['Fn::Sub'].match(/\$\{[^}]+\}/g) ?? [];
  expect(new Set(holes)).toEqual(new Set(['${AWS::Partition}', '${AWS::Region}', '${AWS::AccountId}', '${HttpApi}']));
});

it('the dashboard has no two graphs in one place', () => {
  const dashboard = dashboardResource(watched, 'prod') as { Properties: { DashboardBody: { 'Fn::Sub': string } } };
  const { widgets } = JSON.parse(dashboard.Properties.DashboardBody['Fn::Sub']) as {
    widgets: { x: number; y: number }[];
  };
  expect(new Set(widgets.map(({ x, y }) => `${String(x)},${String(y)}`)).size).toBe(watched.length + 1);
});

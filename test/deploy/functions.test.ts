// The functions as the deploy made them: how they run, as whom, and what runs them.
import { describe, expect, it } from 'vitest';
import { REGION } from '../../infra/deploy/moto.ts';
import { aws } from './aws.ts';
import { STACK, STAGE } from './cli.ts';

interface Function {
  readonly FunctionName: string;
  readonly FunctionArn: string;
  readonly Runtime: string;
  readonly Role: string;
  readonly Timeout: number;
  readonly MemorySize: number;
  readonly Environment?: { readonly Variables: Readonly<Record<string, string>> };
}

interface Rule {
  readonly Name: string;
  readonly ScheduleExpression: string;
  readonly State: string;
}

const { Functions } = await aws<{ Functions: Function[] }>('lambda', 'list_functions');
const { Roles } = await aws<{ Roles: { Arn: string; AssumeRolePolicyDocument: unknown }[] }>('iam', 'list_roles');
const governed = Functions.filter(({ Runtime }) => Runtime.startsWith('nodejs'));

it('are the control plane and the examples', () => {
  expect(Functions.map(({ FunctionName }) => FunctionName.slice(STACK.length + 1)).sort()).toEqual([
    'alerting',
    'alerting-tick',
    'authorizer',
    'batch-monitor',
    'batch-monitor-tick',
    'concurrency-actuator',
    'config-center',
    'console',
    'gray-judge',
    'hello-python',
    'nightly-settlement',
    'orders',
    'payments',
    'settlement',
    'telemetry',
    'telemetry-merge',
    'thumbnails',
  ]);
});

describe.each(Functions)('$FunctionName', (deployed) => {
  it('has a role of its own, which Lambda alone may take', async () => {
    const role = Roles.find(({ Arn }) => Arn === deployed.Role);
    expect(role?.AssumeRolePolicyDocument).toMatchObject({
      Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    });
    expect(Functions.filter(({ Role }) => Role === deployed.Role)).toHaveLength(1);
  });

  it('is given neither too little nor too much time and memory', () => {
    expect(deployed.MemorySize).toBeGreaterThanOrEqual(128);
    expect(deployed.MemorySize).toBeLessThanOrEqual(2048);
    expect(deployed.Timeout).toBeGreaterThanOrEqual(1);
    expect(deployed.Timeout).toBeLessThanOrEqual(300);
  });

  it('has a log that is not kept for ever', async () => {
    const { logGroups } = await aws<{ logGroups: unknown[] }>('logs', 'describe_log_groups', {
      logGroupNamePrefix: `/aws/lambda/${deployed.FunctionName}`,
    });
    expect(logGroups).toContainEqual(
      expect.objectContaining({ logGroupName: `/aws/lambda/${deployed.FunctionName}`, retentionInDays: 30 }),
    );
  });
});

it.each(governed)('$FunctionName runs on Node 24 and knows its stage, table and cell', ({ Runtime, Environment }) => {
  expect(Runtime).toBe('nodejs24.x');
  expect(Environment?.Variables).toMatchObject({
    FLYBALL_STAGE: STAGE,
    FLYBALL_TABLE: STACK,
    FLYBALL_CELL: `123456789012:${REGION}:${STAGE}`,
    FLYBALL_FUNCTION_PREFIX: `${STACK}-`,
  });
});

it.each(['alerting', 'config-center', 'batch-monitor', 'console', 'telemetry'])(
  '%s has the concurrency that was asked for',
  async (part) => {
    const asked = { FunctionName: `${STACK}-${part}` };
    expect(await aws('lambda', 'get_function_concurrency', asked)).toEqual({ ReservedConcurrentExecutions: 5 });
  },
);

describe('schedules', async () => {
  const { Rules } = await aws<{ Rules: Rule[] }>('events', 'list_rules');

  it.each([
    { part: 'alerting-tick', when: 'rate(1 minute)' },
    { part: 'batch-monitor-tick', when: 'rate(1 minute)' },
    { part: 'concurrency-actuator', when: 'rate(1 minute)' },
    { part: 'gray-judge', when: 'rate(1 minute)' },
    { part: 'telemetry-merge', when: 'rate(1 minute)' },
    { part: 'nightly-settlement', when: 'cron(0 2 * * ? *)' },
  ])('run $part by $when, which its permission allows', async ({ part, when }) => {
    const rules = Rules.filter(({ ScheduleExpression }) => ScheduleExpression === when);
    const targets = rules.map(async ({ Name, State }) => {
      const { Targets } = await aws<{ Targets: { Arn: string }[] }>('events', 'list_targets_by_rule', { Rule: Name });
      return { State, arns: Targets.map(({ Arn }) => Arn) };
    });
    const own: unknown = [expect.stringMatching(`:${STACK}-${part}$`)];
    expect(await Promise.all(targets)).toContainEqual({ State: 'ENABLED', arns: own });
    const { Policy } = await aws<{ Policy: string }>('lambda', 'get_policy', { FunctionName: `${STACK}-${part}` });
    expect(JSON.parse(Policy)).toMatchObject({ Statement: [{ Principal: { Service: 'events.amazonaws.com' } }] });
  });
});

describe('what nobody waits for', () => {
  it.each([
    { part: 'thumbnails', retries: 2 },
    { part: 'nightly-settlement', retries: 1 },
  ])('$part is tried $retries times again and then parked', async ({ part, retries }) => {
    const asked = { FunctionName: `${STACK}-${part}` };
    expect(await aws('lambda', 'get_function_event_invoke_config', asked)).toMatchObject({
      MaximumRetryAttempts: retries,
      DestinationConfig: { OnFailure: { Destination: expect.stringMatching(`:${STACK}-parking$`) as unknown } },
    });
  });

  it.each(['alerting-tick', 'batch-monitor-tick', 'concurrency-actuator', 'gray-judge', 'telemetry-merge'])(
    '%s is not tried again: the next is a minute away',
    async (part) => {
      const asked = { FunctionName: `${STACK}-${part}` };
      expect(await aws('lambda', 'get_function_event_invoke_config', asked)).toMatchObject({ MaximumRetryAttempts: 0 });
    },
  );
});

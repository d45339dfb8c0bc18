// What of flyball itself is watched on AWS: the one list that the alarms, the dashboard and docs/deploy.md follow.
import type { CONTROL_PLANE } from '../../functions/api/function-names.ts';

export interface Metric {
  readonly namespace: string;
  readonly name: string;
  /** A value may hold `${LogicalId}`, which CloudFormation replaces. */
  readonly dimensions: Readonly<Record<string, string>>;
  readonly stat: 'Sum' | 'Maximum';
  readonly label: string;
}

/** A number, and from where on it asks for somebody. */
export interface Signal {
  /** Last part of the alarm's name, and its row in docs/deploy.md. */
  readonly id: string;
  readonly group: 'control plane' | 'table' | 'queues' | 'api';
  readonly metrics: readonly [Metric, ...Metric[]];
  /** Over several metrics, which it names m1, m2, … in their order. */
  readonly expression?: string;
  readonly comparison: 'GreaterThanOrEqualToThreshold' | 'LessThanThreshold';
  readonly threshold: number;
  readonly periodS: number;
  /** So many of the last so many periods. */
  readonly breaches: { readonly atLeast: number; readonly of: number };
  readonly whenMissing: 'breaching' | 'notBreaching';
  /** What is wrong, and the first thing to do. */
  readonly says: string;
}

/** The control plane's functions by the last part of their names, and what stands still without each. */
const STANDS_STILL = {
  'config-center': 'nothing can be published, rolled back or forced open; functions go on under the rules they have',
  'concurrency-actuator':
    'limits of Lambda stay where they are; a function may have more or less concurrency than its rules say',
  'gray-judge': 'what part of a fleet is given first is neither promoted nor taken back by itself; operators still can',
  'batch-monitor': 'jobs cannot report, and whoever watches them is told nothing',
  'batch-monitor-tick': 'missed, overrunning and lost jobs go unnoticed',
  alerting: 'nobody can acknowledge or silence alerts, or change who is told; those that there are go on being sent',
  'alerting-tick': 'nobody is told of anything: jobs, breakers and objectives go wrong in silence',
  telemetry: 'there are no numbers to read; nothing is lost, the minutes stay in the table',
  'telemetry-merge': 'series, SLOs and CloudWatch metrics stand still; what instances put waits for 23 hours',
  authorizer: 'API Gateway answers 500 on every route behind it',
  console: 'nobody sees flyball in a browser; its HTTP API and the command line go on',
} as const satisfies Record<(typeof CONTROL_PLANE)[number], string>;

export type Part = keyof typeof STANDS_STILL;

/**
 * Lambda counts each 401 of the authorizer as an error, since throwing `Unauthorized` is how an authorizer says one: its
 * errors tell how many callers came without a token. What it really fails at API Gateway answers with 500: `api-5xx`.
 */
const ERRORS_ARE_ANSWERS: ReadonlySet<Part> = new Set<Part>(['authorizer']);

export function isPart(name: string): name is Part {
  return Object.hasOwn(STANDS_STILL, name);
}

export interface Watched {
  readonly stage: string;
  /** Of each control plane function, s. */
  readonly timeoutsS: Readonly<Record<Part, number>>;
}

const FIVE_MINUTES = 300;
/** One bad window may be a deploy or a blip of AWS; two of the last three are something to look at. */
const PERSISTENT = { atLeast: 2, of: 3 };
const AT_ONCE = { atLeast: 1, of: 1 };
const ABOVE = { comparison: 'GreaterThanOrEqualToThreshold', whenMissing: 'notBreaching' } as const;

export function signals({ stage, timeoutsS }: Watched): Signal[] {
  const name = (part: string) => `flyball-${stage}-${part}`;
  return [
    ...Object.keys(timeoutsS)
      .filter(isPart)
      .flatMap((part) => functionSignals(part, name(part), timeoutsS[part])),
    {
      id: 'tick-missing',
      group: 'control plane',
      metrics: [lambda(name('batch-monitor-tick'), 'Invocations', 'Sum', 'tick runs')],
      comparison: 'LessThanThreshold',
      threshold: 1,
      periodS: 60,
      breaches: { atLeast: 5, of: 5 },
      whenMissing: 'breaching',
      says: 'The tick has not run for five minutes: missed, overrunning and lost jobs go unnoticed. See that its EventBridge rule is enabled and its function is neither throttled nor gone.',
    },
    {
      id: 'alerts-missing',
      group: 'control plane',
      metrics: [lambda(name('alerting-tick'), 'Invocations', 'Sum', 'alert tick runs')],
      comparison: 'LessThanThreshold',
      threshold: 1,
      periodS: 60,
      breaches: { atLeast: 5, of: 5 },
      whenMissing: 'breaching',
      says: 'Nobody has looked after alerts for five minutes: whatever goes wrong, no channel is told. Look at the console, or at GET /v1/jobs and the breakers, yourself. See that its EventBridge rule is enabled and its function is neither throttled nor gone.',
    },
    {
      id: 'merge-missing',
      group: 'control plane',
      metrics: [lambda(name('telemetry-merge'), 'Invocations', 'Sum', 'merge runs')],
      comparison: 'LessThanThreshold',
      threshold: 1,
      periodS: 60,
      breaches: { atLeast: 10, of: 10 },
      whenMissing: 'breaching',
      says: 'The merge has not run for ten minutes: series and SLOs stand still. It catches up with what was missed, but with nothing older than 23 hours. See that its EventBridge rule is enabled and its function is neither throttled nor gone.',
    },
    {
      id: 'actuator-missing',
      group: 'control plane',
      metrics: [lambda(name('concurrency-actuator'), 'Invocations', 'Sum', 'actuator runs')],
      comparison: 'LessThanThreshold',
      threshold: 1,
      periodS: 60,
      breaches: { atLeast: 10, of: 10 },
      whenMissing: 'breaching',
      says: 'The concurrency actuator has not run for ten minutes: limits of Lambda stay where they are, whatever the rules say. Each run begins anew. See that its EventBridge rule is enabled and its function is neither throttled nor gone.',
    },
    ...tableSignals(`flyball-${stage}`),
    ...queueSignals(name),
    {
      ...ABOVE,
      id: 'api-5xx',
      group: 'api',
      metrics: [api('5xx', 'answers 5xx'), api('Count', 'requests')],
      // Of a handful of requests one failure is a large share and says little.
      expression: 'IF(FILL(m2, 0) >= 20, 100 * FILL(m1, 0) / m2, 0)',
      threshold: 5,
      periodS: FIVE_MINUTES,
      breaches: PERSISTENT,
      says: 'At least 5 % of the answers of the HTTP API are 5xx. See the access log for the route and the function behind it for the error.',
    },
  ];
}

function functionSignals(part: Part, functionName: string, timeoutS: number): Signal[] {
  const watch = (metric: string, stat: Metric['stat'], label: string): Omit<Signal, 'id' | 'threshold' | 'says'> => ({
    ...ABOVE,
    group: 'control plane',
    metrics: [lambda(functionName, metric, stat, `${part} ${label}`)],
    periodS: FIVE_MINUTES,
    breaches: PERSISTENT,
  });
  const errors: Signal = {
    ...watch('Errors', 'Sum', 'errors'),
    id: `${part}-errors`,
    threshold: 1,
    says: `${functionName} keeps failing: ${STANDS_STILL[part]}. Read the newest error in its log; if a deploy was just made, roll it back.`,
  };
  return [
    ...(ERRORS_ARE_ANSWERS.has(part) ? [] : [errors]),
    {
      ...watch('Throttles', 'Sum', 'throttles'),
      id: `${part}-throttles`,
      threshold: 1,
      says: `Lambda refuses to run ${functionName}: ${STANDS_STILL[part]}. Compare the account's concurrency with its limit, and this function's reserved concurrency.`,
    },
    {
      ...watch('Duration', 'Maximum', 'longest, ms'),
      id: `${part}-slow`,
      threshold: timeoutS * 900,
      says: `${functionName} comes within a tenth of its timeout of ${String(timeoutS)} s. Look for a slow table in its trace before raising the timeout.`,
    },
  ];
}

/** Those that flyball makes; DynamoDB counts its own errors by table and operation only. */
const OPERATIONS = [
  'GetItem',
  'BatchGetItem',
  'Query',
  'PutItem',
  'UpdateItem',
  'DeleteItem',
  'BatchWriteItem',
] as const;

function tableSignals(table: string): Signal[] {
  const dynamodb = (name: string, dimensions: Record<string, string>, label: string): Metric => ({
    namespace: 'AWS/DynamoDB',
    name,
    dimensions,
    stat: 'Sum',
    label,
  });
  const due = { TableName: table, GlobalSecondaryIndexName: 'due' };
  const [first, ...rest] = OPERATIONS;
  const systemErrors = (operation: string) =>
    dynamodb('SystemErrors', { TableName: table, Operation: operation }, `system errors, ${operation}`);
  return [
    {
      ...ABOVE,
      id: 'table-throttled',
      group: 'table',
      metrics: [
        dynamodb('ReadThrottleEvents', { TableName: table }, 'throttled reads'),
        dynamodb('WriteThrottleEvents', { TableName: table }, 'throttled writes'),
        dynamodb('ReadThrottleEvents', due, 'throttled reads, index'),
        dynamodb('WriteThrottleEvents', due, 'throttled writes, index'),
      ],
      expression: sumOf(4),
      threshold: 10,
      periodS: FIVE_MINUTES,
      breaches: PERSISTENT,
      says: 'DynamoDB throttles the table: limits fall back to what each instance may do alone. Look for one hot key (contributor insights) and shard its rule, or raise the warm throughput of what is throttled, the table or its index.',
    },
    {
      ...ABOVE,
      id: 'table-system-errors',
      group: 'table',
      metrics: [systemErrors(first), ...rest.map(systemErrors)],
      expression: sumOf(OPERATIONS.length),
      threshold: 10,
      periodS: FIVE_MINUTES,
      breaches: PERSISTENT,
      says: 'DynamoDB itself fails. Functions go on under the rules they have; see the AWS health dashboard and publish nothing until it is over.',
    },
    {
      ...ABOVE,
      id: 'table-user-errors',
      group: 'table',
      // DynamoDB counts these for the account and Region, not by table.
      metrics: [dynamodb('UserErrors', {}, 'refused requests of the account')],
      threshold: 100,
      periodS: FIVE_MINUTES,
      breaches: { atLeast: 3, of: 3 },
      says: 'DynamoDB refuses many requests of this account and Region as wrong or forbidden. If a role or a release of flyball was changed last, take that back.',
    },
  ];
}

function queueSignals(name: (part: string) => string): Signal[] {
  const sqs = (queue: string, metric: string, label: string): Metric => ({
    namespace: 'AWS/SQS',
    name: metric,
    dimensions: { QueueName: name(queue) },
    stat: 'Maximum',
    label,
  });
  return [
    {
      ...ABOVE,
      id: 'parked',
      group: 'queues',
      metrics: [sqs('parking', 'ApproximateNumberOfMessagesVisible', 'parked events')],
      threshold: 1,
      periodS: FIVE_MINUTES,
      breaches: AT_ONCE,
      says: 'Lambda gave up on an event of a bucket or a schedule and put it away. Read why in the message (responsePayload), mend that, send requestPayload to the function again, delete the message.',
    },
    {
      ...ABOVE,
      id: 'undelivered',
      group: 'queues',
      metrics: [
        lambda(name('thumbnails'), 'DestinationDeliveryFailures', 'Sum', 'thumbnails, not parked'),
        lambda(name('nightly-settlement'), 'DestinationDeliveryFailures', 'Sum', 'nightly-settlement, not parked'),
      ],
      expression: sumOf(2),
      threshold: 1,
      periodS: FIVE_MINUTES,
      breaches: AT_ONCE,
      says: 'An event was given up on and could not even be parked: it is lost. Let the role of the function send to the parking queue, and replay the event from its source.',
    },
    {
      ...ABOVE,
      id: 'dead-letters',
      group: 'queues',
      metrics: [
        sqs('settlement-dlq', 'ApproximateNumberOfMessagesVisible', 'dead letters'),
        sqs('thumbnails-parking-dlq', 'ApproximateNumberOfMessagesVisible', 'uploads that waited in vain'),
      ],
      expression: sumOf(2),
      threshold: 1,
      periodS: FIVE_MINUTES,
      breaches: AT_ONCE,
      says: 'A settlement message or a parked upload failed as often as its rule allows. Find its error by the message id in the log, mend that, then start a redrive of the dead-letter queue.',
    },
    {
      ...ABOVE,
      id: 'settlement-age',
      group: 'queues',
      metrics: [sqs('settlement', 'ApproximateAgeOfOldestMessage', 'oldest message, s')],
      threshold: 900,
      periodS: FIVE_MINUTES,
      breaches: PERSISTENT,
      says: 'A settlement message has been waiting for a quarter of an hour. See whether a rule defers it (throttle, open breaker) or the function fails or is short of concurrency.',
    },
    {
      ...ABOVE,
      id: 'parking-age',
      group: 'queues',
      metrics: [sqs('thumbnails-parking', 'ApproximateAgeOfOldestMessage', 'oldest parked upload, s')],
      // SQS leaves out of this number what was received more than three times; who waits in line is so from its second hour.
      threshold: 3600,
      periodS: FIVE_MINUTES,
      breaches: PERSISTENT,
      says: 'An upload that a rule refused has been waiting for an hour for its thumbnail. See how many wait (GET /v1/telemetry/saturation), whether the rule admits fewer than come, and whether the queue still feeds the function.',
    },
  ];
}

function lambda(functionName: string, name: string, stat: Metric['stat'], label: string): Metric {
  return { namespace: 'AWS/Lambda', name, dimensions: { FunctionName: functionName }, stat, label };
}

function api(name: string, label: string): Metric {
  return { namespace: 'AWS/ApiGateway', name, dimensions: { ApiId: '${HttpApi}' }, stat: 'Sum', label };
}

/** CloudWatch sends no data for what did not happen, and a sum with a gap in it has no value. */
function sumOf(metrics: number): string {
  return Array.from({ length: metrics }, (_, i) => `FILL(m${String(i + 1)}, 0)`).join(' + ');
}

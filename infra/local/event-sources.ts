// Reads from the functions' definitions what queues, buckets and schedules are to run them.
import type { BucketNotification } from './events/bucket-event.ts';
import type { FunctionDefinition, Service } from './serverless.ts';
import { isObject, type LocalStack, resolve } from './template.ts';

export interface QueueMapping {
  readonly functionName: string;
  readonly queueArn: string;
  readonly batchSize: number;
  readonly reportsFailures: boolean;
}

export interface ScheduleRule {
  readonly name: string;
  readonly functionName: string;
  readonly expression: string;
  /** What the function gets instead of EventBridge's event. */
  readonly input: unknown;
  readonly retries: number;
}

export interface EventSources {
  readonly queues: readonly QueueMapping[];
  readonly buckets: readonly BucketNotification[];
  readonly schedules: readonly ScheduleRule[];
}

/** Lambda's own default for asynchronous invokes. */
export const RETRIES = 2;

/** Throws an Error that names the function whose event cannot be understood. */
export function eventSources({ functions, provider }: Service, stack: LocalStack): EventSources {
  const queues: QueueMapping[] = [];
  const buckets: BucketNotification[] = [];
  const schedules: ScheduleRule[] = [];
  for (const [key, definition] of Object.entries(functions)) {
    const bucketName = (name: string) => provider.s3?.[name]?.name ?? name;
    definition.events.forEach((event, index) => {
      const where = `events of function ${key}`;
      if ('sqs' in event) queues.push(...queueMapping(definition, resolve(event['sqs'], stack, where), where));
      if ('s3' in event) buckets.push(notification(definition, event['s3'], bucketName, where));
      if ('schedule' in event) {
        schedules.push(...scheduleRules(definition, event['schedule'], `${definition.name}-${String(index)}`, where));
      }
    });
  }
  return { queues, buckets, schedules };
}

function queueMapping({ name }: FunctionDefinition, sqs: unknown, where: string): QueueMapping[] {
  const settings = typeof sqs === 'string' ? { arn: sqs } : isObject(sqs) ? sqs : {};
  if (settings['enabled'] === false) return [];
  const { arn, batchSize = 10, functionResponseType } = settings;
  if (typeof arn !== 'string') throw new Error(`${where}: an sqs event needs the queue's arn.`);
  return [
    {
      functionName: name,
      queueArn: arn,
      batchSize: Number(batchSize),
      reportsFailures: functionResponseType === 'ReportBatchItemFailures',
    },
  ];
}

function notification(
  { name, maximumRetryAttempts = RETRIES }: FunctionDefinition,
  s3: unknown,
  bucketName: (name: string) => string,
  where: string,
): BucketNotification {
  const settings = typeof s3 === 'string' ? { bucket: s3 } : isObject(s3) ? s3 : {};
  const { bucket, event = 's3:ObjectCreated:*', rules = [] } = settings;
  if (typeof bucket !== 'string' || typeof event !== 'string') throw new Error(`${where}: an s3 event needs a bucket.`);
  const filter = (kind: string) => {
    for (const rule of Array.isArray(rules) ? (rules as unknown[]) : []) {
      if (isObject(rule) && typeof rule[kind] === 'string') return rule[kind];
    }
    return '';
  };
  return {
    functionName: name,
    bucket: bucketName(bucket),
    event,
    prefix: filter('prefix'),
    suffix: filter('suffix'),
    retries: maximumRetryAttempts,
  };
}

function scheduleRules(
  { name, maximumRetryAttempts = RETRIES }: FunctionDefinition,
  schedule: unknown,
  ruleName: string,
  where: string,
): ScheduleRule[] {
  const settings = isObject(schedule) ? schedule : { rate: schedule };
  if (settings['enabled'] === false) return [];
  const rates: unknown[] = Array.isArray(settings['rate']) ? settings['rate'] : [settings['rate']];
  return rates.map((expression) => {
    if (typeof expression !== 'string') throw new Error(`${where}: a schedule needs rate(…) or cron(…).`);
    const given = settings['name'];
    return {
      name: typeof given === 'string' ? given : ruleName,
      functionName: name,
      expression,
      input: settings['input'],
      retries: maximumRetryAttempts,
    };
  });
}

// What OpenTelemetry's semantic conventions call the things that flyball knows of an invocation or a call. Pure.
import type { Invocation } from '../kernel/invocation.ts';
import type { Outcome } from '../kernel/outcome.ts';
import { recordsOf, type TriggerKind } from '../kernel/trigger.ts';
import type { Span } from './span.ts';

export type Attributes = Record<string, string | number | boolean>;

const FAAS_TRIGGERS: Readonly<Record<TriggerKind, string>> = {
  http: 'http',
  queue: 'pubsub',
  topic: 'pubsub',
  event: 'pubsub',
  stream: 'pubsub',
  bucket: 'datasource',
  schedule: 'timer',
  direct: 'other',
};

const MESSAGING: Readonly<Partial<Record<TriggerKind, string>>> = {
  queue: 'aws_sqs',
  topic: 'aws.sns',
  event: 'aws.eventbridge',
  stream: 'aws.kinesis',
};

/** Whether the invocation takes what somebody has left for it, rather than answers who waits. */
export function isConsumer({ trigger }: Invocation): boolean {
  return trigger.kind in MESSAGING;
}

/** What is known when an invocation begins: samplers see it. */
export function attributesAtStart(invocation: Invocation): Attributes {
  const { trigger, context, event, cold, requestId } = invocation;
  const attributes: Attributes = {
    'faas.trigger': FAAS_TRIGGERS[trigger.kind],
    'faas.invocation_id': requestId,
    'faas.coldstart': cold,
  };
  if (context.invokedFunctionArn) attributes['cloud.resource_id'] = context.invokedFunctionArn;
  if (trigger.kind === 'http') {
    attributes['http.request.method'] = trigger.method;
    attributes['url.path'] = trigger.path;
  }
  if (trigger.kind === 'bucket') {
    attributes['faas.document.collection'] = trigger.source;
    attributes['faas.document.operation'] = 'insert';
  }
  const system = trigger.face === 'dynamodb' ? 'aws.dynamodb' : MESSAGING[trigger.kind];
  if (system !== undefined) {
    attributes['messaging.system'] = system;
    attributes['messaging.destination.name'] = trigger.source;
    attributes['messaging.operation.type'] = 'process';
    const messages = recordsOf(event).length;
    if (messages > 0) attributes['messaging.batch.message_count'] = messages;
  }
  return attributes;
}

/** What is known when a span has ended; the names of our own annotations are kept under `flyball.`. */
export function attributesAtEnd({ annotations, outcome, mark, failure, kind }: Span, response?: unknown): Attributes {
  const attributes: Attributes = {};
  for (const [name, value] of Object.entries(annotations)) attributes[`flyball.${name}`] = value;
  const { attempt } = annotations;
  if (kind === 'attempt' && typeof attempt === 'number' && attempt > 1)
    attributes['flyball.resend_count'] = attempt - 1;
  const status = statusOf(outcome, response);
  if (status !== undefined) attributes['http.response.status_code'] = status;
  if (mark) attributes['error.type'] = failure?.name ?? outcome;
  return attributes;
}

/** An exact status, where there is one. */
function statusOf(outcome: Outcome, response: unknown): number | undefined {
  if (/^[1-5][0-9]{2}$/.test(outcome)) return Number(outcome);
  const status =
    typeof response === 'object' && response !== null && 'statusCode' in response ? response.statusCode : undefined;
  return typeof status === 'number' ? status : undefined;
}

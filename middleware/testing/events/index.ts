// Events as AWS sends them, one builder a trigger: what a test cares about is given, the rest is realistic and always the same.
export { eventBridge, s3, schedule, scheduler, sns } from './asynchronous.ts';
export { authorizerV1, authorizerV2, type AskedRequest } from './authorizer.ts';
export { alb, albMultiValue, functionUrl, httpV2, restV1, type WebRequest } from './http.ts';
export type { Override } from './override.ts';
export { sqs, sqsFifo, type QueueMessage } from './queue.ts';
export { dynamodbStream, kinesis, type ItemChange, type KinesisData } from './stream.ts';

/** A direct invoke's payload is whatever its caller sent. */
export function direct<Payload extends object = { orderId: string }>(payload?: Payload): Payload {
  return payload ?? ({ orderId: 'order-1' } as unknown as Payload);
}

// Tells by an event's shape what triggered the function, and reads from it what rules can name.

export type TriggerKind = 'http' | 'queue' | 'bucket' | 'topic' | 'event' | 'schedule' | 'stream' | 'direct';

/** How the platform expects to be answered. */
export type Face =
  | 'http-v2'
  | 'http-v1'
  | 'alb'
  | 'sqs'
  | 's3'
  | 'sns'
  | 'eventbridge'
  | 'schedule'
  | 'kinesis'
  | 'dynamodb'
  | 'direct';

export interface Trigger {
  readonly kind: TriggerKind;
  readonly face: Face;
  /** Upper case; empty unless `kind` is `http`. */
  readonly method: string;
  /** The raw request path without the query; empty unless `kind` is `http`. */
  readonly path: string;
  /** The queue, bucket, topic, event source, stream or schedule by name; empty for `http` and `direct`. */
  readonly source: string;
}

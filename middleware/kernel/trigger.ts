// Tells by an event's shape what triggered the function, and reads from it what rules can name.

export type TriggerKind = 'http' | 'queue' | 'bucket' | 'topic' | 'event' | 'schedule' | 'stream' | 'direct';

/** How the platform expects to be answered. */
export type Face =
  | 'http-v2'
  | 'http-v1'
  | 'alb'
  | 'authorizer-v2'
  | 'authorizer-v1'
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
  /** Passed on in a form nobody here knows, e.g. of a WebSocket: a `direct` event that an outsider has written. */
  readonly byOutsider?: true;
}

/** An event nobody promised the shape of. */
export interface Unknown {
  readonly [name: string]: unknown;
}

const DIRECT: Trigger = { kind: 'direct', face: 'direct', method: '', path: '', source: '' };
const BY_OUTSIDER: Trigger = { ...DIRECT, byOutsider: true };

/** Recognises an event. Whatever is not recognised passes as a direct invoke. Never throws, whatever the event. */
export function triggerOf(event: unknown): Trigger {
  if (!isObject(event)) {
    // AppSync's batches.
    return Array.isArray(event) && event.some((one) => isObject(one) && isPassedOn(one)) ? BY_OUTSIDER : DIRECT;
  }
  const context = event['requestContext'];
  if (isObject(context)) {
    const http = context['http'];
    if (event['version'] === '2.0' && isObject(http)) {
      const face = isAuthorizers(event, 'routeArn') ? 'authorizer-v2' : 'http-v2';
      return web(face, text(http['method']), withoutStage(text(event['rawPath']), text(context['stage'])));
    }
    if (typeof event['httpMethod'] === 'string') {
      const gateway = isAuthorizers(event, 'methodArn') ? 'authorizer-v1' : 'http-v1';
      return web(isObject(context['elb']) ? 'alb' : gateway, event['httpMethod'], text(event['path']));
    }
  }
  const record = recordsOf(event)[0];
  if (record) return triggerOfRecord(record);
  if (typeof event['detail-type'] === 'string' && typeof event['source'] === 'string') {
    if (event['source'] === 'aws.events' || event['source'] === 'aws.scheduler') {
      return {
        kind: 'schedule',
        face: 'schedule',
        method: '',
        path: '',
        source: nameOfArn(firstText(event['resources'])),
      };
    }
    return { kind: 'event', face: 'eventbridge', method: '', path: '', source: event['source'] };
  }
  return isPassedOn(event) ? BY_OUTSIDER : DIRECT;
}

/** What only a gateway puts into an event. A call by flyball itself has a `method` and `path`, and none of these. */
const PASSED_ON = ['requestContext', 'methodArn', 'routeArn', 'httpMethod', 'raw_path', 'rawPath', 'is_base64_encoded'];

/** By a gateway's WebSocket or token authorizer, by VPC Lattice, by AppSync. */
function isPassedOn(event: Unknown): boolean {
  if (PASSED_ON.some((name) => name in event)) return true;
  const info = event['info'];
  return isObject(info) && ('fieldName' in info || 'channel' in info);
}

/** What a gateway asks a REQUEST authorizer is the request itself, and what it is asked about. */
function isAuthorizers(event: Unknown, arn: 'routeArn' | 'methodArn'): boolean {
  return event['type'] === 'REQUEST' && typeof event[arn] === 'string';
}

function triggerOfRecord(record: Unknown): Trigger {
  const arn = text(record['eventSourceARN']);
  switch (record['eventSource'] ?? record['EventSource']) {
    case 'aws:sqs':
      return { kind: 'queue', face: 'sqs', method: '', path: '', source: nameOfArn(arn) };
    case 'aws:s3':
      return { kind: 'bucket', face: 's3', method: '', path: '', source: bucketOf(record) };
    case 'aws:sns': {
      const sns = record['Sns'];
      return {
        kind: 'topic',
        face: 'sns',
        method: '',
        path: '',
        source: isObject(sns) ? nameOfArn(text(sns['TopicArn'])) : '',
      };
    }
    case 'aws:kinesis':
      return { kind: 'stream', face: 'kinesis', method: '', path: '', source: nameOfArn(arn) };
    case 'aws:dynamodb':
      // arn:aws:dynamodb:region:account:table/NAME/stream/LABEL
      return { kind: 'stream', face: 'dynamodb', method: '', path: '', source: arn.split('/')[1] ?? '' };
    default:
      // Lambda@Edge's.
      return 'cf' in record ? BY_OUTSIDER : DIRECT;
  }
}

function web(face: Face, method: string, path: string): Trigger {
  return { kind: 'http', face, method: method.toUpperCase(), path, source: '' };
}

/** A named stage stands in front of the path an HTTP API reports; rules are written without it. */
function withoutStage(rawPath: string, stage: string): string {
  if (stage === '' || stage === '$default' || !rawPath.startsWith(`/${stage}/`)) return rawPath;
  return rawPath.slice(stage.length + 1);
}

/** The records of a batch event; empty for any other. */
export function recordsOf(event: unknown): readonly Unknown[] {
  const records = isObject(event) ? event['Records'] : undefined;
  return Array.isArray(records) ? records.filter(isObject) : [];
}

/**
 * A request header by its name, whatever its case. A direct invoke may carry `headers` in its payload, as calls between
 * governed functions do. Several values come as one, joined by commas.
 */
export function headerOf(event: unknown, name: string): string | undefined {
  if (!isObject(event)) return undefined;
  return valueOf(event['headers'], name, true) ?? valueOf(event['multiValueHeaders'], name, true);
}

/** A value by its name, as text; `anyCase` for names that are headers'. */
export function valueOf(container: unknown, name: string, anyCase: boolean): string | undefined {
  if (!isObject(container)) return undefined;
  if (Object.hasOwn(container, name)) return textOf(container[name]);
  if (!anyCase) return undefined;
  const wanted = name.toLowerCase();
  for (const key of Object.keys(container)) {
    if (key.length === wanted.length && key.toLowerCase() === wanted) return textOf(container[key]);
  }
  return undefined;
}

/** A value of a header, query or claim as text; of a list, its members joined by commas. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return Array.isArray(value) && value.length > 0 ? value.map(String).join(',') : undefined;
}

function bucketOf(record: Unknown): string {
  const s3 = record['s3'];
  const bucket = isObject(s3) ? s3['bucket'] : undefined;
  return isObject(bucket) ? text(bucket['name']) : '';
}

/** The last part of an ARN: `arn:aws:sqs:eu-central-1:1:settlement` is `settlement`, `…:rule/nightly` is `nightly`. */
function nameOfArn(arn: string): string {
  return arn.slice(Math.max(arn.lastIndexOf(':'), arn.lastIndexOf('/')) + 1);
}

function firstText(value: unknown): string {
  return Array.isArray(value) ? text(value[0]) : '';
}

/** Empty for what is none. */
export function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

export function isObject(value: unknown): value is Unknown {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

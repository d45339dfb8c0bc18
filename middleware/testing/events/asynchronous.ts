// Events nobody waits for an answer to: objects in a bucket, messages of a topic, events of a bus, schedules.
import type { EventBridgeEvent, S3Event, ScheduledEvent, SNSEvent } from 'aws-lambda';
import { overridden, type Override } from './override.ts';
import { ACCOUNT, bodyText, REGION, TIME } from './places.ts';

/** Objects put into a bucket; each key is encoded as S3 does it, with spaces as plus signs. */
export function s3(
  keys: string | readonly string[] = 'uploads/Grüße aus Köln.png',
  bucket = 'uploads-bucket',
  override?: Override<S3Event>,
): S3Event {
  const records = (typeof keys === 'string' ? [keys] : keys).map((key) => ({
    eventVersion: '2.1',
    eventSource: 'aws:s3',
    awsRegion: REGION,
    eventTime: TIME,
    eventName: 'ObjectCreated:Put',
    userIdentity: { principalId: 'AWS:AIDAIENQZJOLO23YVJ4VO' },
    requestParameters: { sourceIPAddress: '203.0.113.7' },
    responseElements: { 'x-amz-request-id': 'C3D13FE58DE4C810', 'x-amz-id-2': 'FMyUVURIY8/IgAtTv8xRjskZ' },
    s3: {
      s3SchemaVersion: '1.0',
      configurationId: 'thumbnails',
      bucket: {
        name: bucket,
        ownerIdentity: { principalId: 'A3NL1KOZZKExample' },
        arn: `arn:aws:s3:::${bucket}`,
      },
      object: {
        key: encoded(key),
        size: 1024,
        eTag: 'd41d8cd98f00b204e9800998ecf8427e',
        sequencer: '0055AED6DCD90281E5',
      },
    },
  }));
  return overridden({ Records: records }, override);
}

/** Form encoding, but for slashes. */
function encoded(key: string): string {
  return encodeURIComponent(key)
    .replaceAll('%20', '+')
    .replaceAll('%2F', '/')
    .replace(/[!'()~]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** A message of a topic: text, or anything else to be sent as JSON. */
export function sns(
  message: unknown = { orderId: 'order-1' },
  topic = 'orders-topic',
  override?: Override<SNSEvent>,
): SNSEvent {
  const topicArn = `arn:aws:sns:${REGION}:${ACCOUNT}:${topic}`;
  const built: SNSEvent = {
    Records: [
      {
        EventVersion: '1.0',
        EventSource: 'aws:sns',
        EventSubscriptionArn: `${topicArn}:2bcfbf39-05c3-41de-beaa-fcfcc21c8f55`,
        Sns: {
          SignatureVersion: '1',
          Timestamp: TIME,
          Signature: 'EXAMPLE',
          SigningCertUrl: `https://sns.${REGION}.amazonaws.com/SimpleNotificationService.pem`,
          MessageId: '95df01b4-ee98-5cb9-9903-4c221d41eb5e',
          Message: bodyText(message),
          MessageAttributes: {},
          Type: 'Notification',
          UnsubscribeUrl: `https://sns.${REGION}.amazonaws.com/?Action=Unsubscribe`,
          TopicArn: topicArn,
          Subject: 'order',
        },
      },
    ],
  };
  return overridden(built, override);
}

/** An event of a bus; its `detail-type` can be overridden like any field. */
export function eventBridge<Detail extends object = { orderId: string }>(
  detail?: Detail,
  source = 'com.example.orders',
  override?: Override<EventBridgeEvent<string, Detail>>,
): EventBridgeEvent<string, Detail> {
  const built = { ...frame('6a7e8feb-b491-4cf7-a9f1-bf3703467718', 'Order Placed', source), resources: [] };
  return overridden<EventBridgeEvent<string, Detail>>(
    { ...built, detail: detail ?? ({ orderId: 'order-1' } as unknown as Detail) },
    override,
  );
}

/** What an EventBridge rule with a schedule sends. */
export function schedule(
  rule = 'nightly',
  override?: Override<ScheduledEvent<Record<string, never>>>,
): ScheduledEvent<Record<string, never>> {
  const resources = [`arn:aws:events:${REGION}:${ACCOUNT}:rule/${rule}`];
  const built = frame('53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa', 'Scheduled Event' as const, 'aws.events');
  return overridden<ScheduledEvent<Record<string, never>>>({ ...built, resources, detail: {} }, override);
}

/** What EventBridge Scheduler sends when its target has no input of its own; with one, that input is a direct invoke. */
export function scheduler(
  name = 'nightly',
  group = 'default',
  override?: Override<ScheduledEvent<string>>,
): ScheduledEvent<string> {
  const resources = [`arn:aws:scheduler:${REGION}:${ACCOUNT}:schedule/${group}/${name}`];
  const built = frame('2a6b9a0e-0d4f-4b8e-8d2e-6a5d0f0a6f6e', 'Scheduled Event' as const, 'aws.scheduler');
  return overridden<ScheduledEvent<string>>({ ...built, resources, detail: '{}' }, override);
}

function frame<Type extends string>(id: string, type: Type, source: string) {
  return { version: '0', id, 'detail-type': type, source, account: ACCOUNT, time: TIME, region: REGION };
}

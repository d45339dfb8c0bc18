// What functions get from queues, buckets and schedules, shaped as AWS shapes it, and recognised by flyball itself.
import { describe, expect, it } from 'vitest';
import { bucketEvent, encodedKey, wants } from '../../../infra/local/events/bucket-event.ts';
import { queueEvent, settledIds } from '../../../infra/local/events/queue-event.ts';
import { scheduleEvent } from '../../../functions/batch-monitor/schedule-event.ts';
import { triggerOf } from '../../../middleware/kernel/trigger.ts';

const ARN = 'arn:aws:sqs:eu-central-1:000000000000:settlement';

describe('a queue event', () => {
  const [record] = queueEvent(
    [
      {
        MessageId: 'm1',
        ReceiptHandle: 'r1',
        Body: 'hello',
        MD5OfBody: 'md5',
        Attributes: { ApproximateReceiveCount: '3', SentTimestamp: '17' },
        MessageAttributes: {
          text: { DataType: 'String', StringValue: 'a' },
          bytes: { DataType: 'Binary', BinaryValue: new Uint8Array([1, 2]) },
        },
      },
    ],
    ARN,
  ).Records;

  it('carries the message, its counts and where it is from', () => {
    expect(record).toMatchObject({
      messageId: 'm1',
      receiptHandle: 'r1',
      body: 'hello',
      attributes: { ApproximateReceiveCount: '3', SentTimestamp: '17' },
      eventSource: 'aws:sqs',
      eventSourceARN: ARN,
      awsRegion: 'eu-central-1',
    });
  });

  it('has binary attributes in base64', () => {
    expect(record?.messageAttributes).toMatchObject({
      text: { dataType: 'String', stringValue: 'a' },
      bytes: { dataType: 'Binary', binaryValue: 'AQI=' },
    });
  });

  it('is a queue to flyball', () => {
    expect(triggerOf({ Records: [record] })).toMatchObject({ kind: 'queue', source: 'settlement' });
  });
});

describe('which records are done with', () => {
  const ids = ['a', 'b', 'c'];
  it.each([
    ['all, when the mapping asks for no report', { batchItemFailures: [{ itemIdentifier: 'a' }] }, false, ids],
    ['all, for an empty answer', '', true, ids],
    ['all, for null', null, true, ids],
    ['all, for an answer without a report', {}, true, ids],
    ['all, for an empty report', { batchItemFailures: [] }, true, ids],
    ['those not named', { batchItemFailures: [{ itemIdentifier: 'b' }] }, true, ['a', 'c']],
    ['none, when an id is unknown', { batchItemFailures: [{ itemIdentifier: 'x' }] }, true, []],
    ['none, when an id is empty', { batchItemFailures: [{ itemIdentifier: '' }] }, true, []],
    ['none, when an id is missing', { batchItemFailures: [{}] }, true, []],
    ['none, when the report is no list', { batchItemFailures: 'a' }, true, []],
  ])('%s', (_, answer, reports, expected) => {
    expect(settledIds(ids, answer, reports)).toEqual(expected);
  });
});

describe("an object's key in an event", () => {
  it.each([
    ['uploads/cat.png', 'uploads/cat.png'],
    ['uploads/my cat.png', 'uploads/my+cat.png'],
    ['uploads/a+b (1).png', 'uploads/a%2Bb+%281%29.png'],
    ['uploads/Grüße 東.png', 'uploads/Gr%C3%BC%C3%9Fe+%E6%9D%B1.png'],
  ])('%s is %s', (key, expected) => {
    expect(encodedKey(key)).toBe(expected);
    expect(decodeURIComponent(expected.replaceAll('+', ' '))).toBe(key);
  });
});

describe('a bucket event', () => {
  const event = bucketEvent({ bucket: 'b', key: 'uploads/a b', size: 5, eTag: '"e"', at: 0 }, 'us-east-1', '1');

  it('names the object as S3 does', () => {
    expect(event.Records[0]?.s3.object).toEqual({ key: 'uploads/a+b', size: 5, eTag: 'e', sequencer: '1' });
  });

  it('is a bucket to flyball', () => {
    expect(triggerOf(event)).toMatchObject({ kind: 'bucket', source: 'b' });
  });
});

describe('a notification', () => {
  const notification = { functionName: 'f', bucket: 'b', prefix: 'in/', suffix: '.png', retries: 2 };
  it.each([
    ['s3:ObjectCreated:*', 'b', 'in/a.png', true],
    ['s3:ObjectCreated:Put', 'b', 'in/a.png', true],
    ['s3:ObjectRemoved:*', 'b', 'in/a.png', false],
    ['s3:ObjectCreated:*', 'other', 'in/a.png', false],
    ['s3:ObjectCreated:*', 'b', 'out/a.png', false],
    ['s3:ObjectCreated:*', 'b', 'in/a.jpg', false],
  ])('for %s, of bucket %s and key %s: %s', (event, bucket, key, expected) => {
    expect(wants({ ...notification, event }, bucket, key)).toBe(expected);
  });
});

describe('a schedule event', () => {
  const event = scheduleEvent('nightly', 'id', Date.UTC(2026, 10, 21, 2, 0, 0, 120), 'us-east-1', '0');

  it('tells its time in whole seconds', () => {
    expect(event.time).toBe('2026-11-21T02:00:00Z');
  });

  it('is a schedule to flyball', () => {
    expect(triggerOf(event)).toMatchObject({ kind: 'schedule', source: 'nightly' });
  });
});

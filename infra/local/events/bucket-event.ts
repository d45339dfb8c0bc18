// What a function gets when an object was created in a bucket, and which notifications want to know of it.

/** An object that was just created. */
export interface CreatedObject {
  readonly bucket: string;
  readonly key: string;
  readonly size: number;
  readonly eTag: string;
  /** ms since the epoch. */
  readonly at: number;
}

/** A function's wish to hear of a bucket's objects, from its `s3` event in serverless.yml. */
export interface BucketNotification {
  readonly functionName: string;
  readonly bucket: string;
  /** E.g. `s3:ObjectCreated:*`. */
  readonly event: string;
  readonly prefix: string;
  readonly suffix: string;
  readonly retries: number;
}

const PUT = 's3:ObjectCreated:Put';

export function wants(notification: BucketNotification, bucket: string, key: string): boolean {
  const { event, prefix, suffix } = notification;
  const kind = event.endsWith('*') ? PUT.startsWith(event.slice(0, -1)) : event === PUT;
  return kind && notification.bucket === bucket && key.startsWith(prefix) && key.endsWith(suffix);
}

/** Keys are form-encoded in events, as S3 does it: a space is `+`, slashes stay. */
export function encodedKey(key: string): string {
  return encodeURIComponent(key)
    .replaceAll('%20', '+')
    .replaceAll('%2F', '/')
    .replace(/[!'()~]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

export function bucketEvent({ bucket, key, size, eTag, at }: CreatedObject, awsRegion: string, sequencer: string) {
  return {
    Records: [
      {
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        awsRegion,
        eventTime: new Date(at).toISOString(),
        eventName: 'ObjectCreated:Put',
        userIdentity: { principalId: 'local' },
        requestParameters: { sourceIPAddress: '127.0.0.1' },
        responseElements: { 'x-amz-request-id': sequencer, 'x-amz-id-2': sequencer },
        s3: {
          s3SchemaVersion: '1.0',
          configurationId: 'local',
          bucket: { name: bucket, ownerIdentity: { principalId: 'local' }, arn: `arn:aws:s3:::${bucket}` },
          object: { key: encodedKey(key), size, eTag: eTag.replaceAll('"', ''), sequencer },
        },
      },
    ],
  };
}

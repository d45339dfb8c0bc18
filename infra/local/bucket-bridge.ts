// Tells functions of objects created in buckets, as S3's notifications do.
import { randomUUID } from 'node:crypto';
import { HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { FauxqsServer } from 'fauxqs';
import { bucketEvent, type BucketNotification, wants } from './events/bucket-event.ts';
import type { LocalLambda, Log } from './lambda.ts';

interface Parts {
  readonly lambda: LocalLambda;
  readonly region: string;
  readonly log: Log;
}

/** Delivers until the returned function is called. */
export function bridgeBuckets(
  notifications: readonly BucketNotification[],
  s3: FauxqsServer,
  endpoint: string,
  { lambda, region, log }: Parts,
): () => void {
  const client = new S3Client({ endpoint, forcePathStyle: true, maxAttempts: 1 });
  let stopped = false;

  const deliver = async (bucket: string, key: string, at: number) => {
    const listeners = notifications.filter((notification) => wants(notification, bucket, key));
    if (listeners.length === 0 || stopped) return;
    const { ContentLength: size = 0, ETag: eTag = '' } = await client.send(
      new HeadObjectCommand({ Bucket: bucket, Key: key }),
    );
    const event = bucketEvent({ bucket, key, size, eTag, at }, region, randomUUID());
    for (const { functionName, retries } of listeners) lambda.invokeLater(functionName, event, retries);
  };

  // fauxqs has no notifications, but its spy shows every event to the filter of whoever waits: one that waits for ever.
  s3.spy
    .waitForMessage((message) => {
      if (message.service === 's3' && message.status === 'uploaded') {
        const { bucket, key, timestamp } = message;
        deliver(bucket, key, timestamp).catch((error: unknown) =>
          log(`bucket ${bucket}: ${key} was not delivered: ${error instanceof Error ? error.message : String(error)}`),
        );
      }
      return false;
    })
    .catch(() => undefined);

  return () => {
    stopped = true;
    client.destroy();
  };
}

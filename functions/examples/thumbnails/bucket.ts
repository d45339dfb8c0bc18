// Reads and writes objects, each call governed as dependency `uploads`.
import type * as Sdk from '@aws-sdk/client-s3';
import { flyball } from '../../../middleware/index.ts';
import type { Picture } from './picture.ts';

let client: Sdk.S3Client | undefined;

async function bucket(): Promise<{ sdk: typeof Sdk; client: Sdk.S3Client }> {
  const sdk = await import('@aws-sdk/client-s3');
  // flyball retries, as the rules say: the SDK beneath makes one attempt. Emulators know buckets by path.
  client ??= new sdk.S3Client({ maxAttempts: 1, forcePathStyle: true });
  return { sdk, client };
}

/** Undefined when the object is gone again. */
export async function read(Bucket: string, Key: string): Promise<Uint8Array | undefined> {
  const { sdk, client } = await bucket();
  const get = async (abortSignal: AbortSignal) => {
    try {
      const { Body } = await client.send(new sdk.GetObjectCommand({ Bucket, Key }), { abortSignal });
      return await Body?.transformToByteArray();
    } catch (error) {
      if (error instanceof sdk.NoSuchKey) return undefined;
      throw error;
    }
  };
  return flyball.run('uploads', get, { idempotent: true });
}

export async function write(Bucket: string, Key: string, { bytes, contentType }: Picture): Promise<void> {
  const { sdk, client } = await bucket();
  const put = (abortSignal: AbortSignal) =>
    client.send(new sdk.PutObjectCommand({ Bucket, Key, Body: bytes, ContentType: contentType }), { abortSignal });
  await flyball.run('uploads', put, { idempotent: true });
}

// Reads uploads from the bucket and writes thumbnails into it, both governed as dependency `uploads`.
import type { S3Client } from '@aws-sdk/client-s3';
import { flyball } from '../../../middleware/index.ts';
import type { Picture } from './thumbnail.ts';

let client: S3Client | undefined;

/** The SDK is loaded by the first use. The bucket is addressed by path, which emulators understand too. */
async function s3() {
  const sdk = await import('@aws-sdk/client-s3');
  client ??= new sdk.S3Client({ maxAttempts: 1, forcePathStyle: true });
  return { sdk, client };
}

/** The object's bytes; undefined if there is none. */
export async function readPicture(Bucket: string, Key: string): Promise<Buffer | undefined> {
  const { sdk, client } = await s3();
  return flyball.run(
    'uploads',
    async (abortSignal) => {
      try {
        const { Body } = await client.send(new sdk.GetObjectCommand({ Bucket, Key }), { abortSignal });
        return Body && Buffer.from(await Body.transformToByteArray());
      } catch (error) {
        if (error instanceof sdk.NoSuchKey) return undefined;
        throw error;
      }
    },
    { idempotent: true },
  );
}

export async function writePicture(Bucket: string, Key: string, { bytes, contentType }: Picture): Promise<void> {
  const { sdk, client } = await s3();
  const command = new sdk.PutObjectCommand({ Bucket, Key, Body: bytes, ContentType: contentType });
  await flyball.run('uploads', (abortSignal) => client.send(command, { abortSignal }), { idempotent: true });
}

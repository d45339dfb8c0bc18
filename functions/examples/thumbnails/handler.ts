// Makes a thumbnail of every picture put under uploads/, governed as service `thumbnails`.
import type { S3Event } from 'aws-lambda';
import { governed } from '../../../middleware/index.ts';
import { systemClock } from '../../../middleware/kernel/clock.ts';
import { keyOf, thumbnailKey } from './keys.ts';
import { readPicture, writePicture } from './pictures.ts';
import { NotAPicture, thumbnail } from './thumbnail.ts';

export const handler = governed({ service: 'thumbnails' }, async (event: S3Event): Promise<void> => {
  await Promise.all(event.Records.map(({ s3 }) => makeThumbnail(s3.bucket.name, keyOf(s3.object.key))));
});

async function makeThumbnail(bucket: string, key: string): Promise<void> {
  const target = thumbnailKey(key);
  if (target === undefined) return;
  const picture = await readPicture(bucket, key);
  // Somebody removed it meanwhile: there is nothing left to do.
  if (picture === undefined) return;
  try {
    await writePicture(bucket, target, await thumbnail(picture));
  } catch (error) {
    if (!(error instanceof NotAPicture)) throw error;
    // Trying again would find the same bytes: it is said, and done with.
    process.stdout.write(
      `${JSON.stringify({
        level: 'ERROR',
        time: new Date(systemClock.now()).toISOString(),
        message: 'no thumbnail was made',
        bucket,
        key,
        reason: error.message,
      })}\n`,
    );
  }
}

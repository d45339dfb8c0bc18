// Makes a thumbnail of every picture put under uploads/, governed as service `thumbnails`.
import type { S3Event } from 'aws-lambda';
import { governed } from '../../../middleware/index.ts';
import { logged, loggerOf } from '../../api/logging.ts';
import { read, write } from './bucket.ts';
import { NotAPicture, thumbnailOf } from './picture.ts';
import { uploadOf, type Upload } from './upload.ts';

const logger = loggerOf('thumbnails');

const thumbnails = governed({ service: 'thumbnails', logger }, async (event: S3Event): Promise<void> => {
  const uploads = event.Records.map(uploadOf).filter((upload) => upload !== undefined);
  // Two large pictures at once would not fit into the function's memory.
  for (const upload of uploads) await makeThumbnail(upload);
});

export const handler = logged(logger, thumbnails);

async function makeThumbnail({ bucket, key, thumbnailKey }: Upload): Promise<void> {
  const bytes = await read(bucket, key);
  // Somebody removed it meanwhile: there is nothing left to do.
  if (bytes === undefined) return;
  try {
    await write(bucket, thumbnailKey, await thumbnailOf(bytes));
  } catch (error) {
    if (!(error instanceof NotAPicture)) throw error;
    // Trying again would find the same bytes: it is said, and done with.
    logger.error('no thumbnail was made', { bucket, key, reason: error.message });
  }
}

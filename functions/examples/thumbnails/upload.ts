// Which object an S3 event speaks of, and where its thumbnail belongs.
import type { S3EventRecord } from 'aws-lambda';

export interface Upload {
  readonly bucket: string;
  readonly key: string;
  readonly thumbnailKey: string;
}

const FROM = 'uploads/';
const TO = 'thumbnails/';

/** Undefined for what stands elsewhere: a thumbnail never gets a thumbnail, whatever the notification's filter says. */
export function uploadOf({ s3 }: S3EventRecord): Upload | undefined {
  // S3 writes keys as forms do: a space is a plus sign, everything else is percent-encoded UTF-8.
  const key = decodeURIComponent(s3.object.key.replaceAll('+', ' '));
  // A folder made in the console is an empty object whose key ends in a slash.
  if (!key.startsWith(FROM) || key.endsWith('/')) return undefined;
  return { bucket: s3.bucket.name, key, thumbnailKey: TO + key.slice(FROM.length) };
}

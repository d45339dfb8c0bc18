// The names of uploads and their thumbnails.

const UPLOADS = 'uploads/';
const THUMBNAILS = 'thumbnails/';

/** An object's key from an S3 event, where it is form-encoded: `+` is a space. */
export function keyOf(eventKey: string): string {
  return decodeURIComponent(eventKey.replaceAll('+', ' '));
}

/** Where the thumbnail of an upload goes: the same name under thumbnails/. Undefined for what is no upload. */
export function thumbnailKey(key: string): string | undefined {
  const name = key.startsWith(UPLOADS) ? key.slice(UPLOADS.length) : '';
  // A folder made in the console is an empty object whose key ends in a slash.
  return name === '' || name.endsWith('/') ? undefined : `${THUMBNAILS}${name}`;
}

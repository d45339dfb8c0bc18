// JSON pointers (RFC 6901): how an error names its place in a document.

/** `['throttles', 'a/b', 0]` is `/throttles/a~1b/0`; the whole document is the empty pointer. */
export function pointerOf(path: readonly PropertyKey[]): string {
  return path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

// JSON pointers (RFC 6901): how an error names its place in a document.

/** Longer than any name we take; a list of errors repeats its paths, and an answer has a size. */
const LONGEST_STEP = 128;

/** `['throttles', 'a/b', 0]` is `/throttles/a~1b/0`; the whole document is the empty pointer. Long keys are cut short. */
export function pointerOf(path: readonly PropertyKey[]): string {
  return path.map((step) => `/${shortened(String(step)).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

function shortened(step: string): string {
  return step.length > LONGEST_STEP ? `${step.slice(0, LONGEST_STEP)}…` : step;
}

// What made a run fail, in the size of an item: name, message, causes, top frames, and a fingerprint of equal failures.
import type { RunCause, RunError } from '../../store/items/job-runs.ts';

const LONGEST_MESSAGE = 1_024;
const LONGEST_CAUSE = 512;
const LONGEST_CAUSE_NAME = 128;
const CAUSES_KEPT = 3;
const FRAMES_KEPT = 5;

/** The failure of a run; `error` is whatever was thrown. */
export function failureOf(error: unknown): RunError {
  if (!(error instanceof Error)) return { name: 'NonError', message: String(error).slice(0, LONGEST_MESSAGE) };
  const frames = framesOf(error.stack ?? '');
  const causes = causesOf(error);
  return {
    name: error.name,
    message: error.message.slice(0, LONGEST_MESSAGE),
    ...(causes.length > 0 ? { causes } : {}),
    fingerprint: fingerprintOf(error.name, frames),
    frames,
  };
}

/** The errors gathered in an `AggregateError` and the causes of all of them, nearest first. */
function causesOf(error: Error): RunCause[] {
  const found = new Set<unknown>([error]);
  // A set is walked to its end, also what is added on the way; what is in it already is not added again.
  for (const each of found) {
    for (const reason of reasonsOf(each)) {
      if (found.size <= CAUSES_KEPT) found.add(reason);
    }
  }
  found.delete(error);
  return [...found].map((cause) =>
    cause instanceof Error
      ? { name: cause.name.slice(0, LONGEST_CAUSE_NAME), message: cause.message.slice(0, LONGEST_CAUSE) }
      : { name: 'NonError', message: String(cause).slice(0, LONGEST_CAUSE) },
  );
}

function reasonsOf(error: unknown): unknown[] {
  if (!(error instanceof Error)) return [];
  const several: unknown[] = error instanceof AggregateError ? error.errors : [];
  return error.cause === undefined ? several : [...several, error.cause];
}

/**
 * The first frames of a stack, folders left out: `settle (settlement/batch.ts:12:7)`. Frames of libraries and of Node
 * are kept only when there are no others: they are the same for many failures, and are not where to look.
 */
function framesOf(stack: string): string[] {
  const frames = stack.split('\n').filter((line) => line.trimStart().startsWith('at '));
  const own = frames.filter((line) => !/[\\/]node_modules[\\/]|node:/.test(line));
  return (own.length > 0 ? own : frames).slice(0, FRAMES_KEPT).map((line) => shortened(line.trim().slice(3)));
}

function shortened(frame: string): string {
  const parts = frame.split('/');
  if (parts.length <= 2) return frame.slice(0, 200);
  const bracket = frame.indexOf('(');
  const name = bracket < 0 ? '' : frame.slice(0, bracket + 1);
  return `${name}${parts.slice(-2).join('/')}`.slice(0, 200);
}

/** The same for failures at the same places of the code, whatever their message and however lines have moved. */
function fingerprintOf(name: string, frames: readonly string[]): string {
  const places = frames.map((frame) => frame.replaceAll(/:[0-9]+/g, ''));
  return process
    .getBuiltinModule('node:crypto')
    .hash('sha256', [name, ...places].join('\n'))
    .slice(0, 16);
}

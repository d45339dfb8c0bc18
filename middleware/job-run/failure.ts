// What made a run fail, in the size of an item: name, message, top frames, and a fingerprint that groups equal failures.
import type { RunError } from '../../store/items/job-runs.ts';

const LONGEST_MESSAGE = 1_024;
const FRAMES_KEPT = 5;

/** The failure of a run; `error` is whatever was thrown. */
export function failureOf(error: unknown): RunError {
  if (!(error instanceof Error)) return { name: 'NonError', message: String(error).slice(0, LONGEST_MESSAGE) };
  const frames = framesOf(error.stack ?? '');
  return {
    name: error.name,
    message: error.message.slice(0, LONGEST_MESSAGE),
    fingerprint: fingerprintOf(error.name, frames),
    frames,
  };
}

/** The first frames of a stack, folders left out: `settle (settlement/batch.ts:12:7)`. */
function framesOf(stack: string): string[] {
  return stack
    .split('\n')
    .filter((line) => line.trimStart().startsWith('at '))
    .slice(0, FRAMES_KEPT)
    .map((line) => shortened(line.trim().slice(3)));
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

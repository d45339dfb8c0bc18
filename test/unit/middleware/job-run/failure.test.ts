// What a run's record says of the exception that made it fail.
import { describe, expect, it } from 'vitest';
import { failureOf } from '../../../../middleware/job-run/failure.ts';

function failing(name: string, message: string, stack: readonly string[]): Error {
  const error = new Error(message);
  error.name = name;
  error.stack = [`${name}: ${message}`, ...stack.map((frame) => `    at ${frame}`)].join('\n');
  return error;
}

const settle = 'settle (file:///var/task/functions/settlement/settle.mjs:12:7)';
const handler = 'async handler (/var/task/functions/settlement/nightly.mjs:40:3)';

describe('the failure of a run', () => {
  it('keeps the name, the message and the first frames without their folders', () => {
    expect(failureOf(failing('TypeError', 'no rows', [settle, handler]))).toMatchObject({
      name: 'TypeError',
      message: 'no rows',
      frames: ['settle (settlement/settle.mjs:12:7)', 'async handler (settlement/nightly.mjs:40:3)'],
    });
  });

  it('keeps no more than an item has room for', () => {
    const failure = failureOf(failing('Error', 'x'.repeat(5_000), Array<string>(30).fill(settle)));
    expect(failure.message).toHaveLength(1_024);
    expect(failure.frames).toHaveLength(5);
  });

  it.each([
    ['another message', failing('TypeError', 'other', [settle, handler]), true],
    ['lines that have moved', failing('TypeError', 'no rows', [settle.replace('12:7', '99:1'), handler]), true],
    ['another place', failing('TypeError', 'no rows', [handler, settle]), false],
    ['another error', failing('RangeError', 'no rows', [settle, handler]), false],
  ])('groups by place and name: %s', (_what, other, same) => {
    const { fingerprint } = failureOf(failing('TypeError', 'no rows', [settle, handler]));
    expect(fingerprint).toMatch(/^[0-9a-f]{16}$/);
    expect(failureOf(other).fingerprint === fingerprint).toBe(same);
  });

  it.each([
    ['a string', 'boom', { name: 'NonError', message: 'boom' }],
    ['nothing', undefined, { name: 'NonError', message: 'undefined' }],
    ['an error without a stack', Object.assign(new Error('m'), { stack: undefined }), { name: 'Error', message: 'm' }],
  ])('takes whatever was thrown: %s', (_what, thrown, expected) => {
    expect(failureOf(thrown)).toMatchObject(expected);
  });
});

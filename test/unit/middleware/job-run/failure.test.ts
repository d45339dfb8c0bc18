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

  it("prefers the function's own code to its dependencies' and to Node's", () => {
    const library = 'query (/var/task/node_modules/pg/lib/client.js:526:17)';
    const node = 'process.processTicksAndRejections (node:internal/process/task_queues:105:5)';
    const failure = failureOf(failing('Error', 'no rows', [library, node, settle, library, handler]));
    expect(failure.frames).toEqual([
      'settle (settlement/settle.mjs:12:7)',
      'async handler (settlement/nightly.mjs:40:3)',
    ]);
    const elsewhere = failureOf(failing('Error', 'no rows', [library.replace('query', 'connect'), settle, handler]));
    expect(elsewhere.fingerprint).toBe(failure.fingerprint);
    expect(failureOf(failing('Error', 'no rows', [library, node])).frames).toEqual([
      'query (lib/client.js:526:17)',
      'process.processTicksAndRejections (process/task_queues:105:5)',
    ]);
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
    [
      'what an error was caused by, and what that was',
      new Error('settle failed', { cause: new TypeError('no charge', { cause: new Error('connect ECONNREFUSED') }) }),
      ['TypeError: no charge', 'Error: connect ECONNREFUSED'],
    ],
    [
      'what several errors were, three at most, before what caused each',
      new AggregateError(
        ['first', 'second', 'third', 'fourth'].map((message) => new Error(message, { cause: 'deeper' })),
        'four orders failed',
      ),
      ['Error: first', 'Error: second', 'Error: third'],
    ],
    ['a cause that is no error', new Error('m', { cause: 'the disk is full' }), ['NonError: the disk is full']],
    [
      'no more than an item has room for',
      new Error('m', { cause: new Error('x'.repeat(5_000)) }),
      [`Error: ${'x'.repeat(512)}`],
    ],
  ])('keeps the reasons: %s', (_what, thrown, causes) => {
    expect(failureOf(thrown).causes?.map(({ name, message }) => `${name}: ${message}`)).toEqual(causes);
  });

  it('ends with causes that go round in a circle, and has none where there are none', () => {
    const first = new Error('first');
    first.cause = new Error('second', { cause: first });
    expect(failureOf(first).causes).toEqual([{ name: 'Error', message: 'second' }]);
    expect(failureOf(new Error('alone'))).not.toHaveProperty('causes');
  });

  it.each([
    ['a string', 'boom', { name: 'NonError', message: 'boom' }],
    ['nothing', undefined, { name: 'NonError', message: 'undefined' }],
    ['an error without a stack', Object.assign(new Error('m'), { stack: undefined }), { name: 'Error', message: 'm' }],
  ])('takes whatever was thrown: %s', (_what, thrown, expected) => {
    expect(failureOf(thrown)).toMatchObject(expected);
  });
});

// What has no answer is asked again; what was refused is not.
import { expect, it } from 'vitest';
import { patientTable } from '../../../../../functions/telemetry/merge/patient.ts';
import { StoreRejected, StoreUnavailable, type Table } from '../../../../../store/port.ts';
import { noTable } from '../../../../support/instance.ts';
import type { Clock } from '../../../../../middleware/kernel/clock.ts';

const waits: number[] = [];
const clock: Clock = {
  now: () => 0,
  precise: () => 0,
  after: (ms, callback) => {
    waits.push(ms);
    callback();
    return () => {};
  },
};

/** Answers after so many failures. */
function failing(times: number, error: Error): { readonly table: Table; asked: () => number } {
  let asked = 0;
  const get: Table['get'] = async () => {
    if (asked++ < times) throw error;
    return { pk: 'a', sk: 'b' };
  };
  return { table: { ...noTable, get }, asked: () => asked };
}

const throttled = new StoreUnavailable('throttled', 'too much in this test');
const refused = new StoreRejected('AccessDeniedException', 'not in this test');

it.each([
  ['answers at once', 0, throttled, true, 1, undefined],
  ['answers at last', 3, throttled, true, 4, undefined],
  ['never answers', 9, throttled, true, 4, throttled],
  ['refuses', 9, refused, true, 1, refused],
  ['is away with no time left', 9, throttled, false, 1, throttled],
])('one that %s', async (_what, times, error, hasTime, tries, thrown) => {
  waits.length = 0;
  const { table, asked } = failing(times, error);
  const answer = patientTable(
    table,
    clock,
    () => 0.5,
    () => hasTime,
  ).get({ pk: 'a', sk: 'b' });
  if (thrown) await expect(answer).rejects.toBe(thrown);
  else await expect(answer).resolves.toEqual({ pk: 'a', sk: 'b' });
  expect(asked()).toBe(tries);
  expect(waits).toEqual([100, 200, 400].slice(0, tries - 1));
});

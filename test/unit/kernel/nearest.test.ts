// How near two words are, and which known one was probably meant.
import { expect, it } from 'vitest';
import { distance, nearest } from '../../../middleware/kernel/nearest.ts';

it.each([
  ['', '', 0],
  ['', 'abc', 3],
  ['abc', '', 3],
  ['kitten', 'sitting', 3],
  ['alarmemial', 'alarmemail', 2],
  ['same', 'same', 0],
])('from "%s" to "%s" it is %i letters', (a, b, letters) => {
  expect(distance(a, b)).toBe(letters);
});

it.each([
  ['warmwrites', ['warmReads', 'warmWrites'], 'warmWrites'],
  ['apiBrust', ['apiBurst', 'alarmTopic'], 'apiBurst'],
  ['colour', ['apiBurst', 'alarmTopic'], undefined],
  ['xy', ['ab'], undefined],
])('"%s" among %j is %s', (written, known, meant) => {
  expect(nearest(written, known)).toBe(meant);
});

// Tests what is told of a breaker's changes: probes that failed one after another are one line, and the opening is found.
import { describe, expect, it } from 'vitest';
import type { Transition } from '../../../../console/screens/services/answers.ts';
import { folded, openingOf } from '../../../../console/screens/services/probing.ts';

const changed = (second: number, from: string, to: string, cause: string, key?: string): Transition => ({
  ...{ at: `2027-03-01T09:00:${String(second).padStart(2, '0')}Z`, from, to, cause, by: 'one' },
  ...(key === undefined ? {} : { key }),
});
const opening = (second: number, key?: string) => changed(second, 'CLOSED', 'OPEN', 'failureRate', key);
const probing = (second: number, key?: string) => changed(second, 'OPEN', 'HALF_OPEN', 'probing', key);
const failed = (second: number, key?: string) => changed(second, 'HALF_OPEN', 'OPEN', 'probeFailed', key);
const passed = (second: number) => changed(second, 'HALF_OPEN', 'CLOSED', 'probesPassed');

describe('changes of a breaker, newest first', () => {
  it('tell of probes that failed one after another in one line, and keep what opened it', () => {
    const all = [failed(32), probing(31), failed(22), probing(21), failed(12), probing(11), opening(1)];
    expect(folded(all)).toEqual([{ probes: 3, from: probing(11).at, at: failed(32).at }, opening(1)]);
  });

  it('tell of a probe by itself as it was, and of the one that passed', () => {
    expect(folded([failed(12), probing(11), opening(1)])).toEqual([failed(12), probing(11), opening(1)]);
    const all = [passed(40), probing(39), failed(32), probing(31), failed(22), probing(21), opening(1)];
    expect(folded(all)).toEqual([passed(40), { probes: 2, from: probing(21).at, at: probing(39).at }, opening(1)]);
  });

  it('do not put the probes of one key to those of another', () => {
    const all = [failed(32, 'a'), probing(31, 'a'), failed(22, 'b'), probing(21, 'b')];
    expect(folded(all)).toEqual(all);
  });
});

it('what opened it is the newest change from closed, of its own key', () => {
  expect(openingOf([failed(32), probing(31), opening(20), passed(15), opening(1)], undefined)).toEqual(opening(20));
  expect(openingOf([opening(20, 'b'), opening(1, 'a')], 'a')).toEqual(opening(1, 'a'));
  expect(openingOf([failed(32), probing(31)], undefined)).toBeUndefined();
});

// What is left until a moment, and how long something took, in words.
import { describe, expect, it } from 'vitest';
import { leftOf, spanOf } from '../../../../console/parts/span.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe('what is left', () => {
  it.each([
    [2 * DAY + 3 * HOUR + 4 * MINUTE, '2 d 3 h', '2 天 3 小时'],
    [DAY + 5 * MINUTE, '1 d', '1 天'],
    [23 * HOUR + 33 * MINUTE + 58 * SECOND, '23 h 33 min', '23 小时 33 分'],
    [2 * HOUR, '2 h', '2 小时'],
    [2 * HOUR - 1, '2 h', '2 小时'],
    [59 * MINUTE + 59 * SECOND, '59 min', '59 分'],
    [10 * MINUTE, '10 min', '10 分'],
    [9 * MINUTE + 59 * SECOND, '9 min 59 s', '9 分 59 秒'],
    [4 * MINUTE + 5 * SECOND, '4 min 5 s', '4 分 5 秒'],
    [MINUTE, '1 min', '1 分'],
    [45 * SECOND, '45 s', '45 秒'],
    [1, '1 s', '1 秒'],
  ])('of %i ms is %s', (ms, english, chinese) => {
    expect([leftOf(ms, 'en'), leftOf(ms, 'zh')]).toEqual([english, chinese]);
  });

  it.each([0, -1, -HOUR, Number.NaN])('is nothing of %d ms', (ms) => {
    expect(leftOf(ms, 'en')).toBeUndefined();
  });

  it('never says again what it has said before, however time goes on', () => {
    const said = Array.from({ length: 2 * 3_600 }, (_, s) => leftOf(2 * HOUR - s * SECOND, 'en'));
    const changes = said.filter((one, i) => one !== said[i - 1]);
    expect(new Set(changes).size).toBe(changes.length);
    expect(said.at(-1)).toBe('1 s');
  });
});

describe('a span', () => {
  it.each([
    [60, '1 min'],
    [61, '1 min 1 s'],
    [3_600, '1 h'],
    [3_661, '1 h 1 min'],
    [86_400, '1 d'],
    [90_000, '1 d 1 h'],
    [86_460, '1 d'],
    [31 * 86_400, '31 d'],
  ])('of %i s is %s: the two largest units that follow each other', (seconds, said) => {
    expect(spanOf(seconds, 'en')).toBe(said);
  });
});

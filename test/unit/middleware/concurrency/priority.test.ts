// What priorities mean to a limit.
import { describe, expect, it } from 'vitest';
import { claimable, waitMs } from '../../../../middleware/concurrency/priority.ts';

const all = new Set(['sheddable', 'normal', 'critical'] as const);

describe('permits kept for higher priorities', () => {
  it.each([
    [100, 'sheddable', all, { common: 90, upTo: 90 }],
    [100, 'normal', all, { common: 90, upTo: 95 }],
    [100, 'critical', all, { common: 90, upTo: 100 }],
    [100, 'normal', new Set(['normal'] as const), { common: 100, upTo: 100 }],
    [100, 'sheddable', new Set(['sheddable'] as const), { common: 100, upTo: 100 }],
    [100, 'normal', new Set(['normal', 'critical'] as const), { common: 95, upTo: 95 }],
    [100, 'critical', new Set(['normal', 'critical'] as const), { common: 95, upTo: 100 }],
    [9, 'sheddable', all, { common: 9, upTo: 9 }],
    [10, 'sheddable', all, { common: 9, upTo: 9 }],
    [19, 'normal', all, { common: 18, upTo: 19 }],
    [20, 'normal', all, { common: 18, upTo: 19 }],
    [1, 'sheddable', all, { common: 1, upTo: 1 }],
  ] as const)('of %d: %s work may have', (limit, priority, present, expected) => {
    expect(claimable(limit, priority, present)).toEqual(expected);
  });
});

describe('asking again', () => {
  it.each([
    [0, 'normal', 12.5, 25],
    [1, 'normal', 25, 50],
    [3, 'normal', 100, 200],
    [20, 'normal', 100, 200],
    [0, 'critical', 6.25, 12.5],
    [0, 'sheddable', 25, 50],
  ] as const)('for the %dth time, %s work waits between', (tries, priority, least, most) => {
    expect(waitMs(tries, priority, () => 0)).toBe(least);
    expect(waitMs(tries, priority, () => 1)).toBe(most);
  });
});

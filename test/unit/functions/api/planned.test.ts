// Which stretches of time meet what is planned.
import { describe, expect, it } from 'vitest';
import { meets, type Planned } from '../../../../functions/api/planned.ts';

const span = (from: string, to: string) => ({ from: Date.parse(from), to: Date.parse(to) });
const ONCE: Planned = { from: '2026-11-27T08:00:00Z', to: '2026-11-27T08:10:00Z' };
const DAILY: Planned = { schedule: '0 9 * * *', for: '10m', timezone: 'Europe/Berlin' };

describe('a stretch of time', () => {
  it.each<[string, Planned, string, string, boolean]>([
    ['ends where it begins', ONCE, '2026-11-27T07:59:00Z', '2026-11-27T08:00:00Z', false],
    ['ends a moment later', ONCE, '2026-11-27T07:59:00Z', '2026-11-27T08:00:00.001Z', true],
    ['lies within', ONCE, '2026-11-27T08:03:00Z', '2026-11-27T08:04:00Z', true],
    ['has all of it in it', ONCE, '2026-11-27T07:30:00Z', '2026-11-27T08:30:00Z', true],
    ['begins a moment before it ends', ONCE, '2026-11-27T08:09:59.999Z', '2026-11-27T08:20:00Z', true],
    ['begins where it ends', ONCE, '2026-11-27T08:10:00Z', '2026-11-27T08:20:00Z', false],
    ['meets a time that recurs, in winter', DAILY, '2026-11-27T08:05:00Z', '2026-11-27T08:15:00Z', true],
    ['is an hour late for it, in winter', DAILY, '2026-11-27T07:05:00Z', '2026-11-27T07:15:00Z', false],
    ['meets a time that recurs, in summer', DAILY, '2026-07-27T07:05:00Z', '2026-07-27T07:15:00Z', true],
    ['begins where such a time ends', DAILY, '2026-11-27T08:10:00Z', '2026-11-27T08:15:00Z', false],
    ['ends where such a time begins', DAILY, '2026-11-27T07:55:00Z', '2026-11-27T08:00:00Z', false],
  ])('%s', (_what, planned, from, to, expected) => {
    expect(meets([planned], span(from, to))).toBe(expected);
  });

  it('meets any of many, and none of none', () => {
    const late = span('2026-11-28T08:05:00Z', '2026-11-28T08:06:00Z');
    expect(meets([ONCE, DAILY], late)).toBe(true);
    expect(meets([ONCE], late)).toBe(false);
    expect(meets([], late)).toBe(false);
  });
});

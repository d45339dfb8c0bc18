import { describe, expect, it } from 'vitest';
import { readTime } from '../../../../functions/api/moments.ts';

describe('a moment', () => {
  it.each([
    ['2027-01-01T00:00Z', Date.UTC(2027, 0, 1)],
    ['2027-01-01T00:00:00.5Z', Date.UTC(2027, 0, 1) + 500],
    ['2027-01-01T01:00:00+01:00', Date.UTC(2027, 0, 1)],
    [1_798_761_600_000, 1_798_761_600_000],
    ['1798761600000', 1_798_761_600_000],
    ['2027-01-01', undefined],
    ['2027-01-01T00:00', undefined],
    ['2027-13-01T00:00Z', undefined],
    ['2027-02-31T00:00:00Z', undefined],
    ['2027-02-29T00:00Z', undefined],
    ['2028-02-29T00:00Z', Date.UTC(2028, 1, 29)],
    ['2027-04-31T12:00:00+02:00', undefined],
    ['2027-02-28T24:00Z', undefined],
    ['2027-03-01T00:30+01:00', Date.UTC(2027, 1, 28, 23, 30)],
    ['tomorrow', undefined],
    ['', undefined],
    [-1, undefined],
    [1e17, undefined],
  ])('written %o is %o', (written, ms) => {
    expect(readTime(written)).toBe(ms);
  });
});

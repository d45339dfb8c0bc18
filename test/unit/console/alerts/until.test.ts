// Until when something holds, as people choose it.
import { expect, it } from 'vitest';
import { endOf, msOfLasting, TIMES } from '../../../../console/screens/alerts/until.ts';

const AT = Date.parse('2027-03-01T09:00:00Z');

it.each([
  ['30m', 1_800_000],
  ['4h', 14_400_000],
  ['3d', 259_200_000],
] as const)('%s lasts %i ms', (lasting, ms) => {
  expect(msOfLasting(lasting)).toBe(ms);
  expect(endOf(lasting, '', AT)).toBe(AT + ms);
});

it('offers times that grow', () => {
  const lengths = TIMES.map(msOfLasting);
  expect(lengths).toEqual(lengths.toSorted((a, b) => a - b));
});

it('has no end of its own when it holds until it is over', () => expect(endOf('over', '', AT)).toBeUndefined());

it('ends at a moment that is to come, and at no other', () => {
  expect(endOf('moment', '2027-03-01T10:00:00Z', AT)).toBe(AT + 3_600_000);
  expect(endOf('moment', '2027-03-01T09:00:00Z', AT)).toBeNaN();
  expect(endOf('moment', '', AT)).toBeNaN();
});

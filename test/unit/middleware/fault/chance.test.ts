import { describe, expect, it } from 'vitest';
import { hashOf, isMet as isMetBy } from '../../../../middleware/fault/chance.ts';

const ids = Array.from({ length: 20_000 }, (_, i) => `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`);

const isMet = (salt: string, id: string, share: number) => isMetBy(hashOf(salt), hashOf(id), share);

describe('whom a fault meets', () => {
  it.each([0.01, 0.05, 0.5])('is this share of requests, however alike their ids are: %d', (share) => {
    const met = ids.filter((id) => isMet('drill/abort/resource/pay', id, share)).length;
    // Five standard deviations.
    expect(Math.abs(met - share * ids.length)).toBeLessThan(5 * Math.sqrt(ids.length * share * (1 - share)));
  });

  it('is nobody at 0, and everybody at 1', () => {
    expect(ids.some((id) => isMet('drill', id, 0))).toBe(false);
    expect(ids.every((id) => isMet('drill', id, 1))).toBe(true);
  });

  it('is the same whenever it is asked', () => {
    for (const id of ids.slice(0, 100)) expect(isMet('drill', id, 0.3)).toBe(isMet('drill', id, 0.3));
  });

  it('grows with the share: nobody who was met is spared', () => {
    for (const id of ids) if (isMet('drill', id, 0.1)) expect(isMet('drill', id, 0.2)).toBe(true);
  });

  it('says nothing about whom another fault meets', () => {
    const both = ids.filter((id) => isMet('one', id, 0.5) && isMet('other', id, 0.5)).length;
    expect(Math.abs(both - 5_000)).toBeLessThan(310);
  });
});

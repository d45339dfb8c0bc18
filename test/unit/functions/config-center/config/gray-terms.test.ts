// Which readers of a namespace are in a gray publication.
import { describe, expect, it } from 'vitest';
import { configTermsOf, isGiven } from '../../../../../functions/config-center/config/gray-terms.ts';

const ID = 'orders/config/application';
const grayOf = (terms: Parameters<typeof configTermsOf>[0]) => ({
  ...configTermsOf(terms),
  ...{ revision: 2, startedAt: 0, step: 0 },
});

describe('a reader', () => {
  it.each([
    [{ ips: ['10.0.0.7'] }, { ip: '10.0.0.7' }, true],
    [{ ips: ['10.0.0.7'] }, { ip: '10.0.0.70' }, false],
    [{ ips: ['2001:DB8::1'] }, { ip: '2001:db8::1' }, true],
    [{ ips: ['10.0.0.7'] }, { ip: '10.0.0.8', label: '10.0.0.7' }, false],
    [{ ips: ['10.0.0.7'], labels: ['canary'] }, { ip: '10.0.0.8', label: 'canary' }, true],
    [{ labels: ['canary', 'blue'] }, { ip: '', label: 'blue' }, true],
    [{ labels: ['canary', 'blue'] }, { ip: '', label: 'canary,blue' }, false],
    [{ labels: ['canary'] }, { ip: 'canary' }, false],
    [{ labels: ['canary'] }, { ip: '10.0.0.7', label: '' }, false],
    [{ share: '100%' }, { ip: '10.0.0.7' }, true],
    [{ share: '100%' }, { ip: '' }, false],
    [{ share: '100%', by: 'label' as const }, { ip: '10.0.0.7' }, false],
    [{ share: '100%', by: 'label' as const }, { ip: '', label: 'a' }, true],
  ])('%j: %j is in it: %s', (terms, reader, isIn) => {
    expect(isGiven(ID, grayOf(terms), reader)).toBe(isIn);
  });

  it('that is in a share is in each larger one', () => {
    const readers = Array.from({ length: 500 }, (_, i) => ({ ip: `10.1.${i >> 8}.${i & 255}` }));
    const inShare = (share: string) => readers.filter((reader) => isGiven(ID, grayOf({ share }), reader));
    const [few, more] = [inShare('10%'), inShare('30%')];
    expect(few.length).toBeGreaterThan(20);
    expect(more).toEqual(expect.arrayContaining(few));
    expect(more.length).toBeLessThan(220);
  });
});

// What a silence speaks of, as it is written and as it fits.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fits, matchOf, matchText, wordsOf } from '../../../../console/screens/alerts/matching.ts';
import { compileGlob } from '../../../../middleware/kernel/glob.ts';

const nightly = {
  service: 'settlement',
  name: 'nightly-export',
  kind: 'job',
  severity: 'high',
  owner: 'team-a',
} as const;

describe('what is written', () => {
  it.each([
    ['', []],
    [' , ,', []],
    ['orders', ['orders']],
    [' nightly*,  orders ,', ['nightly*', 'orders']],
  ])('%j is %j', (text, words) => expect(wordsOf(text)).toEqual(words));

  it('has no field that is not given', () => {
    const none = { service: [], owner: [], name: [], kind: [], severity: [], tag: [] };
    expect(matchOf(none)).toEqual({});
    expect(matchOf({ ...none, kind: ['job'], name: ['n*', 'm'] })).toEqual({ name: ['n*', 'm'], kind: ['job'] });
  });

  it('is read as a sentence', () => {
    expect(matchText({ service: ['settlement'], name: ['n*', 'm'] })).toBe('service settlement · name n*, m');
  });
});

describe('a silence fits', () => {
  it('when every field that is given does, by one of its words', () => {
    expect(fits({ service: ['orders', 'settle*'], kind: ['job'] }, nightly)).toBe(true);
    expect(fits({ service: ['orders', 'settle*'], kind: ['check'] }, nightly)).toBe(false);
    expect(fits({ name: ['*export'] }, nightly)).toBe(true);
  });

  it('nobody’s alert by no pattern of owners', () => {
    expect(fits({ owner: ['*'] }, { ...nightly, owner: undefined as never })).toBe(false);
  });

  it('as far as is known, whatever the tags', () => expect(fits({ tag: ['gold'] }, nightly)).toBe(true));

  it('by patterns as flyball itself understands them', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '-'), maxLength: 8 });
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '-', '*'), minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(pattern, text, (name, own) => {
        expect(fits({ name: [name] }, { ...nightly, name: own })).toBe(compileGlob(name)(own));
      }),
    );
  });
});

// What a silence speaks of, as it is written and as it fits.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fits, matchOf, matchText, withSilences, wordsOf } from '../../../../console/parts/matching.ts';
import type { OpenAlert, Silence } from '../../../../console/api/alerts.ts';
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

  it('is read as a sentence, in the words of the viewer', () => {
    const say = (field: string, value?: string) => (value === undefined ? `(${field})` : value.toUpperCase());
    expect(matchText({ service: ['settlement'], name: ['n*', 'm'] }, say)).toBe('(service) SETTLEMENT · (name) N*, M');
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

  it('by tags where they are known, and as far as is known where not', () => {
    expect(fits({ tag: ['gold'] }, nightly)).toBe(true);
    expect(fits({ tag: ['go*'] }, { ...nightly, tags: ['x', 'gold'] })).toBe(true);
    expect(fits({ tag: ['gold'] }, { ...nightly, tags: [] })).toBe(false);
  });

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

describe('what burns and is silenced', () => {
  const alert = { ...nightly, status: 'firing', held: [] as OpenAlert['held'] } as OpenAlert;
  const silence: Silence = {
    ...{ id: 's-1', match: { service: ['settle*'] }, from: '2027-03-01T08:00:00Z', until: '2027-03-01T10:00:00Z' },
    ...{ reason: 'moving', by: 'kim', state: 'active' },
  };

  it('is held by the silence, from when somebody has made it', () => {
    expect(withSilences(alert, [silence]).held).toEqual([
      { kind: 'silenced', by: 's-1', since: silence.from, until: silence.until, reason: 'kim has silenced it: moving' },
    ]);
  });

  it.each<[string, OpenAlert, Silence]>([
    ['the silence is to come', alert, { ...silence, state: 'pending' }],
    ['the silence is over', alert, { ...silence, state: 'expired' }],
    ['it is of others', alert, { ...silence, match: { service: ['orders'] } }],
    ['it is of tags that nobody knows here', alert, { ...silence, match: { tag: ['*'] } }],
    ['the alert is over', { ...alert, status: 'resolved' }, silence],
    ['flyball says so itself', { ...alert, held: [{ kind: 'silenced', since: '', reason: '' }] }, silence],
  ])('is left as it is when %s', (_, own, of) => expect(withSilences(own, [of])).toBe(own));
});

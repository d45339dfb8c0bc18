// The lines in which records wait: whose turn it is, who passes, and how long one stays away.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bookHere,
  isContended,
  Lines,
  noteAdmitted,
  noteWaiting,
  stayMs,
  turnsOf,
  type Arrival,
  type LineMemory,
} from '../../../middleware/kernel/line.ts';

const S = 1e6;
const memoryOf = (given: Partial<LineMemory> = {}): LineMemory => ({
  endUs: { fresh: 0, returning: 0 },
  refusedAtUs: 0,
  freshMayAsk: 0,
  elder: { sentAtMs: 0, untilUs: 0 },
  ...given,
});
const arrival = (waited: number, sentAtMs: number): Arrival => ({ waited, sentAtMs });

describe('a line is contended', () => {
  it.each<[string, Partial<LineMemory>, number, boolean]>([
    [
      'while it is longer than a second and somebody was just refused',
      { endUs: { fresh: 9 * S, returning: 0 } },
      5,
      true,
    ],
    ['also when only those wait that have come back', { endUs: { fresh: 0, returning: 9 * S } }, 5, true],
    ['not when its end is within a second', { endUs: { fresh: 6 * S, returning: 6 * S } }, 5, false],
    ['not when nobody was refused for ten seconds', { endUs: { fresh: 99 * S, returning: 0 } }, 10, false],
  ])('%s', (_what, memory, nowS, contended) => {
    expect(isContended(memoryOf(memory), nowS * S)).toBe(contended);
  });

  it('not when nobody here has heard of it', () => {
    expect(isContended(undefined, 5 * S)).toBe(false);
  });
});

describe('whose turn it is', () => {
  const young = arrival(0, 3);
  const old = arrival(0, 1);
  const back = arrival(1, 2);

  it('without a line everybody asks, the oldest first', () => {
    expect(turnsOf([young, back, old], undefined, 5 * S)).toEqual([[old, back, young], []]);
  });

  it('in a line those ask that have come back', () => {
    expect(turnsOf([young, back, old], memoryOf(), 5 * S)).toEqual([[back], [old, young]]);
  });

  it('and of the fresh ones the oldest that may pass', () => {
    expect(turnsOf([young, back, old], memoryOf({ freshMayAsk: 1.75 }), 5 * S)).toEqual([[old, back], [young]]);
  });

  describe('while one waits that was sent at 1,000 ms and came back in vain', () => {
    const elder = (untilS: number) => memoryOf({ elder: { sentAtMs: 1_000, untilUs: untilS * S } });
    it.each<[string, Arrival, boolean]>([
      ['one that was sent before it', arrival(1, 900), true],
      ['one that was sent within a second of it', arrival(1, 2_000), true],
      ['not a younger one that comes back for the first time', arrival(1, 2_001), false],
      ['a younger one that has stood behind it before', arrival(2, 2_001), true],
    ])('it is the turn of %s', (_what, one, asks) => {
      expect(turnsOf([one], elder(9), 5 * S)).toEqual(asks ? [[one], []] : [[], [one]]);
    });

    it('it is everybody’s again once that one has come', () => {
      expect(turnsOf([arrival(1, 9_000)], elder(5), 5 * S)).toEqual([[arrival(1, 9_000)], []]);
    });

    it('the oldest is remembered, and the next one once that has come', () => {
      const memory = elder(9);
      noteWaiting(memory, 2_000, 12 * S, 5 * S);
      expect(memory.elder).toEqual({ sentAtMs: 1_000, untilUs: 9 * S });
      noteWaiting(memory, 1_000, 10 * S, 5 * S);
      expect(memory.elder).toEqual({ sentAtMs: 1_000, untilUs: 10 * S });
      noteWaiting(memory, 500, 7 * S, 5 * S);
      expect(memory.elder).toEqual({ sentAtMs: 500, untilUs: 7 * S });
      noteWaiting(memory, 2_000, 12 * S, 7 * S);
      expect(memory.elder).toEqual({ sentAtMs: 2_000, untilUs: 12 * S });
    });
  });

  it('four that return let one fresh one pass, never more than a fifth of all', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ returning: fc.nat(10), fresh: fc.nat(10) }), { maxLength: 50 }), (batches) => {
        const memory = memoryOf();
        let [returned, passed] = [0, 0];
        for (const { returning, fresh } of batches) {
          const arrivals = [
            ...Array.from({ length: returning }, () => arrival(1, 0)),
            ...Array.from({ length: fresh }, () => arrival(0, 0)),
          ];
          const [asking] = turnsOf(arrivals, memory, 5 * S);
          noteAdmitted(memory, asking);
          returned += returning;
          passed += asking.length - returning;
        }
        expect(passed).toBeLessThanOrEqual(returned / 4);
      }),
    );
  });
});

describe('booking here', () => {
  it('takes places one behind the other, and from now on when the line has passed', () => {
    const memory = memoryOf();
    expect(bookHere(memory, 'fresh', 100, 10)).toBe(100);
    expect(bookHere(memory, 'fresh', 100, 10)).toBe(110);
    expect(bookHere(memory, 'returning', 100, 10)).toBe(100);
    expect(bookHere(memory, 'fresh', 500, 10)).toBe(500);
  });

  it('remembers a thousand lines, and forgets those known longest', () => {
    const lines = new Lines();
    for (let i = 0; i <= 1_000; i++) lines.of(`line-${i}`);
    expect(lines.known('line-0')).toBeUndefined();
    expect(lines.known('line-1')).toEqual(lines.of('line-1'));
  });
});

describe('one stays away', () => {
  const line = { id: 'pace', spacingUs: 0.5 * S, stored: undefined };
  const stay = (firstS: number, place: number, receives: number, random: number) =>
    stayMs(line, firstS * S, place, receives, 10 * S, () => random);

  it.each([
    ['until its place, and a bit of the next', 12, 0, 1, 0, 2_000],
    ['by chance a bit longer, out of step with others', 12, 0, 1, 0.5, 2_250],
    ['longer the further behind', 12, 4, 1, 0, 4_000],
    ['not at all before a line that has passed', 8, 0, 1, 0, 0],
    ['a quarter of an hour at most the first time', 7_210, 0, 1, 0, 810_000],
    ['twice as long the next time', 7_210, 0, 2, 0, 1_620_000],
    ['and as long as it takes in the end', 7_210, 0, 4, 0, 7_200_000],
  ])('%s', (_what, firstS, place, receives, random, ms) => {
    expect(stay(firstS, place, receives, random)).toBe(ms);
  });
});

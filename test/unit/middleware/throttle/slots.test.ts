// The queue of a leaky bucket on one instance: slots in order of arrival, and what happens when timers are late.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRate } from '../../../../middleware/kernel/rates.ts';
import { compileGcra } from '../../../../middleware/throttle/gcra.ts';
import { Slots } from '../../../../middleware/throttle/slots.ts';
import { excess, type Admitted } from './meter.ts';

const NOW = Date.UTC(2026, 0, 5) * 1000;
const TEN = compileGcra(parseRate('10/s'), 1);

/** When each of `count` that come at once may leave, ms from now; undefined for those refused. */
function slotsOf(slots: Slots, count: number, aheadUs: number): (number | undefined)[] {
  return Array.from({ length: count }, () => {
    const { tokens, slot } = slots.reserve(TEN, NOW, 1, 1, aheadUs);
    return tokens === 0 ? undefined : slot ? (slot.fromUs() - NOW) / 1000 : 0;
  });
}

describe('slots', () => {
  it('come one interval after another, as far ahead as may be waited, and no further', () => {
    expect(slotsOf(new Slots(), 6, 400_000)).toEqual([0, 100, 200, 300, 400, undefined]);
  });

  it('tell whoever is refused when a slot within the wait will be free', () => {
    const slots = new Slots();
    slotsOf(slots, 5, 400_000);
    expect(slots.reserve(TEN, NOW, 1, 1, 400_000).freeAtUs).toBe(NOW + 100_000);
    expect(slots.reserve(TEN, NOW + 99_999, 1, 1, 400_000).tokens).toBe(0);
    expect(slots.reserve(TEN, NOW + 100_000, 1, 1, 400_000).tokens).toBe(1);
  });

  it('are given back only while nobody has reserved since', () => {
    const slots = new Slots();
    const first = slots.reserve(TEN, NOW, 1, 1, 1e6);
    const second = slots.reserve(TEN, NOW, 1, 1, 1e6);
    slots.undo(TEN, first.mark, 1);
    expect(slotsOf(slots, 1, 1e6)).toEqual([200]);
    slots.undo(TEN, second.mark, 1);
    expect(slotsOf(slots, 1, 1e6)).toEqual([300]);
  });

  it('wait for all the tokens of a request that costs several', () => {
    const three = compileGcra(parseRate('10/s'), 3);
    const slots = new Slots();
    slots.reserve(three, NOW, 3, 3, 1e6);
    expect(slots.reserve(three, NOW, 3, 3, 200_000)).toMatchObject({ tokens: 0, freeAtUs: NOW + 100_000 });
    const held = slots.reserve(three, NOW, 3, 3, 300_000);
    expect(held.slot?.fromUs()).toBe(NOW + 300_000);
  });

  it('of those behind are put off by what one left late', () => {
    const slots = new Slots();
    slots.reserve(TEN, NOW, 1, 1, 1e6);
    const late = slots.reserve(TEN, NOW, 1, 1, 1e6).slot;
    const behind = slots.reserve(TEN, NOW, 1, 1, 1e6).slot;
    expect(late?.use(NOW + 130_000)).toBe(true);
    expect(behind?.fromUs()).toBe(NOW + 230_000);
  });

  it('are lost to those so late that others have left before them', () => {
    const slots = new Slots();
    slots.reserve(TEN, NOW, 1, 1, 1e6);
    const late = slots.reserve(TEN, NOW, 1, 1, 1e6).slot;
    const behind = slots.reserve(TEN, NOW, 1, 1, 1e6).slot;
    expect(behind?.use(NOW + 200_000)).toBe(true);
    expect(late?.use(NOW + 201_000)).toBe(false);
  });
});

describe('over any window', () => {
  const histories = fc.record({
    tokens: fc.integer({ min: 1, max: 500 }),
    burst: fc.integer({ min: 1, max: 20 }),
    aheadMs: fc.integer({ min: 0, max: 3_000 }),
    arrivals: fc.array(
      fc.record({
        afterMs: fc.integer({ min: 0, max: 60 }),
        cost: fc.integer({ min: 1, max: 3 }),
        lateMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 60 })),
        givesBack: fc.boolean(),
      }),
      { minLength: 10, maxLength: 60 },
    ),
  });

  it('at most rate·w + burst leave, however late timers are', () => {
    fc.assert(
      fc.property(histories, ({ tokens, burst, aheadMs, arrivals }) => {
        const gcra = compileGcra({ tokens, perMs: 1000 }, burst);
        const slots = new Slots();
        const left: Admitted[] = [];
        const waiting: { readonly fromUs: () => number; readonly leave: (atUs: number) => void; lateUs: number }[] = [];
        /** Lets go whom a timer wakes until then, each as late as its timer is. */
        const passUntil = (untilUs: number) => {
          for (;;) {
            const due = waiting
              .map((one) => ({ one, atUs: one.fromUs() + one.lateUs }))
              .sort((a, b) => a.atUs - b.atUs)[0];
            if (!due || due.atUs > untilUs) return;
            waiting.splice(waiting.indexOf(due.one), 1);
            due.one.leave(due.atUs);
          }
        };
        let nowUs = NOW;
        for (const { afterMs, cost, lateMs, givesBack } of arrivals) {
          if (cost > burst) continue;
          nowUs += afterMs * 1000;
          passUntil(nowUs);
          const { tokens: taken, slot, mark } = slots.reserve(gcra, nowUs, cost, cost, aheadMs * 1000);
          if (taken === 0) continue;
          if (givesBack) slots.undo(gcra, mark, taken);
          else if (!slot) left.push({ atUs: nowUs, tokens: taken });
          else {
            const leave = (atUs: number) => {
              if (slot.use(atUs)) left.push({ atUs, tokens: taken });
            };
            waiting.push({ fromUs: () => slot.fromUs(), leave, lateUs: lateMs * 1000 });
          }
        }
        passUntil(Infinity);
        expect(excess(gcra, left)).toBeLessThanOrEqual(1e-6);
      }),
      { numRuns: 3_000 },
    );
  });
});

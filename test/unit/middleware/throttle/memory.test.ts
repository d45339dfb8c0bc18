// What an instance remembers of a rule, and what giving back does to it.
import { describe, expect, it } from 'vitest';
import { parseRate } from '../../../../middleware/kernel/rates.ts';
import { compileGcra } from '../../../../middleware/throttle/gcra.ts';
import { Memory, RuleMemory } from '../../../../middleware/throttle/memory.ts';

const NOW = Date.UTC(2026, 0, 5) * 1000;
const gcra = compileGcra(parseRate('10/s'));

describe('giving back', () => {
  it('undoes what nobody has built on', () => {
    const memory = new RuleMemory();
    const { tatUs } = memory.take(gcra, 'k', NOW, 10);
    memory.undo('k', tatUs, tatUs - 10 * gcra.intervalUs);
    expect(memory.take(gcra, 'k', NOW, 10).tokens).toBe(10);
  });

  it('never credits tokens twice that have refilled meanwhile: 10 admitted of a burst of 10, not 20', () => {
    const memory = new RuleMemory();
    const { tatUs } = memory.take(gcra, 'k', NOW, 10);
    const later = NOW + 500_000;
    const kept = memory.take(gcra, 'k', later, 10).tokens;
    memory.undo('k', tatUs, tatUs - 10 * gcra.intervalUs);
    expect(kept + memory.take(gcra, 'k', later, 10).tokens).toBe(5);
  });
});

describe('denials', () => {
  it('hold until their time and no longer', () => {
    const memory = new RuleMemory();
    memory.deny('k', NOW + 1_000);
    expect([memory.deniedUntil('k', NOW), memory.deniedUntil('other', NOW)]).toEqual([NOW + 1_000, undefined]);
    expect(memory.deniedUntil('k', NOW + 1_000)).toBeUndefined();
  });
});

it('a complaint about the table is made once a minute', () => {
  const memory = new RuleMemory();
  expect([0, 59_999, 60_000, 60_001].map((ms) => memory.mayWarn(ms))).toEqual([true, false, true, false]);
});

it('forgets the rules a new revision no longer has', () => {
  const memory = new Memory();
  const [a, b] = [memory.of('a'), memory.of('b')];
  memory.keep(new Set(['a']));
  expect([memory.of('a') === a, memory.of('b') === b]).toEqual([true, false]);
});

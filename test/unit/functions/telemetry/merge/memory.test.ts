// What an environment remembers holds as long as nobody else had a turn.
import { beforeEach, describe, expect, it } from 'vitest';
import { EMPTY, Memory } from '../../../../../functions/telemetry/merge/memory.ts';

const MINUTE = 60_000;
const at = (minute: number) => minute * MINUTE;

describe('what an environment remembers', () => {
  let memory: Memory;
  beforeEach(() => {
    memory = new Memory();
    memory.begin(5, at(0));
    memory.remember('orders', at(9), 'digest');
    memory.remember('orders', at(8), EMPTY);
    memory.lateMerged('a late one', at(9));
  });

  it('holds in its next turn', () => {
    memory.begin(6, at(8));
    expect(memory.digestOf('orders', at(9))).toBe('digest');
    expect(memory.digestOf('orders', at(8))).toBe(EMPTY);
    expect(memory.isLateMerged('a late one')).toBe(true);
  });

  it('is of no use once another has had a turn: that may have written something else', () => {
    memory.begin(7, at(8));
    expect(memory.digestOf('orders', at(9))).toBeUndefined();
    expect(memory.isLateMerged('a late one')).toBe(false);
  });

  it('is let go when it is old', () => {
    memory.begin(6, at(9));
    expect(memory.digestOf('orders', at(8))).toBeUndefined();
    expect(memory.digestOf('orders', at(9))).toBe('digest');
    memory.begin(7, at(10));
    expect(memory.digestOf('orders', at(9))).toBeUndefined();
    expect(memory.isLateMerged('a late one')).toBe(false);
  });

  it('is of the service and minute it was remembered of', () => {
    expect(memory.digestOf('payments', at(9))).toBeUndefined();
    memory.remember('orders', at(9), undefined);
    expect(memory.digestOf('orders', at(9))).toBeUndefined();
  });
});

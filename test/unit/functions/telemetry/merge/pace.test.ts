// How long a service's part of a tick may take: its own work counts, not that of others.
import { describe, expect, it } from 'vitest';
import { FAIR_MS, Pace } from '../../../../../functions/telemetry/merge/pace.ts';
import type { Clock } from '../../../../../middleware/kernel/clock.ts';

let nowMs = 0;
const clock: Clock = { now: () => nowMs, precise: () => nowMs, after: () => () => {} };
const pass = (ms: number) => () => (nowMs += ms);
const paceOf = (budgetMs: number, remainingMs = () => Infinity) => new Pace({ clock, budgetMs, remainingMs });

describe('a pace', () => {
  it('gives what the work gives, until the budget is spent', async () => {
    const pace = paceOf(100);
    expect(await pace.work(() => 'done')).toBe('done');
    pass(5_000)();
    await pace.work(pass(60));
    await pace.work(pass(60));
    expect(pace.spentMs).toBe(120);
    await expect(pace.work(pass(1))).rejects.toMatchObject({ code: 'OUT_OF_TIME', itself: true });
  });

  it.each([
    ['a while', FAIR_MS - 1, false],
    ['long', FAIR_MS + 1, true],
  ])('ends with the tick: after %s by its own doing or not', async (_when, ms, itself) => {
    let remainingMs = 5_000;
    const pace = paceOf(Infinity, () => remainingMs);
    await pace.work(pass(ms));
    remainingMs = 4_999;
    expect(() => pace.check()).toThrow(expect.objectContaining({ itself }));
  });

  it('lets others have a go while it works', async () => {
    const pace = paceOf(Infinity);
    let others = 0;
    const waiting = new Promise<void>((resolve) => setImmediate(() => resolve(void others++)));
    await pace.work(pass(10));
    expect(others).toBe(0);
    await pace.work(pass(20));
    expect(others).toBe(1);
    await waiting;
  });
});

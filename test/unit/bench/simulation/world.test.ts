// Virtual time: what is settled by one event has run to its end before the next, and the frozen hear nothing.
import { describe, expect, it } from 'vitest';
import { Sandbox } from '../../../../bench/simulation/sandbox.ts';
import { BEGIN_MS, World } from '../../../../bench/simulation/world.ts';

describe('the world', () => {
  it('takes events in the order of their times, and of those of one time in the order they were made', async () => {
    const world = new World();
    const seen: string[] = [];
    world.after(2, () => seen.push('late'));
    world.after(1, () => seen.push('first'));
    world.after(1, () => seen.push('second'));
    world.after(9, () => seen.push('never'));
    await world.run(BEGIN_MS + 5);
    expect(seen).toEqual(['first', 'second', 'late']);
    expect(world.nowMs).toBe(BEGIN_MS + 5);
  });

  it('lets everything that an event settles go as far as it can before the next', async () => {
    const world = new World();
    const seen: number[] = [];
    world.after(1, () => {
      world.touched = true;
      void (async () => {
        for (let i = 0; i < 100; i++) await Promise.resolve();
        seen.push(world.nowMs - BEGIN_MS);
      })();
    });
    world.after(2, () => seen.push(world.nowMs - BEGIN_MS));
    await world.run(BEGIN_MS + 5);
    expect(seen).toEqual([1, 2]);
  });
});

describe('a sandbox', () => {
  it('hears of a timer that is over while it is frozen only when it runs again', async () => {
    const world = new World();
    const sandbox = new Sandbox(world, 40);
    const seen: number[] = [];
    sandbox.busy = true;
    sandbox.clock.after(2, () => seen.push(sandbox.clock.now() - BEGIN_MS));
    sandbox.busy = false;
    world.after(5, () => {
      expect(seen).toEqual([]);
      sandbox.busy = true;
      sandbox.hear();
    });
    await world.run(BEGIN_MS + 10);
    expect(seen).toEqual([45]);
    expect(sandbox.hasUnheard).toBe(false);
  });

  it('cancels a timer', async () => {
    const world = new World();
    const sandbox = new Sandbox(world, 0);
    sandbox.busy = true;
    let rung = false;
    sandbox.clock.after(1, () => {
      rung = true;
    })();
    await world.run(BEGIN_MS + 5);
    expect(rung).toBe(false);
  });
});

// What is asked for because something is missing is asked for less and less often while it goes on missing.
import { describe, expect, it } from 'vitest';
import { Kept } from '../../../middleware/kernel/kept.ts';
import { fakeClock } from '../../support/fake-clock.ts';

const MINUTE = 60_000;

/** Keys by their names, of a source that counts who asks. */
function start(askAgainMostMs?: number) {
  const clock = fakeClock();
  const names = new Set(['k1']);
  let fetches = 0;
  const source = {
    fetch: () => {
      fetches++;
      return Promise.resolve({ names: new Set(names) });
    },
    ...{ freshMs: 86_400_000, staleMs: 86_400_000, keepMs: Infinity, late: 'too late' },
    onAway: () => undefined,
    onBack: () => undefined,
    ...(askAgainMostMs === undefined ? {} : { askAgainMostMs }),
  };
  const kept = new Kept<{ readonly names: ReadonlySet<string> }>(source, clock);
  /** Whether a key of this name is found, asked for if need be. */
  const finds = async (name: string): Promise<boolean> => {
    const has = ({ names }: { readonly names: ReadonlySet<string> }) => names.has(name);
    const now = await kept.current(1_000);
    if (!now || has(now)) return now !== undefined;
    const newer = await kept.newerThan(now, 1_000, has);
    return newer !== undefined && has(newer);
  };
  const made = () => fetches;
  return { clock, names, finds, made };
}

/** Asks for a made-up one every second for so long. */
async function floods({ clock, finds }: ReturnType<typeof start>, forMs: number): Promise<void> {
  for (let at = 0; at < forMs; at += 1_000) {
    await finds(`made-up-${at}`);
    clock.advance(1_000);
  }
}

describe('what is made up', () => {
  it.each([
    ['every 30 seconds, where nothing else is said', undefined, 118, 121],
    ['twice as long after each time, down to every five minutes', 5 * MINUTE, 12, 16],
  ])('is asked for %s', async (_what, most, atLeast, atMost) => {
    const world = start(most);
    await world.finds('k1');
    await floods(world, 60 * MINUTE);
    expect(world.made()).toBeGreaterThanOrEqual(atLeast);
    expect(world.made()).toBeLessThanOrEqual(atMost);
  });

  it('keeps something new waiting for five minutes at most, after which it is asked for as before', async () => {
    const world = start(5 * MINUTE);
    await world.finds('k1');
    await floods(world, 60 * MINUTE);
    world.names.add('k2');
    await floods(world, 5 * MINUTE);
    expect(await world.finds('k2')).toBe(true);

    world.names.add('k3');
    world.clock.advance(5 * MINUTE);
    expect(await world.finds('k3')).toBe(true);
    world.names.add('k4');
    world.clock.advance(30_000);
    expect(await world.finds('k4')).toBe(true);
  });
});

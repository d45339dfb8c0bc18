import { describe, expect, it } from 'vitest';
import { SYNC_LIMIT_MS, Syncs } from '../../../middleware/kernel/sync.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { silentLogger } from '../../support/instance.ts';

function never(signal: AbortSignal): Promise<void> {
  return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
}

describe('syncs', () => {
  it('runs what is due beside the handler and has nothing to settle once it has ended', async () => {
    const clock = fakeClock();
    const syncs = new Syncs(clock, silentLogger, () => false);
    let runs = 0;
    syncs.add({ name: 'a', due: () => runs === 0, run: async () => void runs++ });
    syncs.startDue(clock.now());
    await syncs.settle();
    expect(runs).toBe(1);
    expect(syncs.settle()).toBeUndefined();
  });

  it('keeps one exchange of a name under way at a time', async () => {
    const syncs = new Syncs(fakeClock(), silentLogger, () => false);
    let started = 0;
    let finish = () => {};
    const work = () =>
      new Promise<void>((resolve) => {
        started++;
        finish = resolve;
      });
    const first = syncs.start('a', work);
    expect(syncs.start('a', work)).toBe(first);
    finish();
    await first;
    expect(started).toBe(1);
  });

  it('abandons at its limit what does not answer, leaving no timer behind', async () => {
    const clock = fakeClock();
    const syncs = new Syncs(clock, silentLogger, () => false);
    let aborted = false;
    void syncs.start('slow', async (signal) => {
      signal.addEventListener('abort', () => {
        aborted = true;
      });
      await never(signal);
    });
    const settled = syncs.settle();
    clock.advance(SYNC_LIMIT_MS - 1);
    expect(aborted).toBe(false);
    clock.advance(1);
    await settled;
    expect(aborted).toBe(true);
    expect(clock.timers).toBe(0);
    expect(syncs.settle()).toBeUndefined();
  });

  it('leaves to another invocation what has not reached its limit', async () => {
    const clock = fakeClock();
    const syncs = new Syncs(clock, silentLogger, () => false);
    const aborted: string[] = [];
    const begin = (name: string) =>
      void syncs.start(name, async (signal) => {
        signal.addEventListener('abort', () => aborted.push(name));
        await never(signal);
      });
    begin('first');
    clock.advance(SYNC_LIMIT_MS - 1);
    begin('second');
    let open = 1;
    await syncs.settle(0, () => open > 0);
    expect(aborted).toEqual([]);
    clock.advance(1);
    await syncs.settle(0, () => open > 0);
    expect(aborted).toEqual(['first']);
    open = 0;
    await syncs.settle(0, () => open > 0);
    expect(aborted).toEqual(['first', 'second']);
  });

  it('waits a quarter as long while the store is away, since an exchange is then only a probe', async () => {
    const clock = fakeClock();
    const syncs = new Syncs(clock, silentLogger, () => true);
    void syncs.start('probe', never);
    const settled = syncs.settle();
    clock.advance(25);
    await settled;
    expect(syncs.settle()).toBeUndefined();
  });

  it('abandons what a frozen hour left in flight before starting it again', async () => {
    const clock = fakeClock();
    const syncs = new Syncs(clock, silentLogger, () => false);
    const signals: AbortSignal[] = [];
    syncs.add({
      name: 'rules',
      due: () => true,
      run: (_now, signal) => {
        signals.push(signal);
        return never(signal);
      },
    });
    syncs.startDue(clock.now());
    clock.set(clock.now() + 3_600_000);
    syncs.startDue(clock.now());
    expect(signals.map((signal) => signal.aborted)).toEqual([true, false]);
  });

  it('contains what an exchange throws and says so', async () => {
    const warnings: string[] = [];
    const logger = { ...silentLogger, warn: (message: string) => void warnings.push(message) };
    const syncs = new Syncs(fakeClock(), logger, () => false);
    await syncs.start('a', () => Promise.reject(new Error('no answer')));
    expect(warnings).toEqual(['flyball could not sync']);
  });
});

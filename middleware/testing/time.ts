// Lets time pass in a test: timers fire in their order, and what waits for one goes on before the next fires.
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FakeClock } from './clock.ts';

/** Turns of the event loop after which whatever can go on without time passing has gone on. */
const TURNS = 3;

/** Lets everything go on that waits for no timer. Captured at import, so that a runner's own fake timers do not stop it. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) await nextTurn();
}

/** Moves the clock on by `ms`, from timer to timer. */
export async function passTime(clock: FakeClock, ms: number): Promise<void> {
  const end = clock.now() + ms;
  await settled();
  for (let next = clock.nextAt; next !== undefined && next <= end; next = clock.nextAt) {
    clock.advance(Math.max(0, next - clock.precise()));
    await settled();
  }
  clock.advance(Math.max(0, end - clock.precise()));
  await settled();
}

/** Moves the clock from timer to timer, for as long as `work` needs it, and gives what it comes to. */
export async function passTimeUntil<T>(clock: FakeClock, work: Promise<T>): Promise<T> {
  let ended = false;
  const watched = work.finally(() => (ended = true));
  // Whoever awaits the work meets its failure.
  watched.catch(() => {});
  for (;;) {
    await settled();
    if (ended) return work;
    const next = clock.nextAt;
    // It waits for something real: nothing of ours would be early or late.
    if (next === undefined) await nextTurn();
    else clock.advance(Math.max(0, next - clock.precise()));
  }
}

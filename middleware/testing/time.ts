// Lets time pass in a test: timers fire in their order, and what waits for one goes on before the next fires.
// The real timers are captured at import, so that a test runner's own fake ones do not stop them.
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import type { FakeClock } from './clock.ts';
import { UnderWay } from './under-way.ts';

/** Turns of the event loop after which whatever waits for nothing has gone on. */
const TURNS = 3;
/** What is really under way (a file being read, keys being made) is given so long, ms, before time is moved on. */
const GRACE_MS = 1;
/** What is under way for longer is part of the scenery: a connection that stays open. */
const LONGEST_GRACE_MS = 500;

/** Lets everything go on that waits for no timer. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) await nextTurn();
}

/** Moves the clock on by `ms`, from timer to timer. */
export async function passTime(clock: FakeClock, ms: number): Promise<void> {
  const end = clock.now() + ms;
  await settled();
  for (let next = clock.nextAt; next !== undefined && next <= end; next = clock.nextAt) {
    moveTo(clock, next);
    await settled();
  }
  moveTo(clock, end);
  await settled();
}

function moveTo(clock: FakeClock, at: number): void {
  clock.advance(Math.max(0, at - clock.precise()));
}

/** Work that time is being moved for, oldest first: it may have other work done, which then goes first. */
const movers: { readonly clock: FakeClock }[] = [];

/** Begins work and moves the clock from timer to timer, for as long as it needs that; gives what it comes to. */
export async function passTimeFor<T>(clock: FakeClock, work: () => Promise<T>): Promise<T> {
  const mover = { clock };
  const underWay = new UnderWay();
  movers.push(mover);
  try {
    return await movedUntil(mover, underWay.begin(work), underWay);
  } finally {
    underWay.stop();
    movers.splice(movers.indexOf(mover), 1);
  }
}

async function movedUntil<T>(mover: { readonly clock: FakeClock }, work: Promise<T>, underWay: UnderWay): Promise<T> {
  const { clock } = mover;
  let ended = false;
  // Whoever awaits the work meets its failure.
  work.finally(() => (ended = true)).catch(() => {});
  let waitedMs = 0;
  for (;;) {
    await settled();
    if (ended) return work;
    const next = clock.nextAt;
    await pause(GRACE_MS);
    await settled();
    if (ended) return work;
    // Without a timer it waits for something real; with another one than before it has just gone on.
    if (next === undefined || clock.nextAt !== next) continue;
    waitedMs += GRACE_MS;
    if ((underWay.some || hasOthersFirst(mover)) && waitedMs < LONGEST_GRACE_MS) continue;
    waitedMs = 0;
    underWay.ignoreOpen();
    moveTo(clock, next);
  }
}

function hasOthersFirst(mover: { readonly clock: FakeClock }): boolean {
  return movers.slice(movers.indexOf(mover) + 1).some(({ clock }) => clock !== mover.clock);
}

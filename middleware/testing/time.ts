// Lets time pass in a test: timers fire in their order, and what waits for one goes on before the next fires.
// The real timers are captured at import, so that a test runner's own fake ones do not stop them.
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import type { FakeClock } from './clock.ts';

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

/** Clocks being moved for some work, oldest first: work may have other work done, which then goes first. */
const movers: { readonly clock: FakeClock }[] = [];

/** Moves the clock from timer to timer, for as long as `work` needs it, and gives what it comes to. */
export async function passTimeUntil<T>(clock: FakeClock, work: Promise<T>): Promise<T> {
  const mover = { clock };
  movers.push(mover);
  try {
    return await movedUntil(mover, work);
  } finally {
    movers.splice(movers.indexOf(mover), 1);
  }
}

async function movedUntil<T>(mover: { readonly clock: FakeClock }, work: Promise<T>): Promise<T> {
  const { clock } = mover;
  const scenery = underWay();
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
    // Without a timer it waits for something real, and without a change for nothing else.
    if (next === undefined || clock.nextAt !== next) continue;
    waitedMs += GRACE_MS;
    const isBusy = hasMore(underWay(), scenery) || hasOthersFirst(mover);
    if (isBusy && waitedMs < LONGEST_GRACE_MS) continue;
    waitedMs = 0;
    moveTo(clock, next);
  }
}

function hasOthersFirst(mover: { readonly clock: FakeClock }): boolean {
  return movers.slice(movers.indexOf(mover) + 1).some(({ clock }) => clock !== mover.clock);
}

/** How many of what keep this process alive: requests, connections, real timers. */
function underWay(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  counts.delete('Immediate');
  return counts;
}

function hasMore(now: ReadonlyMap<string, number>, before: ReadonlyMap<string, number>): boolean {
  return [...now].some(([kind, count]) => count > (before.get(kind) ?? 0));
}

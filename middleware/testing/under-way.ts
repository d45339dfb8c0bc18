// Tells whether some work waits for anything real (a file, a connection, a real timer), which no fake time can hurry.
import { AsyncLocalStorage, createHook } from 'node:async_hooks';

/** Node's own requests and handles have names like FSREQPROMISE; of JavaScript's, only timers are waited for. */
const isReal = (kind: string) => kind === 'Timeout' || (kind !== 'PROMISE' && /^[A-Z]+$/.test(kind));

const begun = new AsyncLocalStorage<UnderWay>();
const owners = new Map<number, UnderWay>();

const hook = createHook({
  init(id, kind) {
    const owner = isReal(kind) ? begun.getStore() : undefined;
    if (!owner) return;
    owner.open.add(id);
    owners.set(id, owner);
  },
  destroy(id) {
    owners.get(id)?.open.delete(id);
    owners.delete(id);
  },
});

let watching = 0;

/** What one piece of work has begun and not ended, by Node's own count. */
export class UnderWay {
  readonly open = new Set<number>();

  /** Runs the work and watches whatever it begins, until `stop`. */
  begin<T>(work: () => T): T {
    if (watching++ === 0) hook.enable();
    return begun.run(this, work);
  }

  get some(): boolean {
    return this.open.size > 0;
  }

  /** What is open now is open for good, like a connection that is kept. */
  ignoreOpen(): void {
    for (const id of this.open) owners.delete(id);
    this.open.clear();
  }

  stop(): void {
    this.ignoreOpen();
    if (--watching === 0) hook.disable();
  }
}

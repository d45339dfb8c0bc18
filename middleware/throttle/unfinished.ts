// Writes beside handlers that must be made in the end: what was not answered is made again at a later invocation.
import type { Instance } from '../kernel/instance.ts';
import type { Syncable } from '../kernel/sync.ts';

type Write = (signal: AbortSignal) => Promise<void>;

/** What was not finished is begun again after so long. */
const AGAIN_MS = 10_000;
/** At most so many are made again beside one handler. */
const MOST_AT_ONCE = 10;
/** A store that is away for long must not fill the memory. */
const MOST_UNFINISHED = 1_000;

interface Begun {
  readonly write: Write;
  atMs: number;
}

/** Each write has a name, and is to the same effect when it is made twice. */
export class Unfinished implements Syncable {
  readonly name = 'quota-notes';
  readonly #instance: Instance;
  readonly #begun = new Map<string, Begun>();
  #nextMs = Infinity;

  constructor(instance: Instance) {
    this.#instance = instance;
    instance.syncs.add(this);
  }

  /** Begins a write, unless it has been lately. */
  start(name: string, write: Write): void {
    if (this.#add(name, write)) void this.#instance.syncs.start(name, (signal) => this.#make(name, write, signal));
  }

  /** Leaves a write for later. */
  later(name: string, write: Write): void {
    this.#add(name, write);
  }

  due(nowMs: number): boolean {
    return nowMs >= this.#nextMs && !this.#instance.syncs.storeAway;
  }

  async run(nowMs: number, signal: AbortSignal): Promise<void> {
    const again = [...this.#begun].filter(([, { atMs }]) => nowMs - atMs >= AGAIN_MS).slice(0, MOST_AT_ONCE);
    for (const [, begun] of again) begun.atMs = nowMs;
    // With more to make than at once, the next ones come with the next invocation.
    this.#nextMs = this.#begun.size === 0 ? Infinity : nowMs + (again.length < MOST_AT_ONCE ? AGAIN_MS : 0);
    await Promise.all(again.map(([name, { write }]) => this.#make(name, write, signal)));
  }

  #add(name: string, write: Write): boolean {
    if (this.#begun.has(name) || this.#begun.size >= MOST_UNFINISHED) return false;
    const nowMs = this.#instance.clock.now();
    this.#begun.set(name, { write, atMs: nowMs });
    this.#nextMs = Math.min(this.#nextMs, nowMs + AGAIN_MS);
    return true;
  }

  async #make(name: string, write: Write, signal: AbortSignal): Promise<void> {
    try {
      await write(signal);
      this.#begun.delete(name);
    } catch {
      // Tried again; the store's own guard tells of what is wrong with it.
      this.#instance.recorder.internal('quota:unnoted');
    }
  }
}

// What a simulated environment lives in: a clock that is off, and news and timers that reach it only while it runs.
import type { Clock } from '../../middleware/kernel/clock.ts';
import type { World } from './world.ts';

export class Sandbox {
  /** An invocation runs: frozen otherwise. */
  busy = false;
  readonly clock: Clock;
  /** What arrived while nothing ran here: it is heard with the next invocation. */
  #unheard: (() => void)[] = [];
  #stopped = false;

  /** `offsetMs`: by how much its clock is ahead of true time. */
  constructor(world: World, offsetMs: number) {
    this.clock = {
      now: () => Math.floor(world.nowMs + offsetMs),
      precise: () => world.nowMs,
      after: (ms, callback) => {
        const timer = world.after(ms, () =>
          this.deliver(() => {
            world.touched = true;
            callback();
          }),
        );
        return () => {
          timer.run = undefined;
        };
      },
    };
  }

  get hasUnheard(): boolean {
    return this.#unheard.length > 0;
  }

  deliver(news: () => void): void {
    if (!this.busy || this.#stopped) {
      this.#unheard.push(news);
      return;
    }
    news();
  }

  hear(): void {
    if (this.#unheard.length === 0) return;
    const unheard = this.#unheard;
    this.#unheard = [];
    for (const news of unheard) this.deliver(news);
  }

  /** As SIGSTOP does, in the midst of whatever it does, until `resume`. */
  stop(): void {
    this.#stopped = true;
  }

  resume(): void {
    this.#stopped = false;
    this.hear();
  }
}

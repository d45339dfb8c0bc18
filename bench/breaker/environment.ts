// One simulated Lambda environment with a breaker: one invocation at a time, and nothing at all between them.
import type { Random } from '../../middleware/kernel/clock.ts';
import type { Sandbox } from '../simulation/sandbox.ts';
import type { World } from '../simulation/world.ts';
import type { Answer } from './dependency.ts';
import type { Caller } from './subjects/subject.ts';

export interface EnvironmentOptions {
  readonly world: World;
  readonly sandbox: Sandbox;
  readonly random: Random;
  readonly caller: Caller;
  /** A call leaves: what becomes of it. */
  readonly sent: () => Answer;
  readonly refused: () => void;
  readonly ended: () => void;
  /** Something went wrong that nothing simulated can have caused. */
  readonly failed: (error: unknown) => void;
}

export class Environment {
  readonly #options: EnvironmentOptions;
  #waiting = 0;

  constructor(options: EnvironmentOptions) {
    this.#options = options;
  }

  get busy(): boolean {
    return this.#options.sandbox.busy;
  }

  ask(): void {
    if (this.busy) this.#waiting++;
    else this.#invoke().catch(this.#options.failed);
  }

  async #invoke(): Promise<void> {
    const { world, sandbox, caller, random, refused } = this.#options;
    sandbox.busy = true;
    world.touched = true;
    // Whether an environment that thaws hears first of what it missed or of its invocation is the platform's affair.
    const hearsFirst = sandbox.hasUnheard && random() < 0.5;
    if (hearsFirst) sandbox.hear();
    const invoking = caller.invoke(this.#send);
    if (!hearsFirst) sandbox.hear();
    if ((await invoking) === 'refused') refused();
    await caller.settle();
    sandbox.busy = false;
    this.#options.ended();
    if (this.#waiting === 0) return;
    this.#waiting--;
    // The next one comes a moment later, as an event of its own.
    world.after(0, () => this.ask());
  }

  readonly #send = (): Promise<boolean> => {
    const { world, sandbox, sent } = this.#options;
    const { failed, afterMs } = sent();
    return new Promise((resolve) => {
      world.after(afterMs, () =>
        sandbox.deliver(() => {
          world.touched = true;
          resolve(failed);
        }),
      );
    });
  };
}

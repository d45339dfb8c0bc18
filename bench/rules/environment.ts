// One simulated Lambda environment that decides by its live rules: the product's, on a clock of its own, frozen between invocations.
import type { Random } from '../../middleware/kernel/clock.ts';
import { Instance } from '../../middleware/kernel/instance.ts';
import { SYNC_LIMIT_MS } from '../../middleware/kernel/sync.ts';
import { guardedTable } from '../../store/guard.ts';
import { Sandbox } from '../simulation/sandbox.ts';
import type { SimulatedStore } from '../simulation/store.ts';
import type { World } from '../simulation/world.ts';

export interface EnvironmentOptions {
  readonly world: World;
  readonly store: SimulatedStore;
  readonly random: Random;
  readonly service: string;
  readonly id: string;
  /** By how much its clock is ahead of true time, ms. */
  readonly offsetMs: number;
  readonly handlerMs: number;
  /** An invocation goes on, under this revision; it has waited for so long, ms. */
  readonly decided: (revision: number, waitedMs: number) => void;
  /** What is in force once an invocation has ended. */
  readonly ended: (revision: number) => void;
  /** Something went wrong that nothing simulated can have caused. */
  readonly failed: (error: unknown) => void;
}

const nothing = () => {};

export class Environment {
  readonly #options: EnvironmentOptions;
  readonly #sandbox: Sandbox;
  readonly #instance: Instance;
  #waiting = 0;

  constructor(options: EnvironmentOptions) {
    this.#options = options;
    const { world, store, random, service, id, offsetMs, failed } = options;
    const sandbox = new Sandbox(world, offsetMs);
    const { clock } = sandbox;
    const reached = store.tableOf({ now: () => clock.now(), deliver: (news) => sandbox.deliver(news) });
    const table = guardedTable(reached, clock);
    this.#sandbox = sandbox;
    this.#instance = new Instance({
      ...{ service, id, functionName: service, functionVersion: '1', clock, random, table },
      logger: { debug: nothing, info: nothing, warn: nothing, error: (text, fields) => failed({ text, ...fields }) },
      storeAway: () => table.state(clock.now()) !== 'closed',
    });
  }

  ask(): void {
    if (this.#sandbox.busy) this.#waiting++;
    else this.#invoke().catch(this.#options.failed);
  }

  /** As the kernel's first hook and its last do. */
  async #invoke(): Promise<void> {
    const { world, random, handlerMs, decided, ended } = this.#options;
    const { clock, rules, syncs } = this.#instance;
    const sandbox = this.#sandbox;
    sandbox.busy = true;
    world.touched = true;
    // Whether an environment that thaws hears first of what it missed or of its invocation is the platform's affair.
    const hearsFirst = sandbox.hasUnheard && random() < 0.5;
    if (hearsFirst) sandbox.hear();
    const [now, begunMs] = [clock.now(), world.nowMs];
    this.#instance.cold = false;
    syncs.startDue(now);
    let { snapshot } = rules;
    const stale = rules.awaitIfStale(now);
    if (!hearsFirst) sandbox.hear();
    if (stale ?? rules.loading) {
      await stale;
      await rules.loading;
      ({ snapshot } = rules);
    }
    decided(snapshot.origin.revision, world.nowMs - begunMs);
    await new Promise<void>((resolve) => {
      world.after(handlerMs, () =>
        sandbox.deliver(() => {
          world.touched = true;
          resolve();
        }),
      );
    });
    if (!syncs.idle) await syncs.settle(SYNC_LIMIT_MS);
    ended(rules.snapshot.origin.revision);
    sandbox.busy = false;
    if (this.#waiting === 0) return;
    this.#waiting--;
    // The next one comes a moment later, as an event of its own.
    world.after(0, () => this.ask());
  }
}

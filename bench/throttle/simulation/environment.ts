// One simulated Lambda environment: the product's instance and throttle on a clock of its own, frozen between invocations.
import type { Context } from 'aws-lambda';
import type { Random } from '../../../middleware/kernel/clock.ts';
import { Refused } from '../../../middleware/kernel/errors.ts';
import { Instance } from '../../../middleware/kernel/instance.ts';
import { Invocation } from '../../../middleware/kernel/invocation.ts';
import type { RuleDocument } from '../../../middleware/kernel/rules/document.ts';
import { SYNC_LIMIT_MS } from '../../../middleware/kernel/sync.ts';
import { provideEverything } from '../../../middleware/throttle/everything.ts';
import { throttlePolicy } from '../../../middleware/throttle/index.ts';
import { guardedTable } from '../../../store/guard.ts';
import { Sandbox } from '../../simulation/sandbox.ts';
import type { SimulatedStore } from '../../simulation/store.ts';
import type { World } from '../../simulation/world.ts';
import type { Ask } from './request.ts';

// Rules are compiled without waiting.
provideEverything();

export interface EnvironmentOptions {
  readonly world: World;
  readonly store: SimulatedStore;
  readonly random: Random;
  readonly id: string;
  readonly document: RuleDocument;
  /** By how much its clock is ahead of true time, ms. */
  readonly offsetMs: number;
  readonly handlerMs: number;
  /**
   * Told what became of each request. It `waited` if its handler had to wait for the store; a promise that was settled at
   * once is no wait. `contained` is what came out of the policy and was no refusal.
   */
  readonly answered: (key: number, admitted: boolean, waited: boolean, contained: unknown) => void;
  /** The response waited for an exchange that was still under way. */
  readonly delayed: () => void;
}

const nothing = () => {};
const silent = { debug: nothing, info: nothing, warn: nothing, error: nothing };
const SERVICE = 'simulated';

type Throttles = ReturnType<typeof throttlePolicy.compile>;

export class Environment {
  readonly #options: EnvironmentOptions;
  readonly #instance: Instance;
  readonly #sandbox: Sandbox;
  readonly #queue: Ask[] = [];
  #throttles: Throttles;
  #invocations = 0;

  constructor(options: EnvironmentOptions) {
    this.#options = options;
    const { world, store, offsetMs } = options;
    this.#sandbox = new Sandbox(world, offsetMs);
    const { clock } = this.#sandbox;
    const reached = store.tableOf({ now: () => clock.now(), deliver: (news) => this.#sandbox.deliver(news) });
    const table = guardedTable(reached, clock);
    this.#instance = new Instance({
      ...{ service: SERVICE, id: options.id, functionName: SERVICE, functionVersion: '1' },
      ...{ clock, random: options.random, table, logger: silent },
      storeAway: () => table.state(clock.now()) !== 'closed',
    });
    this.#throttles = throttlePolicy.compile(options.document, this.#instance);
  }

  /** A new revision has come here. */
  follow(document: RuleDocument): void {
    this.#throttles = throttlePolicy.compile(document, this.#instance);
  }

  ask(ask: Ask): void {
    if (this.#sandbox.busy) this.#queue.push(ask);
    else this.#begin(ask);
  }

  get busy(): boolean {
    return this.#sandbox.busy;
  }

  stop(): void {
    this.#sandbox.stop();
  }

  resume(): void {
    this.#sandbox.resume();
  }

  #begin(ask: Ask): void {
    this.#sandbox.busy = true;
    const instance = this.#instance;
    // Whether an environment that thaws hears first of what it missed or of its invocation is the platform's affair.
    const hearsFirst = this.#sandbox.hasUnheard && this.#options.random() < 0.5;
    if (hearsFirst) this.#sandbox.hear();
    const now = instance.clock.now();
    const context = { awsRequestId: String(this.#invocations++), getRemainingTimeInMillis };
    const { snapshot } = instance.rules;
    const invocation = new Invocation(instance, snapshot, ask.trigger, ask.event, context as Context, now);
    instance.cold = false;
    instance.syncs.startDue(now);
    invocation.untimed = true;
    try {
      const waiting = throttlePolicy.before?.(invocation, this.#throttles);
      invocation.untimed = false;
      if (waiting) this.#wait(ask, invocation, waiting);
      else this.#admitted(ask, invocation, false, undefined);
    } catch (error) {
      this.#failed(ask, invocation, false, error);
    }
    if (!hearsFirst) this.#sandbox.hear();
  }

  #wait(ask: Ask, invocation: Invocation, waiting: Promise<void>): void {
    invocation.untimed = false;
    const { world } = this.#options;
    const sinceMs = world.nowMs;
    world.touched = true;
    waiting.then(
      () => this.#admitted(ask, invocation, world.nowMs > sinceMs, undefined),
      (error: unknown) => this.#failed(ask, invocation, world.nowMs > sinceMs, error),
    );
  }

  #failed(ask: Ask, invocation: Invocation, waited: boolean, error: unknown): void {
    invocation.untimed = false;
    // As the kernel does: what is no refusal is contained, and the invocation goes on.
    if (!(error instanceof Refused)) return this.#admitted(ask, invocation, waited, error);
    this.#options.answered(ask.key, false, waited, undefined);
    invocation.outcome = 'refused';
    this.#end(invocation);
  }

  #admitted(ask: Ask, invocation: Invocation, waited: boolean, contained: unknown): void {
    this.#options.answered(ask.key, true, waited, contained);
    invocation.outcome = 'ok';
    this.#options.world.after(this.#options.handlerMs, () => this.#sandbox.deliver(() => this.#end(invocation)));
  }

  #end(invocation: Invocation): void {
    const { syncs } = this.#instance;
    const after = throttlePolicy.after?.(invocation, this.#throttles);
    invocation.ended = true;
    invocation.dispose();
    const settling = syncs.idle ? undefined : syncs.settle(invocation.settleMs(SYNC_LIMIT_MS));
    if (!after && !settling) return this.#next();
    const { world, delayed } = this.#options;
    if (settling) delayed();
    world.touched = true;
    void Promise.all([after, settling]).then(() => this.#next());
  }

  #next(): void {
    this.#sandbox.busy = false;
    const ask = this.#queue.shift();
    if (!ask) return;
    // The next one comes a moment later, as an event of its own.
    this.#options.world.after(0, () => this.ask(ask));
  }
}

const getRemainingTimeInMillis = () => 30_000;

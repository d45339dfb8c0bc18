// Layers of governed functions in virtual time, each calling the next with the product's own code: what stands in for the
// network hands a request on to an instance of the next layer, or to the dependency behind the last.
import { AsyncResource } from 'node:async_hooks';
import type { Context } from 'aws-lambda';
import { replaceTransport, type Transport } from '../../middleware/call/index.ts';
import { flyball, governed } from '../../middleware/index.ts';
import type { Random } from '../../middleware/kernel/clock.ts';
import { Instance } from '../../middleware/kernel/instance.ts';
import type { DependencyRule } from '../../middleware/kernel/rules/document.ts';
import { fakeClock, type FakeClock } from '../../middleware/testing/clock.ts';
import { lambdaContext } from '../../middleware/testing/context.ts';
import { events } from '../../middleware/testing/index.ts';
import { loadEverything } from '../../middleware/slots.ts';
import { StoreUnavailable, type Table } from '../../store/port.ts';

export interface Layer {
  readonly instances: number;
  /** How the layer reaches the next: by invoking it, or through a gateway, behind which no caller is believed. */
  readonly by: 'invoke' | 'http';
  readonly retry: NonNullable<DependencyRule['retry']>;
  readonly hedge?: DependencyRule['hedge'];
}

export interface VirtualOptions {
  readonly layers: readonly Layer[];
  readonly random: Random;
  /** Whether the last dependency fails at this time, ms from the beginning; it takes `takesMs` to. */
  readonly fails: (atMs: number) => boolean;
  readonly takesMs?: (atMs: number) => number;
}

const absent = () => Promise.reject(new StoreUnavailable('connect', 'there is no table in this simulation'));
const noTable: Table = { get: absent, put: absent, update: absent, delete: absent, query: absent };
const quiet = { info: () => {}, warn: () => {}, error: () => {} };

interface Answer {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

type Handler = (event: unknown, context: Context) => Promise<unknown>;

const STARTED_MS = 1_800_000_000_000;
const TIME_LIMIT_MS = 30_000;

export class VirtualChain {
  readonly clock: FakeClock = fakeClock(STARTED_MS);
  /** What the last dependency was asked. */
  reached = 0;
  /** What each layer was asked, the first first. */
  readonly asked: number[];
  readonly #layers: readonly (readonly Handler[])[];
  readonly #options: VirtualOptions;

  /** Loads what time standing still must not wait for. */
  static async of(options: VirtualOptions): Promise<VirtualChain> {
    await loadEverything();
    return new VirtualChain(options);
  }

  private constructor(options: VirtualOptions) {
    this.#options = options;
    this.asked = options.layers.map(() => 0);
    this.#layers = options.layers.map((layer, depth) =>
      Array.from({ length: layer.instances }, (_, i) => this.#handler(layer, depth, i)),
    );
  }

  /** One request to the first layer, by whoever begins. Resolves when it is answered, however it is. */
  request(): Promise<unknown> {
    return this.#ask(0, {}).catch((error: unknown) => error);
  }

  /** Passes `ms`, in the order of what happens in it, letting everything run that does not wait for time. */
  async pass(ms: number): Promise<void> {
    const end = this.clock.now() + ms;
    for (;;) {
      await settled();
      const { nextAt } = this.clock;
      if (nextAt === undefined || nextAt > end) break;
      this.clock.advance(Math.max(0, nextAt - this.clock.precise()));
    }
    this.clock.advance(Math.max(0, end - this.clock.precise()));
    await settled();
  }

  #handler({ retry, hedge, by }: Layer, depth: number, index: number): Handler {
    const service = `layer-${depth}`;
    const target = by === 'invoke' ? { function: 'next' } : { url: 'http://next.example' };
    const rule: DependencyRule = {
      target,
      retry,
      ...(hedge ? { hedge } : {}),
      shed: 'disabled',
      operations: { work: { idempotency: 'safe' } },
    };
    const instance = new Instance({
      service,
      id: `${service}-${index}`,
      clock: this.clock,
      random: this.#options.random,
      table: noTable,
      hasTable: false,
      // Nobody is asked for what is not there.
      storeAway: () => true,
      logger: quiet,
      functionName: service,
      functionVersion: '$LATEST',
      bootstrap: { apiVersion: 'flyball/v1', service, dependencies: { next: rule } },
    });
    replaceTransport(instance, this.#towards(depth + 1));
    return governed({ service, instance }, async () => {
      await flyball.call('next', { operation: 'work' });
      return { statusCode: 200, body: '{}' };
    });
  }

  #towards(depth: number): Transport {
    return {
      exchange: async ({ headers }) => {
        const answer = (await this.#ask(depth, events.httpV2({ method: 'POST', path: '/', headers }))) as Answer;
        return {
          status: answer.statusCode,
          headers: { 'content-type': 'application/json', ...answer.headers },
          body: Buffer.from(answer.body ?? ''),
        };
      },
      invoker: () =>
        Promise.resolve(async ({ payload }) => {
          const event: unknown = JSON.parse(payload);
          try {
            return { Payload: bytesOf(await this.#ask(depth, event)) };
          } catch (error) {
            // As Lambda writes down an error: of its fields nothing is left.
            const { name, message } = error instanceof Error ? error : new Error(String(error));
            return { FunctionError: 'Unhandled', Payload: bytesOf({ errorType: name, errorMessage: message }) };
          }
        }),
    };
  }

  async #ask(depth: number, event: unknown): Promise<unknown> {
    const instances = this.#layers[depth];
    if (!instances) return this.#last();
    this.asked[depth] = (this.asked[depth] ?? 0) + 1;
    const handler = instances[Math.floor(this.#options.random() * instances.length)];
    if (!handler) throw new Error('a layer has an instance at least');
    const context = lambdaContext(this.clock, TIME_LIMIT_MS);
    // An environment of its own: what runs there does not run within who asked.
    return new AsyncResource('layer').runInAsyncScope(() => handler(event, context));
  }

  async #last(): Promise<Answer> {
    this.reached++;
    const atMs = this.clock.now() - STARTED_MS;
    const takesMs = this.#options.takesMs?.(atMs) ?? 5;
    await new Promise<void>((resolve) => this.clock.after(takesMs, resolve));
    return this.#options.fails(atMs) ? { statusCode: 503, body: '{}' } : { statusCode: 200, body: '{}' };
  }
}

/** When everything has run that waits for no time. */
async function settled(): Promise<void> {
  for (let i = 0; i < 2; i++) await new Promise<void>((resolve) => setImmediate(resolve));
}

const bytesOf = (value: unknown) => Buffer.from(JSON.stringify(value));

// What the instances of one test share: time, chance, the table, the rules, the dependencies and the queues.
import type { Context } from 'aws-lambda';
import type { Logger } from '../kernel/logger.ts';
import { makeInstance } from '../kernel/instances.ts';
import type { Instance } from '../kernel/instance.ts';
import type { Random } from '../kernel/clock.ts';
import type { RuleDocument } from '../kernel/rules/document.ts';
import { Misused } from '../kernel/errors.ts';
import { replaceQueues } from '../kernel/queues.ts';
import { replaceKeyFetch } from '../access/index.ts';
import { replaceTransport } from '../call/in-place.ts';
import { replaceSigningKeyFetch } from '../kernel/signing/index.ts';
import { loadEverything } from '../slots.ts';
import type { FakeClock } from './clock.ts';
import { makeKey, signEvent, TEST_SIGNING_KEYS, type TestClient } from './callers.ts';
import { lambdaContext } from './context.ts';
import { Dependencies } from './dependencies.ts';
import { Issuer } from './issuer.ts';
import { KnownNames } from './names.ts';
import { TestQueues } from './queues.ts';
import { seededRandom } from './random.ts';
import { publishTo, readRules, type TestRules } from './rules.ts';
import { StoreFaults } from './store-faults.ts';
import { memoryTable, type MemoryTable } from './table/memory-table.ts';

export interface FleetOptions {
  readonly service: string;
  readonly clock: FakeClock;
  readonly seed: number;
  readonly functionName: string;
}

export class Fleet {
  readonly service: string;
  readonly clock: FakeClock;
  /** The table as it is; flyball meets it through the faults. */
  readonly table: MemoryTable = memoryTable();
  readonly store: StoreFaults;
  readonly dependencies: Dependencies;
  readonly queues = new TestQueues();
  readonly issuer = new Issuer();
  readonly names = new KnownNames();
  readonly #random: Random;
  readonly #functionName: string;
  readonly instances: Instance[] = [];
  #revision = 0;
  #document: RuleDocument | undefined;
  #requests = 0;

  constructor({ service, clock, seed, functionName }: FleetOptions) {
    this.service = service;
    this.clock = clock;
    this.store = new StoreFaults(clock);
    this.dependencies = new Dependencies(clock);
    this.#random = seededRandom(seed);
    this.#functionName = functionName;
  }

  /** Checks and publishes rules; instances that reach the store work by them from their next invocation on. */
  async publish(rules: TestRules): Promise<number> {
    const document = await readRules(this.service, rules);
    this.#revision = await publishTo(this.table, document, this.#revision, this.clock.now());
    this.#document = document;
    this.names.learn(document);
    if (this.store.isUp) await Promise.all(this.instances.map((instance) => this.#poll(instance)));
    return this.#revision;
  }

  /** Makes another instance, with the rules of the moment. */
  async instance(logger: Logger): Promise<Instance> {
    const { service, clock } = this;
    const instance = makeInstance({
      service,
      id: `instance-${this.instances.length + 1}`,
      clock,
      random: this.#random,
      table: this.store.over(this.table),
      logger,
      functionName: this.#functionName,
      functionVersion: '$LATEST',
    });
    replaceTransport(instance, this.dependencies.transport);
    replaceQueues(instance, this.queues);
    replaceKeyFetch(instance, () => this.issuer.keySet());
    replaceSigningKeyFetch(instance, () => Promise.resolve(TEST_SIGNING_KEYS));
    this.instances.push(instance);
    // What is loaded when it is first needed takes real time, which the test's clock knows nothing of.
    await loadEverything();
    if (this.store.isUp) await instance.rules.awaitIfStale(clock.now());
    return instance;
  }

  /** The poll an instance makes by itself every few seconds. */
  async #poll(instance: Instance): Promise<void> {
    await instance.rules.run(this.clock.now(), new AbortController().signal);
    const { revision } = instance.rules.snapshot.origin;
    if (revision === this.#revision) return;
    throw new Misused(`revision ${this.#revision} is not in force: the instance's log says why`);
  }

  /** A token that the rules of the moment let in. */
  token(claims: Readonly<Record<string, unknown>>): Promise<string> {
    return this.issuer.token(this.#document, this.clock.now(), claims);
  }

  /** A key that the rules of the moment let in, if they take keys. */
  apiKey(client: string, about: TestClient): Promise<string> {
    return makeKey(this.table, this.service, client, about, this.clock.now(), this.#random);
  }

  /** A web request as another service signs it. */
  signed<Event>(event: Event, caller: string): Event {
    return signEvent(event, caller, this.service, this.clock.now());
  }

  context(timeoutMs: number): Context {
    const id = String(++this.#requests).padStart(12, '0');
    return lambdaContext(this.clock, timeoutMs, {
      awsRequestId: `00000000-0000-4000-8000-${id}`,
      functionName: this.#functionName,
    });
  }
}

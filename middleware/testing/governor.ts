// testGovernor(): an instance of a service for a test, governed by the product's own code, without network and waiting.
import { AsyncResource } from 'node:async_hooks';
import { governed, type GovernOptions } from '../govern.ts';
import { Misused } from '../kernel/errors.ts';
import type { Instance } from '../kernel/instance.ts';
import { standIn } from '../kernel/instances.ts';
import type { GovernedContext } from '../kernel/middleware.ts';
import { requireKnown, requireService } from '../kernel/options.ts';
import { parseDuration } from '../kernel/units.ts';
import { loadEverything } from '../slots.ts';
import { testBreaker, type TestBreaker } from './breakers.ts';
import type { TestClient } from './callers.ts';
import { fakeClock, type FakeClock } from './clock.ts';
import type { DependencyAnswer, DependencyFailure, SentCall } from './dependencies.ts';
import { Fleet } from './fleet.ts';
import { keptLog, type LogLine } from './log.ts';
import type { DeadLetter, DelayedRecord, ParkedEvent } from './queues.ts';
import { recordedBy, type Recorded } from './recorded.ts';
import type { TestRules } from './rules.ts';
import type { TestStore } from './store-faults.ts';
import { passTime, passTimeFor } from './time.ts';

export interface TestGovernorOptions {
  /** The service whose functions are tested. */
  readonly service: string;
  /** Published before anything else happens. Without them nothing is governed. */
  readonly rules?: TestRules;
  /** Monday, 5 January 2026, noon UTC, unless it is told otherwise; several governors may share one. */
  readonly clock?: FakeClock;
  /** Of everything left to chance; the same seed gives the same test. */
  readonly seed?: number;
  /** As rules match it; the service's name unless given. */
  readonly functionName?: string;
}

type Handler<Event, Result> = (event: Event, context: GovernedContext) => Promise<Result> | Result;

export interface TestGovernor {
  readonly service: string;
  readonly clock: FakeClock;
  /** For `govern()` and every other middleware of flyball: `govern({ ...flyballTest.options })`. */
  readonly options: { readonly service: string; readonly instance: Instance };
  /** A handler governed on this instance. */
  governed<Event, Result>(
    handler: Handler<Event, Result>,
    more?: Omit<GovernOptions, 'service' | 'instance'>,
  ): (event: Event, context?: GovernedContext) => Promise<Result>;
  /**
   * Imports a module whose handlers are governed there, on this instance: `load(() => import('./orders.ts'))`.
   * @throws {Misused} when nothing in it is governed for this service, or it had been imported before.
   */
  load<Module>(importing: () => Promise<Module>): Promise<Module>;
  /** Calls a handler and lets time pass for as long as it takes: back-offs, timeouts and slow answers cost nothing. */
  invoke<Event, Result>(handler: Handler<Event, Result>, event: Event, context?: GovernedContext): Promise<Result>;
  /** Lets time pass until a promise has settled, and gives what it comes to. */
  until<T>(work: Promise<T>): Promise<T>;
  /** Lambda's context of an invocation that begins now; it may take 30 s unless told otherwise. */
  context(options?: { readonly timeout?: string }): GovernedContext;
  /**
   * A token that the rules' `access.jwt` lets in, as if its issuer had signed it, with these claims in place of the usual
   * ones; one that is undefined is left out.
   */
  token(claims?: Readonly<Record<string, unknown>>): Promise<string>;
  /** A key that the rules' `access.apiKeys` let in, as if the config center had made it for this client. */
  apiKey(client: string, about?: TestClient): Promise<string>;
  /**
   * A web request as another service of the cell signs it, for the rules' `access.signed`; what is changed after that is
   * not signed. @throws {Misused} for any other event.
   */
  signed<Event>(event: Event, caller: string): Event;
  /** Lets time pass, e.g. `10s`: timers fire in their order, and what waits for one goes on before the next. */
  advance(by: string): Promise<void>;
  /** The environment is frozen for so long: time passes and nothing happens. */
  freeze(by: string): void;
  /** Publishes other rules, in force from the next invocation on; gives their revision. */
  publish(rules: TestRules): Promise<number>;
  /**
   * How a dependency answers `flyball.call`: so, or so in turn and then as the last one says.
   * @throws {Misused} when the rules have no such dependency, and so do `fail` and `throttle`.
   */
  respond(dependency: string, ...answers: readonly [DependencyAnswer, ...DependencyAnswer[]]): void;
  /** How a dependency fails until told otherwise. */
  fail(dependency: string, how: DependencyFailure): void;
  /** Every attempt that has left the fleet, oldest first. */
  readonly calls: readonly SentCall[];
  /** What this instance has reported: invocations, refusals, retries, transitions. */
  readonly recorded: Recorded;
  /** What flyball has logged on this instance. */
  readonly log: readonly LogLine[];
  /** flyball's own store, and its faults. */
  readonly store: TestStore;
  /** What flyball has told SQS. */
  readonly queues: {
    readonly delayed: readonly DelayedRecord[];
    readonly deadLetters: readonly DeadLetter[];
    readonly parked: readonly ParkedEvent[];
  };
  /**
   * Of a dependency, or of `resource:` and a resource; of a rule with a key that of one value, as it is stored.
   * @throws {Misused} when the rules have no such breaker, also for a key that is missing, or that the rule has none of.
   */
  breaker(name: string, key?: string): TestBreaker;
  /** How many requests or records a throttle has refused here, or would have, were it not in shadow. */
  throttle(rule: string): { readonly refused: number; readonly shadowed: number };
  /** Another instance of the same fleet: it shares the time, the store, the rules and the dependencies. */
  another(): Promise<TestGovernor>;
  /** Ends the test. @throws {Misused} if a call was made that the test gave no answer for, and nobody was told. */
  dispose(): void;
  [Symbol.dispose](): void;
}

const OPTIONS: Readonly<Record<keyof TestGovernorOptions, true>> = {
  service: true,
  rules: true,
  clock: true,
  seed: true,
  functionName: true,
};

/**
 * A fleet of one instance for a test. Nothing of it reaches a network, a table or another test.
 * @throws {Misused} naming the place of whatever is wrong with the rules.
 */
export async function testGovernor(options: TestGovernorOptions): Promise<TestGovernor> {
  requireService(options);
  requireKnown(options, Object.keys(OPTIONS));
  const { service, rules, clock = fakeClock(), seed = 1, functionName = service } = options;
  await loadEverything();
  const fleet = new Fleet({ service, clock, seed, functionName });
  if (rules !== undefined) await fleet.publish(rules);
  return memberOf(fleet);
}

const USUAL_TIMEOUT = '30s';

async function memberOf(fleet: Fleet): Promise<TestGovernor> {
  const { service, clock, store, dependencies, queues, names } = fleet;
  const { logger, lines } = keptLog(clock);
  const instance = await fleet.instance(logger);
  const recorded = recordedBy(instance);
  const options = { service, instance };
  const context = ({ timeout = USUAL_TIMEOUT } = {}) => fleet.context(parseDuration(timeout)) as GovernedContext;

  async function load<Module>(importing: () => Promise<Module>): Promise<Module> {
    const end = standIn(instance);
    let asked = false;
    const loaded = await importing().finally(() => (asked = end()));
    if (!asked) throw notGoverned(service);
    return loaded;
  }

  async function invoke<Event, Result>(
    handler: Handler<Event, Result>,
    event: Event,
    given: GovernedContext = context(),
  ): Promise<Result> {
    // A handler that throws at once fails as one that rejects.
    return passTimeFor(clock, () => apart(async () => handler(event, given))).finally(dispose);
  }

  function respond(dependency: string, ...answers: readonly DependencyAnswer[]): void {
    names.dependency(dependency);
    dependencies.respond(dependency, answers);
  }

  function dispose(): void {
    const unanswered = dependencies.takeUnanswered();
    if (unanswered) throw unanswered;
  }

  return {
    service,
    clock,
    options,
    governed(handler, more = {}) {
      const stack = governed({ ...more, ...options }, handler);
      return (event, given = context()) => apart(() => stack(event, given));
    },
    load,
    invoke,
    until: (work) => passTimeFor(clock, () => work),
    context,
    token: (claims = {}) => fleet.token(claims),
    apiKey: (client, about = {}) => fleet.apiKey(client, about),
    signed: (event, caller) => fleet.signed(event, caller),
    advance: (by) => passTime(clock, parseDuration(by)),
    freeze: (by) => clock.set(clock.now() + parseDuration(by)),
    publish: (rules) => fleet.publish(rules),
    respond,
    fail: (dependency, how) => respond(dependency, { fail: how }),
    calls: dependencies.calls,
    recorded,
    log: lines,
    store,
    queues,
    breaker(name, key) {
      names.breaker(name, key);
      return testBreaker(fleet, name, key);
    },
    throttle(rule) {
      names.throttle(rule);
      return refusalsBy(recorded, rule);
    },
    another: () => memberOf(fleet),
    dispose,
    [Symbol.dispose]: dispose,
  };
}

/** flyball's current invocation is that of the code it runs in: the test itself must not be taken for a part of one. */
function apart<T>(run: () => T): T {
  return new AsyncResource('flyball.test').runInAsyncScope(run);
}

function refusalsBy({ refusals }: Recorded, rule: string) {
  const count = (shadow: boolean) =>
    refusals
      .filter((one) => one.by === 'throttle' && one.rule === rule && one.shadow === shadow)
      .reduce((sum, one) => sum + one.count, 0);
  return {
    get refused() {
      return count(false);
    },
    get shadowed() {
      return count(true);
    },
  };
}

function notGoverned(service: string): Misused {
  return new Misused(
    `nothing in the loaded module asked for the service "${service}": govern its handlers as govern({ service: '${service}' }), and import it only within load(), once in a test file`,
  );
}

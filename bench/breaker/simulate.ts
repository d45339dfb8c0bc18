// Puts a simulated fleet with a breaker through a scenario, and gives what was watched.
import type { Random } from '../../middleware/kernel/clock.ts';
import { parseDuration, parseShare } from '../../middleware/kernel/units.ts';
import { seededRandom } from '../../middleware/testing/random.ts';
import { gapMs, phaseAt, type Phase } from '../simulation/load.ts';
import { Sandbox } from '../simulation/sandbox.ts';
import { ITEM_READS_PER_S, ITEM_WRITES_PER_S, SimulatedStore, usualLatency } from '../simulation/store.ts';
import { BEGIN_MS, World } from '../simulation/world.ts';
import { answerOf, type Answer } from './dependency.ts';
import { Environment } from './environment.ts';
import { failingAt, type Health, type Scenario } from './scenario.ts';
import type { Fleet, Subject } from './subjects/subject.ts';
import { Watch, type Verdict } from './watch.ts';

export interface Outcome extends Verdict {
  readonly seed: number;
  readonly instances: number;
  /** From `MEASURE_FROM_S` until the death. */
  readonly healthyRequests: number;
  readonly healthyWrites: number;
  readonly mostWritesPerItemS: number;
  readonly throttled: number;
  readonly writes: number;
  readonly requests: number;
}

const SKEW_MS = 50;
/** Instances come up one after another within this, so that a fleet does not begin in step. */
const STARTING_MS = 5_000;
/** Whoever finds its environment busy is sent to another, as Lambda does, if one of so many is free. */
const OTHERS = 3;
/** By then everybody has looked at the fleet's state once. */
const MEASURE_FROM_S = 6;
/** What a fleet's probe takes at most: somebody to make it, its claim, its call, and its result in the table, ms. */
const PROBE_MS = 300;
/** Nobody writes so much to a whole table that it matters here. */
const TABLE_WRITES_PER_S = 40_000;

export async function simulate(scenario: Scenario, subject: Subject, seed: number): Promise<Outcome> {
  const { stackTraceLimit } = Error;
  // A fleet makes many refusals, and nobody reads where they were made.
  Error.stackTraceLimit = 0;
  try {
    return await new Simulation(scenario, subject, seed).run();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

class Simulation {
  readonly #scenario: Scenario;
  readonly #seed: number;
  readonly #world = new World();
  readonly #store: SimulatedStore;
  readonly #fleet: Fleet;
  readonly #watch: Watch;
  readonly #places: Environment[] = [];
  /** Moves the scenario's accidents, ms. */
  readonly #shiftMs: number;
  readonly #health: readonly Health[];
  readonly #phases: readonly Phase[];
  #requests = 0;
  #failure: unknown;

  constructor(scenario: Scenario, subject: Subject, seed: number) {
    this.#scenario = scenario;
    this.#seed = seed;
    const random = seededRandom(seed);
    this.#shiftMs = Math.floor(1000 * random());
    const moved = <T extends { readonly fromS: number }>(one: T): T => ({ ...one, fromS: this.#movedS(one.fromS) });
    this.#health = scenario.health.map(moved);
    this.#phases = (scenario.phases ?? []).map(moved);
    const { storeAway } = scenario;
    this.#watch = new Watch({
      deathMs: this.#at(scenario.deathS),
      recoveryMs: scenario.recoveryS === undefined ? Infinity : this.#at(scenario.recoveryS),
      changesMs: this.#health.map(({ fromS }) => BEGIN_MS + fromS * 1000),
      trueRate: (nowMs) => this.#trueRate(nowMs),
      threshold: scenario.rule.failureRate === undefined ? 0.5 : parseShare(scenario.rule.failureRate),
      afterOpenForMs: afterOpenForMs(scenario),
    });
    this.#store = new SimulatedStore(this.#world, seededRandom(seed + 1), {
      latency: usualLatency,
      itemWritesPerS: scenario.itemWritesPerS ?? ITEM_WRITES_PER_S,
      itemReadsPerS: ITEM_READS_PER_S,
      tableWritesPerS: TABLE_WRITES_PER_S,
      written: (item) => {
        const state = this.#fleet.stateOf(item);
        if (state) this.#watch.state(state, this.#world.nowMs);
      },
      outages: storeAway
        ? [{ fromMs: this.#at(storeAway.fromS), toMs: this.#at(storeAway.fromS + storeAway.forS) }]
        : [],
    });
    this.#fleet = subject.fleet({
      world: this.#world,
      rule: scenario.rule,
      told: (state) => this.#watch.state(state, this.#world.nowMs),
    });
  }

  async run(): Promise<Outcome> {
    const { instances, deathS, untilS, joining } = this.#scenario;
    const world = this.#world;
    for (let index = 0; index < instances; index++) this.#start(index, 0, STARTING_MS);
    for (let index = 0; index < (joining?.instances ?? 0); index++) {
      const { fromS, withinS } = joining ?? { fromS: 0, withinS: 0 };
      this.#start(instances + index, this.#movedS(fromS) * 1000, withinS * 1000);
    }
    await world.run(BEGIN_MS + MEASURE_FROM_S * 1000);
    const [requests, writes] = [this.#requests, this.#store.writes];
    await world.run(this.#at(deathS));
    const [healthyRequests, healthyWrites] = [this.#requests - requests, this.#store.writes - writes];
    await world.run(this.#at(untilS));
    if (this.#failure !== undefined) throw asError(this.#failure);
    return {
      ...this.#watch.verdict(world.nowMs),
      ...{ seed: this.#seed, instances: this.#places.length, healthyRequests, healthyWrites },
      ...{ mostWritesPerItemS: this.#store.mostWritesPerItemS, throttled: this.#store.throttled },
      ...{ writes: this.#store.writes, requests: this.#requests },
    };
  }

  readonly #failed = (error: unknown): void => {
    this.#failure ??= error;
  };

  /** Epoch ms of a second of the scenario. */
  #at(second: number): number {
    return BEGIN_MS + this.#movedS(second) * 1000;
  }

  #movedS(second: number): number {
    return second === 0 ? 0 : second + this.#shiftMs / 1000;
  }

  #trueRate(nowMs: number): number {
    const { poisoned = 0 } = this.#scenario;
    const share = nowMs >= this.#at(this.#scenario.deathS) ? poisoned / Math.max(1, this.#places.length) : 0;
    return share + (1 - share) * failingAt(this.#health, nowMs - BEGIN_MS);
  }

  /** Instance number `index` comes up within so long from a time. */
  #start(index: number, fromMs: number, withinMs: number): void {
    const random = seededRandom(this.#seed * 1_000_003 + index * 7_919 + 17);
    const arrivals = seededRandom(this.#seed * 1_000_033 + index * 7_907 + 29);
    this.#world.at(BEGIN_MS + fromMs + withinMs * arrivals(), () => {
      const environment = this.#environment(index, random);
      this.#places.push(environment);
      this.#arriveNext(environment, arrivals);
    });
  }

  #environment(index: number, random: Random): Environment {
    const world = this.#world;
    const sandbox = new Sandbox(world, (2 * random() - 1) * SKEW_MS);
    const caller = this.#fleet.caller({
      id: `environment-${index}`,
      sandbox,
      store: this.#store,
      random,
      failed: this.#failed,
    });
    // What becomes of the calls of an instance is the same under every subject.
    const fate = seededRandom(this.#seed * 1_000_211 + index * 7_901 + 31);
    return new Environment({
      ...{ world, sandbox, caller, random },
      sent: () => this.#sent(index, fate),
      refused: () => this.#watch.refused(index, world.nowMs),
      ended: () => this.#watch.ended(index),
      failed: this.#failed,
    });
  }

  #sent(index: number, fate: Random): Answer {
    const { nowMs } = this.#world;
    const { poisoned = 0, deathS, timeoutMs } = this.#scenario;
    this.#watch.sent(index, nowMs);
    const isPoisoned = index < poisoned && nowMs >= this.#at(deathS);
    return answerOf(isPoisoned ? 1 : failingAt(this.#health, nowMs - BEGIN_MS), timeoutMs, fate);
  }

  #arriveNext(environment: Environment, arrivals: Random): void {
    let sinceMs = this.#world.nowMs - BEGIN_MS;
    for (;;) {
      const { times, untilMs } = phaseAt(this.#phases, sinceMs);
      const gap = gapMs(arrivals, this.#scenario.rps * times);
      if (sinceMs + gap < untilMs) {
        this.#world.at(BEGIN_MS + sinceMs + gap, () => {
          this.#requests++;
          this.#free(environment, arrivals).ask();
          this.#arriveNext(environment, arrivals);
        });
        return;
      }
      if (untilMs === Infinity) return;
      sinceMs = untilMs;
    }
  }

  #free(environment: Environment, random: Random): Environment {
    if (!environment.busy) return environment;
    for (let i = 0; i < OTHERS; i++) {
      const other = this.#places[Math.floor(random() * this.#places.length)];
      if (other && !other.busy) return other;
    }
    return environment;
  }
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(JSON.stringify(error)));

function afterOpenForMs({ rule }: Scenario): number {
  const { probes = 1, ramp = [], rampStage = '5s' }: HalfOpen = rule.halfOpen ?? {};
  // The last stage is the whole.
  return probes * PROBE_MS + Math.max(0, ramp.length - 1) * parseDuration(rampStage);
}

interface HalfOpen {
  readonly probes?: number | undefined;
  readonly ramp?: readonly unknown[] | undefined;
  readonly rampStage?: string | undefined;
}

// Publishes a revision to a simulated fleet by the product's own means, and watches who decides by it when.
import type { Random } from '../../middleware/kernel/clock.ts';
import { seededRandom } from '../../middleware/testing/random.ts';
import { keys } from '../../store/keys.ts';
import { publishRevision, type Published } from '../../store/items/rules.ts';
import { StoreUnavailable, type Table } from '../../store/port.ts';
import { gapMs } from '../simulation/load.ts';
import { Sandbox } from '../simulation/sandbox.ts';
import { ITEM_READS_PER_S, ITEM_WRITES_PER_S, SimulatedStore, usualLatency } from '../simulation/store.ts';
import { BEGIN_MS, World } from '../simulation/world.ts';
import { Environment } from './environment.ts';
import type { Scenario } from './scenario.ts';

const SERVICE = 'simulated';
/** Clocks are off by up to so much, ms. */
const SKEW_MS = 50;
const HANDLER_MS = 20;
/** Instances come up one after another within this, so that a fleet does not begin in step. */
const STARTING_MS = 5_000;
/** From then on whoever still decides by the older revision is late, ms. */
export const LATE_MS = 6_000;
/** Whoever publishes tries again after this, ms. */
const AGAIN_MS = 1_000;
/** Of an item that is no document. */
const SMALL_BYTES = 300;
/** As documented: a replica is behind by milliseconds, and now and then by up to a second. */
const replicaLag = (random: Random): number => (random() < 0.01 ? 1_000 * random() : 20 * random());

export interface Outcome {
  readonly seed: number;
  readonly instances: number;
  /** ms from the publication until each instance's first invocation under it; Infinity for those that had none. */
  readonly decidedMs: readonly number[];
  /** ms from the publication until it was in force in each instance. */
  readonly inForceMs: readonly number[];
  /** Invocations that began later than that after it, and how many of them went on under the older revision. */
  readonly late: { readonly all: number; readonly old: number };
  /** First invocations of instances that had been idle. */
  readonly afterIdle: { readonly all: number; readonly old: number; readonly longestWaitMs: number };
  /** In its busiest second after the publication. */
  readonly headReadsPerS: number;
  readonly headUnitsPerS: number;
  /** Of the busiest partition in its busiest second. */
  readonly partitionUnitsPerS: number;
  readonly throttled: number;
  readonly publishAttempts: number;
  /** ms from the first attempt until the head had been written. */
  readonly publishMs: number;
  /** Revisions that were in force somewhere and had never been published whole. */
  readonly strays: number;
}

export function simulate(scenario: Scenario, seed: number): Promise<Outcome> {
  return new Simulation(scenario, seed).run();
}

interface Place {
  readonly random: Random;
  readonly environment: Environment;
  decidedMs: number;
  inForceMs: number;
  /** It has been called again. */
  back: boolean;
}

class Simulation {
  readonly #scenario: Scenario;
  readonly #seed: number;
  readonly #random: Random;
  readonly #world = new World();
  readonly #store: SimulatedStore;
  readonly #places: Place[];
  readonly #headReads = new Map<number, { reads: number; units: number }>();
  readonly #late = { all: 0, old: 0 };
  readonly #afterIdle = { all: 0, old: 0, longestWaitMs: 0 };
  /** When the head named the new revision, true time. */
  #publishedMs = Infinity;
  #triedMs = Infinity;
  #attempts = 0;
  #strays = 0;
  #failure: unknown;

  constructor(scenario: Scenario, seed: number) {
    this.#scenario = scenario;
    this.#seed = seed;
    this.#random = seededRandom(seed);
    const head = keys.rulesHead(SERVICE);
    this.#store = new SimulatedStore(this.#world, seededRandom(seed + 1), {
      latency: usualLatency,
      itemWritesPerS: ITEM_WRITES_PER_S,
      itemReadsPerS: ITEM_READS_PER_S,
      tableWritesPerS: scenario.partitions * ITEM_WRITES_PER_S,
      partitions: scenario.partitions,
      // In memory a document is small, lest ten thousand instances hold ten thousand large ones; it is counted as a large one.
      bytesOf: (item) => ('document' in item ? scenario.documentKb * 1024 : SMALL_BYTES),
      replicaLag,
      written: (item) => {
        const isNews = item['sk'] === head.sk && item['revision'] === 2 && this.#publishedMs === Infinity;
        if (isNews) this.#publishedMs = this.#world.nowMs;
      },
      read: ({ pk, sk }, units) => {
        if (pk === head.pk && sk === head.sk) this.#countHead(units);
      },
      othersWriteUnits: (nowMs) => {
        const { crowded } = scenario;
        return crowded && nowMs >= this.#triedMs && nowMs < this.#triedMs + crowded.forS * 1_000
          ? crowded.writeUnits
          : 0;
      },
      outages: [],
    });
    this.#places = Array.from({ length: scenario.instances }, (_, index) => this.#place(index));
  }

  async run(): Promise<Outcome> {
    const { publishAtS, untilS, instances } = this.#scenario;
    const world = this.#world;
    this.#publish(1, 0);
    await world.run(BEGIN_MS + 1_000);
    for (const place of this.#places) world.after(this.#random() * STARTING_MS, () => this.#arrive(place));
    // At any time within the rounds of those who poll.
    world.at(BEGIN_MS + (publishAtS + 4 * this.#random()) * 1_000, () => this.#publish(2, 1));
    await world.run(BEGIN_MS + untilS * 1_000);
    if (this.#failure !== undefined) throw new Error('the fleet met what was not simulated', { cause: this.#failure });
    const since = (ms: number) => (ms === Infinity ? Infinity : ms - this.#publishedMs);
    return {
      ...{ seed: this.#seed, instances, late: this.#late, afterIdle: this.#afterIdle, strays: this.#strays },
      decidedMs: this.#places.map(({ decidedMs }) => since(decidedMs)),
      inForceMs: this.#places.map(({ inForceMs }) => since(inForceMs)),
      headReadsPerS: Math.max(0, ...[...this.#headReads.values()].map(({ reads }) => reads)),
      headUnitsPerS: Math.max(0, ...[...this.#headReads.values()].map(({ units }) => units)),
      partitionUnitsPerS: this.#store.mostReadUnitsPerItemS,
      throttled: this.#store.throttled,
      publishAttempts: this.#attempts,
      publishMs: this.#publishedMs - this.#triedMs,
    };
  }

  #place(index: number): Place {
    const random = seededRandom(this.#seed * 1_000_003 + index * 7_919 + 17);
    const found: { place?: Place } = {};
    const environment = new Environment({
      ...{ world: this.#world, store: this.#store, random, service: SERVICE, id: `environment-${index}` },
      ...{ offsetMs: (2 * random() - 1) * SKEW_MS, handlerMs: HANDLER_MS },
      decided: (revision, waitedMs) => this.#decided(found.place, revision, waitedMs),
      ended: (revision) => this.#ended(found.place, revision),
      failed: (error) => (this.#failure ??= error),
    });
    const place: Place = { random, environment, decidedMs: Infinity, inForceMs: Infinity, back: false };
    found.place = place;
    return place;
  }

  #arrive(place: Place): void {
    place.environment.ask();
    const { perS, arrivals, idle } = this.#scenario;
    const world = this.#world;
    const thawMs = BEGIN_MS + (idle?.untilS ?? 0) * 1_000;
    if (idle && world.nowMs < thawMs) {
      world.at(thawMs + place.random() * idle.withinS * 1_000, () => this.#comeBack(place));
      return;
    }
    const gap = arrivals === 'evenly' ? 1_000 / perS : gapMs(place.random, perS);
    world.after(gap, () => this.#arrive(place));
  }

  #comeBack(place: Place): void {
    place.back = true;
    this.#arrive(place);
  }

  #decided(place: Place | undefined, revision: number, waitedMs: number): void {
    if (!place) return;
    if (revision > 2) this.#strays++;
    const { nowMs } = this.#world;
    const isOld = revision < 2;
    const begunMs = nowMs - waitedMs;
    if (place.back) {
      place.back = false;
      this.#afterIdle.all++;
      if (isOld) this.#afterIdle.old++;
      this.#afterIdle.longestWaitMs = Math.max(this.#afterIdle.longestWaitMs, waitedMs);
    }
    if (begunMs >= this.#publishedMs + LATE_MS) {
      this.#late.all++;
      if (isOld) this.#late.old++;
    }
    if (!isOld && place.decidedMs === Infinity) place.decidedMs = nowMs;
    if (!isOld) this.#inForce(place);
  }

  #ended(place: Place | undefined, revision: number): void {
    if (place && revision >= 2) this.#inForce(place);
  }

  #inForce(place: Place): void {
    if (place.inForceMs === Infinity) place.inForceMs = this.#world.nowMs;
  }

  #countHead(units: number): void {
    if (this.#world.nowMs < this.#publishedMs) return;
    const second = Math.floor(this.#world.nowMs / 1_000);
    const counted = this.#headReads.get(second) ?? { reads: 0, units: 0 };
    this.#headReads.set(second, { reads: counted.reads + 1, units: counted.units + units });
  }

  /** As an operator does: what was refused for want of room is tried again a second later, with the same expectation. */
  #publish(revision: number, expectedSeq: number): void {
    const world = this.#world;
    if (revision === 2) {
      this.#triedMs = Math.min(this.#triedMs, world.nowMs);
      this.#attempts++;
    }
    const publishing = publishRevision(this.#publisher(), {
      service: SERVICE,
      document: { apiVersion: 'flyball/v1', service: SERVICE, throttles: { everyone: { limit: `${revision}00/s` } } },
      source: '',
      ...{ author: 'simulation', note: '', at: world.nowMs, expectedSeq },
    });
    publishing.then(
      ({ applied }: Published) => {
        if (!applied && this.#publishedMs === Infinity) this.#failure ??= new Error('somebody else has published');
      },
      (error: unknown) => {
        if (!(error instanceof StoreUnavailable)) this.#failure ??= error;
        else world.after(AGAIN_MS, () => this.#publish(revision, expectedSeq));
      },
    );
  }

  /** A machine that is never frozen. */
  #publisher(): Table {
    const sandbox = new Sandbox(this.#world, 0);
    sandbox.busy = true;
    const { clock } = sandbox;
    return this.#store.tableOf({ now: () => clock.now(), deliver: (news) => sandbox.deliver(news) });
  }
}

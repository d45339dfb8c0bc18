// Puts a simulated fleet through a scenario and measures what it admitted, in true time.
import type { Random } from '../../../middleware/kernel/clock.ts';
import type { RuleDocument, ThrottleRule } from '../../../middleware/kernel/rules/document.ts';
import { seededRandom } from '../../../middleware/testing/random.ts';
import { at, boundOf, boundThrough, burstOf, type Bound } from './bound.ts';
import { Environment } from './environment.ts';
import { chooser, gapMs, phaseAt, zipfWeights } from '../../simulation/load.ts';
import { IdealBucket, unfairnessPct, WindowMeter } from './meter.ts';
import { askOf, type Ask } from './request.ts';
import type { Scenario } from './scenario.ts';
import { SimulatedStore, TABLE_WRITES_PER_S, ITEM_WRITES_PER_S, usualLatency } from '../../simulation/store.ts';
import { BEGIN_MS, World, type Event } from '../../simulation/world.ts';

export interface Outcome {
  readonly scenario: string;
  readonly seed: number;
  /** Beyond `rate · w + burst` in the worst window of the worst key, tokens; negative where the burst was not used up. */
  readonly overAdmission: number;
  /** By how much less was admitted than one bucket that all ask would have, in %; negative when more was. */
  readonly rateErrorPct: number;
  /** Of the burst, for each of the bursts. */
  readonly usableBurstPct: readonly number[];
  readonly unfairInstancesPct: number;
  readonly unfairKeysPct: number;
  readonly writesPerRequest: number;
  readonly mostWritesPerItemS: number;
  readonly waitedShare: number;
  readonly delayedShare: number;
  readonly refusedShare: number;
  /** What the policy threw that was no refusal. */
  readonly contained: readonly string[];
  readonly requests: number;
  readonly writes: number;
  readonly lostRaces: number;
  readonly throttledWrites: number;
  /** Admitted in each second of the whole history. */
  readonly perSecond: readonly number[];
}

/** A place in the fleet: one environment after another. */
interface Place {
  readonly weight: number;
  readonly gray: boolean;
  readonly random: Random;
  environment: Environment;
  /** While it is idle nobody asks it. */
  on: boolean;
  /** Asked of it and admitted by it since measuring began. */
  asked: number;
  admitted: number;
  readonly arrive: () => void;
  nextArrival: Event | undefined;
}

const HANDLER_MS = 2;
/** One environment is never asked more than so many times the mean: it serves one request at a time. */
const MOST_WEIGHT = 10;
const DEFAULT_SKEW_MS = 40;
/** Whoever finds its environment busy is sent to another, as Lambda does, if one of so many is free. */
const OTHERS = 3;

export async function simulate(scenario: Scenario, seed: number): Promise<Outcome> {
  const { stackTraceLimit } = Error;
  // A fleet makes millions of refusals, and nobody reads where they were made.
  Error.stackTraceLimit = 0;
  try {
    const fleet = new Fleet(scenario, seed);
    await fleet.run();
    return fleet.outcome();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

class Fleet {
  readonly #scenario: Scenario;
  readonly #seed: number;
  readonly #random: Random;
  readonly #world = new World();
  readonly #store: SimulatedStore;
  readonly #places: Place[];
  readonly #asks: readonly Ask[];
  readonly #chooseKey: (random: Random) => number;
  readonly #bound: Bound;
  readonly #meters: WindowMeter[];
  /** For each key one; under a gray publish one for each half of the fleet. */
  readonly #ideals: readonly (readonly IdealBucket[])[];
  readonly #bursts: { readonly fromMs: number; readonly meter: WindowMeter }[];
  readonly #askedByKey: number[];
  readonly #admittedByKey: number[];
  readonly #perSecond: number[] = [];
  readonly #contained = new Set<string>();
  #environments = 0;
  #document: RuleDocument;
  #measuring = false;
  #requests = 0;
  #waited = 0;
  #delayed = 0;
  #refused = 0;
  #before = { writes: 0, lostRaces: 0, throttled: 0 };

  constructor(scenario: Scenario, seed: number) {
    this.#scenario = scenario;
    this.#seed = seed;
    this.#random = seededRandom(seed);
    this.#bound = boundThrough(scenario);
    this.#store = new SimulatedStore(this.#world, seededRandom(seed + 1), {
      latency: usualLatency,
      itemWritesPerS: ITEM_WRITES_PER_S,
      tableWritesPerS: scenario.tableWritesPerS ?? TABLE_WRITES_PER_S,
      outages: scenario.outage
        ? [{ fromMs: at(scenario.outage.fromS), toMs: at(scenario.outage.fromS + scenario.outage.forS) }]
        : [],
    });
    this.#document = documentOf(scenario.rule);
    const keys = scenario.keys ?? 1;
    this.#asks = Array.from({ length: keys }, (_, key) => askOf(key, keys > 1));
    this.#chooseKey = keys > 1 ? chooser(zipfWeights(keys, Infinity)) : () => 0;
    this.#askedByKey = this.#asks.map(() => 0);
    this.#admittedByKey = this.#asks.map(() => 0);
    const rate = this.#bound.ratePerMs;
    this.#meters = this.#asks.map(() => new WindowMeter(rate));
    this.#ideals = this.#asks.map(() => this.#idealBuckets(rate));
    this.#bursts = (scenario.burstsFromS ?? []).map((fromS) => ({ fromMs: at(fromS), meter: new WindowMeter(rate) }));
    const weights =
      scenario.spread === 'zipf'
        ? zipfWeights(scenario.instances, MOST_WEIGHT)
        : Array.from({ length: scenario.instances }, () => 1);
    this.#places = weights.map((weight, index) => this.#place(weight, index));
  }

  async run(): Promise<void> {
    const { churn, change, stops, measureFromS, untilS } = this.#scenario;
    for (const place of this.#places) {
      this.#arriveNext(place);
      if (churn) this.#world.after(1000 * this.#random() * (churn.onS + churn.offS), () => this.#rest(place));
    }
    if (change) {
      for (const place of this.#places) {
        this.#world.at(at(change.atS + this.#random() * change.withinS), () => {
          place.environment.follow(documentOf(change.rule));
        });
      }
    }
    if (stops) this.#stopOne(stops);
    await this.#world.run(at(measureFromS));
    this.#beginMeasuring();
    await this.#world.run(at(untilS));
  }

  #beginMeasuring(): void {
    const { writes, lostRaces, throttled } = this.#store;
    this.#before = { writes, lostRaces, throttled };
    const { nowMs } = this.#world;
    for (const ideals of this.#ideals) {
      for (const ideal of ideals) ideal.begin(nowMs, this.#scenario.drained ?? false);
    }
    this.#measuring = true;
  }

  outcome(): Outcome {
    const { name, untilS, rule } = this.#scenario;
    const { burst } = this.#bound;
    const expected = sum(this.#ideals.flat().map((ideal) => ideal.admitted));
    const admitted = sum(this.#admittedByKey);
    const requests = Math.max(1, this.#requests);
    return {
      scenario: name,
      seed: this.#seed,
      overAdmission: Math.max(...this.#meters.map(({ worst }) => worst)) - burst,
      rateErrorPct: expected === 0 ? 0 : 100 * (1 - admitted / expected),
      usableBurstPct: this.#bursts.map(({ meter }) => (100 * meter.worst) / burstOf(rule)),
      unfairInstancesPct: unfairnessPct(
        this.#places.map(({ asked }) => asked),
        this.#places.map((place) => place.admitted),
      ),
      unfairKeysPct: this.#asks.length > 1 ? unfairnessPct(this.#askedByKey, this.#admittedByKey) : 0,
      writesPerRequest: (this.#store.writes - this.#before.writes) / requests,
      mostWritesPerItemS: this.#store.mostWritesPerItemS,
      waitedShare: this.#waited / requests,
      delayedShare: this.#delayed / requests,
      refusedShare: this.#refused / requests,
      contained: [...this.#contained],
      requests: this.#requests,
      writes: this.#store.writes - this.#before.writes,
      lostRaces: this.#store.lostRaces - this.#before.lostRaces,
      throttledWrites: this.#store.throttled - this.#before.throttled,
      perSecond: Array.from({ length: untilS }, (_, second) => this.#perSecond[second] ?? 0),
    };
  }

  #idealBuckets(rate: (nowMs: number) => number): IdealBucket[] {
    const { rule, grayRule } = this.#scenario;
    if (!grayRule) return [new IdealBucket(rate, this.#bound.burst, BEGIN_MS)];
    return [rule, grayRule].map((one) => {
      const { ratePerMs, burst } = boundOf([one]);
      return new IdealBucket(() => ratePerMs, burst, BEGIN_MS);
    });
  }

  #place(weight: number, index: number): Place {
    const random = seededRandom(this.#seed * 1_000_003 + index * 7_919 + 17);
    const gray = this.#scenario.grayRule !== undefined && index % 2 === 1;
    const place = { weight, gray, random, on: true, asked: 0, admitted: 0, nextArrival: undefined };
    const arrive = (): void => this.#arrive(made);
    const made: Place = Object.assign(place, { arrive, environment: this.#environment(place) });
    return made;
  }

  #environment(place: Pick<Place, 'random' | 'gray' | 'asked' | 'admitted'>): Environment {
    const { grayRule, change, skewMs = DEFAULT_SKEW_MS, skewed = 'evenly', handlerMs = HANDLER_MS } = this.#scenario;
    const { random } = place;
    const offsetMs = skewed === 'fully' ? (random() < 0.5 ? -skewMs : skewMs) : (2 * random() - 1) * skewMs;
    const changed = change && this.#world.nowMs >= at(change.atS);
    const environment = new Environment({
      ...{ world: this.#world, store: this.#store, random, offsetMs, handlerMs },
      id: `environment-${this.#environments++}`,
      document: changed ? documentOf(change.rule) : place.gray && grayRule ? documentOf(grayRule) : this.#document,
      answered: (key, admitted, waited, contained) => this.#answered(place, key, admitted, waited, contained),
      delayed: this.#wasDelayed,
    });
    return environment;
  }

  #arriveNext(place: Place): void {
    if (!place.on) return;
    const { rps, phases = [] } = this.#scenario;
    let sinceMs = this.#world.nowMs - BEGIN_MS;
    for (;;) {
      const { times, untilMs } = phaseAt(phases, sinceMs);
      const gap = gapMs(place.random, rps * place.weight * times);
      if (sinceMs + gap < untilMs) {
        place.nextArrival = this.#world.at(BEGIN_MS + sinceMs + gap, place.arrive);
        return;
      }
      if (untilMs === Infinity) return;
      sinceMs = untilMs;
    }
  }

  #arrive(place: Place): void {
    const serving = this.#free(place);
    const ask = this.#asks[this.#chooseKey(place.random)];
    if (ask) serving.environment.ask(ask);
    this.#arriveNext(place);
  }

  #free(place: Place): Place {
    if (!place.environment.busy) return place;
    for (let i = 0; i < OTHERS; i++) {
      const other = this.#places[Math.floor(place.random() * this.#places.length)];
      if (other?.on && !other.environment.busy) return other;
    }
    return place;
  }

  readonly #wasDelayed = (): void => {
    if (this.#measuring) this.#delayed++;
  };

  #answered(
    place: Pick<Place, 'gray' | 'asked' | 'admitted'>,
    key: number,
    admitted: boolean,
    waited: boolean,
    contained: unknown,
  ): void {
    const { nowMs } = this.#world;
    if (contained !== undefined) this.#contained.add(reasonOf(contained));
    if (admitted) {
      this.#meters[key]?.admit(nowMs, 1);
      for (const { fromMs, meter } of this.#bursts) if (nowMs >= fromMs) meter.admit(nowMs, 1);
      const second = Math.floor((nowMs - BEGIN_MS) / 1000);
      this.#perSecond[second] = (this.#perSecond[second] ?? 0) + 1;
    }
    this.#ideals[key]?.[place.gray ? 1 : 0]?.ask(nowMs);
    if (!this.#measuring) return;
    this.#requests++;
    if (waited) this.#waited++;
    if (!admitted) this.#refused++;
    this.#askedByKey[key] = (this.#askedByKey[key] ?? 0) + 1;
    if (admitted) this.#admittedByKey[key] = (this.#admittedByKey[key] ?? 0) + 1;
    place.asked++;
    if (admitted) place.admitted++;
  }

  /** Idle for a while; some places come back as a new environment, which knows nothing. */
  #rest(place: Place): void {
    const { churn } = this.#scenario;
    if (!churn) return;
    place.on = false;
    if (place.nextArrival) place.nextArrival.run = undefined;
    const { random } = place;
    this.#world.after(-Math.log(1 - random()) * churn.offS * 1000, () => {
      place.on = true;
      if (random() < churn.deaths) place.environment = this.#environment(place);
      this.#arriveNext(place);
      this.#world.after(-Math.log(1 - random()) * churn.onS * 1000, () => this.#rest(place));
    });
  }

  #stopOne({ perS, forS }: { readonly perS: number; readonly forS: number }): void {
    this.#world.after(gapMs(this.#random, perS), () => {
      const place = this.#places[Math.floor(this.#random() * this.#places.length)];
      if (place) {
        const { environment } = place;
        environment.stop();
        this.#world.after(forS * 1000, () => environment.resume());
      }
      this.#stopOne({ perS, forS });
    });
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : 'no error');

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

function documentOf(rule: ThrottleRule): RuleDocument {
  return { apiVersion: 'flyball/v1', service: 'simulated', throttles: { simulated: rule } };
}

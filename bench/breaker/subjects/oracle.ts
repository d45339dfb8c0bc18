// The rule applied to the merged stream of all calls with no delay: no fleet can know more than this one breaker.
import { breakerSettings, type BreakerSettings } from '../../../middleware/breaker/settings.ts';
import type { World } from '../../simulation/world.ts';
import type { Caller, FleetState, Send, Subject } from './subject.ts';
import { Trail } from './trail.ts';

const BUCKETS = 10;
/** The fast detector's, as they are unless the rule says otherwise: the last, the last two or the last three of its buckets. */
const SURGE_BUCKET_MS = 200;
const SURGE_BUCKETS = 3;
const SURGE_RATE = 0.5;
const SURGE_CALLS = 20;

class Oracle {
  readonly #world: World;
  readonly #settings: BreakerSettings;
  readonly #tell: (state: FleetState) => void;
  readonly #window: Trail;
  readonly #surges = Array.from({ length: SURGE_BUCKETS }, (_, i) => new Trail((i + 1) * SURGE_BUCKET_MS));
  #state: FleetState = { kind: 'CLOSED', epoch: 0 };
  #untilMs = 0;
  #openForMs = 0;
  #successes = 0;
  #probing = false;

  constructor(world: World, settings: BreakerSettings, tell: (state: FleetState) => void) {
    this.#world = world;
    this.#settings = settings;
    this.#tell = tell;
    this.#window = new Trail((settings.window.kind === 'time' ? settings.window.bucketMs : 3_000) * BUCKETS);
  }

  async call(send: Send): Promise<'sent' | 'refused'> {
    if (this.#state.kind === 'OPEN') {
      if (this.#world.nowMs < this.#untilMs) return 'refused';
      this.#become('HALF_OPEN');
      this.#successes = 0;
    }
    if (this.#state.kind === 'HALF_OPEN') {
      if (this.#probing) return 'refused';
      this.#probing = true;
      const failed = await send();
      this.#probing = false;
      this.#probed(failed);
      return 'sent';
    }
    const { epoch } = this.#state;
    const failed = await send();
    if (epoch === this.#state.epoch) this.#count(failed);
    return 'sent';
  }

  #probed(failed: boolean): void {
    if (failed) this.#open(Math.min(this.#settings.maxOpenForMs, this.#openForMs * this.#settings.openForFactor));
    else if (++this.#successes >= this.#settings.probes) this.#become('CLOSED');
  }

  #count(failed: boolean): void {
    const { nowMs } = this.#world;
    const { minimumCalls, failureRate, openForMs } = this.#settings;
    this.#window.add(nowMs, failed);
    for (const surge of this.#surges) surge.add(nowMs, failed);
    const tripped =
      this.#window.reaches(failureRate, minimumCalls) ||
      this.#surges.some((surge) => surge.reaches(SURGE_RATE, SURGE_CALLS));
    if (failed && tripped) this.#open(openForMs);
  }

  #open(openForMs: number): void {
    this.#openForMs = openForMs;
    this.#untilMs = this.#world.nowMs + openForMs;
    this.#window.clear();
    for (const surge of this.#surges) surge.clear();
    this.#become('OPEN');
  }

  #become(kind: FleetState['kind']): void {
    this.#state = {
      ...{ kind, epoch: this.#state.epoch + 1 },
      ...(kind === 'OPEN' ? { openForMs: this.#openForMs } : {}),
    };
    this.#tell(this.#state);
  }
}

class OracleCaller implements Caller {
  readonly #oracle: Oracle;

  constructor(oracle: Oracle) {
    this.#oracle = oracle;
  }

  invoke(send: Send): Promise<'sent' | 'refused'> {
    return this.#oracle.call(send);
  }

  settle(): undefined {
    return undefined;
  }
}

export const oracle: Subject = {
  name: 'oracle (no delay)',
  fleet({ world, rule, told }) {
    const one = new OracleCaller(new Oracle(world, breakerSettings(rule, {}), told));
    return { caller: () => one, stateOf: () => undefined };
  },
};

// When an instance's minutes are put: after its first invocation, then whenever one finds the last minute over.
import { putMinute, type TelemetryMinute } from '../../store/items/telemetry.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Instance } from '../kernel/instance.ts';
import type { Syncable } from '../kernel/sync.ts';
import { fitting } from './fit.ts';
import { mergeCounted } from './merge.ts';
import type { Counted, CountingRecorder } from './recorder.ts';
import { LIBRARY_VERSION } from '../kernel/version.ts';

const MINUTE_MS = 60_000;
/** Minutes kept while the store is away; later ones are then counted together, under the minute of the first of them. */
const MOST_WAITING = 5;
const FIRST_RETRY_MS = 5_000;

/**
 * A minute begins with an invocation, so that a fleet's puts are spread over time as its invocations are. Every put
 * holds the whole minute under the same key: one that failed, or whose answer was lost, is repeated without counting twice.
 */
export class Minutes implements Syncable {
  readonly name = 'telemetry';
  readonly #instance: Instance;
  readonly #recorder: CountingRecorder;
  readonly #cell: string;
  /** When the minute being counted began; undefined before the first invocation has ended. */
  #beganAt: number | undefined;
  /** What has been put of the minute being counted. */
  #taken: Counted | undefined;
  /** Minutes that are over, oldest first. Only the first was ever tried. */
  readonly #waiting: TelemetryMinute[] = [];
  #retryAt = 0;
  #retryMs = FIRST_RETRY_MS;

  constructor(instance: Instance, recorder: CountingRecorder, cell: string) {
    this.#instance = instance;
    this.#recorder = recorder;
    this.#cell = cell;
  }

  /** Puts the first minute as soon as there is an invocation in it: many instances live for no more than one. */
  begin(clock: Clock): void {
    if (this.#beganAt !== undefined) return;
    const nowMs = clock.now();
    this.#beganAt = nowMs;
    const taken = this.#recorder.take();
    this.#taken = taken;
    const minute = this.#minuteOf(taken, nowMs, nowMs);
    void this.#instance.syncs.start(this.name, (signal) => this.#put(minute, signal));
  }

  due(nowMs: number): boolean {
    if (this.#beganAt === undefined || nowMs < this.#retryAt) return false;
    return nowMs - this.#beganAt >= MINUTE_MS || this.#waiting.length > 0;
  }

  async run(nowMs: number, signal: AbortSignal): Promise<void> {
    this.#closeIfOver(nowMs);
    for (let minute = this.#waiting[0]; minute; minute = this.#waiting[0]) {
      try {
        await this.#put(minute, signal);
      } catch (error) {
        this.#retryAt = nowMs + this.#retryMs;
        this.#retryMs = Math.min(this.#retryMs * 2, MINUTE_MS);
        throw error;
      }
      if (signal.aborted) return;
      this.#retryMs = FIRST_RETRY_MS;
      this.#waiting.shift();
    }
  }

  #closeIfOver(nowMs: number): void {
    const beganAt = this.#beganAt ?? nowMs;
    if (nowMs - beganAt < MINUTE_MS) return;
    const counted = this.#recorder.take();
    const whole = this.#taken ? mergeCounted(this.#taken, counted) : counted;
    this.#taken = undefined;
    this.#beganAt = nowMs;
    this.#queue(this.#minuteOf(whole, beganAt, Math.min(nowMs, beganAt + MINUTE_MS)));
  }

  #queue(minute: TelemetryMinute): void {
    const last = this.#waiting[this.#waiting.length - 1];
    if (!last || this.#waiting.length < MOST_WAITING) {
      this.#waiting.push(minute);
      return;
    }
    const { revision, to } = minute;
    this.#waiting[this.#waiting.length - 1] = fitting({ ...last, ...mergeCounted(last, minute), revision, to });
  }

  async #put(minute: TelemetryMinute, signal: AbortSignal): Promise<void> {
    try {
      await putMinute(this.#instance.table, minute, { signal });
    } catch (error) {
      this.#recorder.internal('telemetry:unsent');
      throw error;
    }
  }

  #minuteOf(counted: Counted, from: number, to: number): TelemetryMinute {
    const { service, id, rules, functionName, functionVersion } = this.#instance;
    return fitting({
      service,
      instance: id,
      from,
      to,
      revision: rules.snapshot.origin.revision,
      version: LIBRARY_VERSION,
      functionName,
      functionVersion,
      cell: this.#cell,
      ...counted,
    });
  }
}

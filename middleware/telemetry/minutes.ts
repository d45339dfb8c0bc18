// When an instance's minutes are put: after the first invocation of one that nothing came right before, and when an invocation
// finds it over.
import { announce } from '../../store/items/announcement.ts';
import { unpackDetail } from '../../store/items/telemetry-detail.ts';
import { minuteOf, putMinute, type TelemetryMinute } from '../../store/items/telemetry.ts';
import type { Instance } from '../kernel/instance.ts';
import type { Syncable } from '../kernel/sync.ts';
import { LIBRARY_VERSION } from '../kernel/version.ts';
import { fitting } from './fit.ts';
import { mergeCounted } from './merge.ts';
import { mergeDetail } from './merge-detail.ts';
import { Particulars } from './particulars.ts';
import type { CountingRecorder } from './recorder.ts';
import { beginning, correctionOf, isAfterIdling, isLate, isOver, MINUTE_MS } from './time.ts';

/** Minutes kept while the store is away; later ones are then counted together, under the minute of the first of them. */
const MOST_WAITING = 5;
const FIRST_RETRY_MS = 5_000;
/** How many late minutes one item lists; the next lists the others. */
const MOST_LISTED = 12;
/** A service without rules says again that it is there, long before it would be forgotten. */
const ANNOUNCE_EVERY_MS = 12 * 3_600_000;

/** The minute being counted. */
interface Counting {
  /** By this machine's clock. */
  readonly beganAt: number;
  /** By the store's, as far as that is known. */
  readonly from: number;
  /** What the recorder had counted when it began, and when it was last stored. */
  readonly addedBefore: number;
  addedStored: number;
  /** Late minutes that an item of it lists: it goes on listing them. */
  listed: readonly string[];
}

/**
 * A minute begins with an invocation, so that a fleet's puts are spread over time as its invocations are. Every put
 * holds the whole minute under the same key: one that failed, or whose answer was lost, is repeated without counting twice.
 */
export class Minutes implements Syncable {
  readonly name = 'telemetry';
  readonly #instance: Instance;
  readonly #recorder: CountingRecorder;
  readonly #particulars: Particulars;
  readonly #cell: string;
  /** Undefined before the first invocation has ended. */
  #counting: Counting | undefined;
  /** Its first invocation is worth a put of its own: nobody can tell when the next will come. */
  #unshown = true;
  /** Minutes that are over, oldest first. Only the first was ever tried. */
  readonly #waiting: TelemetryMinute[] = [];
  /** Stored late, and not listed in time yet. */
  readonly #late = new Set<string>();
  #retryAt = 0;
  #retryMs = FIRST_RETRY_MS;
  /** What failed last failed since the store was away. */
  #failedAway = false;
  #announcedAt = -Infinity;
  /** It was tried in vain. */
  #unannounced = false;

  constructor(instance: Instance, recorder: CountingRecorder, cell: string) {
    this.#instance = instance;
    this.#recorder = recorder;
    this.#particulars = new Particulars(instance);
    this.#cell = cell;
    recorder.particulars = this.#particulars;
  }

  /** Begins with what has been counted already, and puts it unless the exchange it is a part of has been abandoned. */
  async begin(signal: AbortSignal): Promise<void> {
    this.#counting ??= this.#count(this.#instance.clock.now(), 0);
    if (!signal.aborted) await this.#exchange(signal);
  }

  /** To be told of every invocation that has been counted. */
  ended(): void {
    if (!this.#unshown) return;
    const nowMs = this.#instance.clock.now();
    this.#counting ??= this.#count(nowMs, 0);
    if (!this.#waits(nowMs)) void this.#instance.syncs.start('telemetry-first', () => this.#showNext());
  }

  /** An exchange that is under way may have looked before there was anything to show: then there is another. */
  async #showNext(): Promise<void> {
    const { syncs } = this.#instance;
    const exchange = () => syncs.start(this.name, (signal) => this.#exchange(signal));
    await exchange();
    if (this.#counting && this.#mayShow(this.#counting) && this.#waiting.length === 0) await exchange();
  }

  due(nowMs: number): boolean {
    if (!this.#counting || this.#waits(nowMs)) return false;
    return isOver(nowMs - this.#counting.beganAt) || this.#waiting.length > 0 || this.#mayShow(this.#counting);
  }

  /** Not once others have found the store back: an instance that outlives an outage may be called but once more. */
  #waits(nowMs: number): boolean {
    return nowMs < this.#retryAt && !(this.#failedAway && !this.#instance.syncs.storeAway);
  }

  run(nowMs: number, signal: AbortSignal): Promise<void> {
    this.#closeIfOver(nowMs);
    return this.#exchange(signal);
  }

  /** What is over goes first: a minute can list only what has been stored late before it. */
  async #exchange(signal: AbortSignal): Promise<void> {
    for (let minute = this.#waiting[0]; minute; minute = this.#waiting[0]) {
      try {
        await this.#put(minute, signal);
      } catch (error) {
        this.#retryAt = this.#instance.clock.now() + this.#retryMs;
        this.#retryMs = Math.min(this.#retryMs * 2, MINUTE_MS);
        this.#failedAway = this.#instance.syncs.storeAway;
        throw error;
      }
      if (signal.aborted) return;
      this.#retryMs = FIRST_RETRY_MS;
      this.#waiting.shift();
    }
    if (this.#counting && this.#mayShow(this.#counting)) await this.#show(this.#counting, signal);
  }

  #mayShow({ addedBefore }: Counting): boolean {
    return this.#unshown && this.#recorder.added > addedBefore;
  }

  async #show(counting: Counting, signal: AbortSignal): Promise<void> {
    this.#unshown = false;
    const { added } = this.#recorder;
    const minute = this.#minuteOf(counting, this.#instance.clock.now());
    const listed = await this.#put(minute, signal);
    counting.addedStored = added;
    counting.listed = listed;
  }

  #closeIfOver(nowMs: number): void {
    const counting = this.#counting;
    const ageMs = nowMs - (counting?.beganAt ?? nowMs);
    if (!counting || !isOver(ageMs)) return;
    const { added } = this.#recorder;
    // What was stored already needs no second put, and what is empty none.
    if (added > counting.addedBefore && added !== counting.addedStored) {
      this.#queue(this.#minuteOf(counting, Math.min(nowMs, counting.beganAt + MINUTE_MS)));
    }
    this.#recorder.clear();
    this.#particulars.clear();
    this.#counting = this.#count(nowMs, added);
    this.#unshown = isAfterIdling(ageMs);
  }

  #count(nowMs: number, addedBefore: number): Counting {
    const offsetMs = correctionOf(this.#instance.table.skew?.());
    this.#particulars.offsetMs = offsetMs;
    const from = beginning(nowMs + offsetMs, this.#counting?.from);
    return { beganAt: nowMs, from, addedBefore, addedStored: -1, listed: [] };
  }

  #queue(minute: TelemetryMinute): void {
    const last = this.#waiting[this.#waiting.length - 1];
    if (!last || this.#waiting.length < MOST_WAITING) {
      this.#waiting.push(minute);
      return;
    }
    const { revision, to } = minute;
    const detail = mergeDetail(unpackDetail(last.detail), unpackDetail(minute.detail));
    const late = [...new Set([...(last.late ?? []), ...(minute.late ?? [])])];
    const counts = { ...last, ...mergeCounted(last, minute), revision, to, late, detail: undefined };
    this.#waiting[this.#waiting.length - 1] = fitting(counts, detail);
  }

  /** Gives the late minutes that are listed now. */
  async #put(minute: TelemetryMinute, signal: AbortSignal): Promise<readonly string[]> {
    const { table, service } = this.#instance;
    const listed = [...new Set([...(minute.late ?? []), ...this.#late])].slice(0, MOST_LISTED);
    const putting = putMinute(table, listed.length === 0 ? minute : { ...minute, late: listed }, { signal });
    // Beside it, since an invocation may be waiting; not while the store is away.
    const announcing = this.#unannounced ? undefined : this.#announce(service, signal);
    try {
      await putting;
    } catch (error) {
      this.#recorder.internal('telemetry:unsent');
      throw error;
    } finally {
      await announcing;
    }
    const storedAt = this.#instance.clock.now() + this.#particulars.offsetMs;
    if (isLate(minute.from, storedAt)) this.#late.add(minuteOf(minute.from));
    else for (const key of listed) this.#late.delete(key);
    if (this.#unannounced) await this.#announce(service, signal);
    return listed;
  }

  /** Nobody would look for the minutes of a service that has no rules. */
  async #announce(service: string, signal: AbortSignal): Promise<void> {
    const { rules, table, clock } = this.#instance;
    const nowMs = clock.now() + this.#particulars.offsetMs;
    if (rules.snapshot.origin.from === 'store' || nowMs - this.#announcedAt < ANNOUNCE_EVERY_MS) return;
    this.#announcedAt = nowMs;
    try {
      await announce(table, service, nowMs, { signal });
      this.#unannounced = false;
    } catch {
      // Once a minute has been stored, then.
      this.#announcedAt = -Infinity;
      this.#unannounced = true;
      this.#recorder.internal('telemetry:unannounced');
    }
  }

  #minuteOf({ beganAt, from, listed }: Counting, until: number): TelemetryMinute {
    const { service, id, rules, functionName, functionVersion } = this.#instance;
    const { revision } = rules.snapshot.origin;
    const counted = this.#recorder.read();
    const minute = {
      service,
      instance: id,
      from,
      to: from + Math.max(0, until - beganAt),
      revision,
      ...(rules.seen.revision > revision ? { rejected: rules.seen.revision } : {}),
      version: LIBRARY_VERSION,
      functionName,
      functionVersion,
      cell: this.#cell,
      ...counted,
      ...(listed.length > 0 ? { late: listed } : {}),
    };
    return fitting(minute, this.#particulars.read(Object.keys(counted.calls)));
  }
}

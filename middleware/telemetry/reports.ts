// What an instance reports before there is anything that counts: kept, and told when the code for it has been loaded, which
// the end of the first invocation asks for.
import type { Instance } from '../kernel/instance.ts';
import { errorFields } from '../kernel/logger.ts';
import type { Recorder } from '../kernel/recorder.ts';
import type { RuleDocument } from '../kernel/rules/document.ts';
import type { Syncable } from '../kernel/sync.ts';
import type { Minutes } from './minutes.ts';
import type { CountingRecorder } from './recorder.ts';
import type * as reportingModule from './reporting.ts';

type Reporting = typeof reportingModule;

/** What makes an invocation slow, in ms, and which share of the others is kept. */
export interface Limits {
  slowOverMs: number;
  sampleShare: number;
}

type Telling = (recorder: Recorder) => void;

/** Far more than one invocation can have to tell; an instance that serves many at once loads its code in some ms. */
const MOST_UNTOLD = 2_000;

let reporting: Reporting | undefined;

/** What is needed beside telling; in a file of its own. */
export async function loadReporting(): Promise<Reporting> {
  return (reporting ??= await import('./reporting.ts'));
}

export class Reports implements Syncable {
  readonly name = 'telemetry';
  readonly #instance: Instance;
  #recorder: CountingRecorder | undefined;
  #minutes: Minutes | undefined;
  /** Undefined once there is somebody to tell, or never will be. */
  #untold: Telling[] | undefined = [];
  #rules: RuleDocument | undefined;
  /** Until there is a recorder to hold them. */
  readonly #limits: Limits = { slowOverMs: Infinity, sampleShare: 0 };

  constructor(instance: Instance) {
    this.#instance = instance;
    instance.recorder = this.#passing();
    instance.syncs.add(this);
    if (reporting) this.#install(reporting);
  }

  /** Rules that are about to come in force: names are made ready, and what must not leave the function is known. */
  prepare(rules: RuleDocument): void {
    this.#rules = rules;
    this.#recorder?.prepare(rules);
    if (reporting) this.#instance.redact = reporting.compileRedaction(rules.telemetry?.redact);
  }

  /** As the rules of the invocation that begins say. */
  judgeBy({ slowOverMs, sampleShare }: Limits): void {
    const limits = this.#recorder ?? this.#limits;
    limits.slowOverMs = slowOverMs;
    limits.sampleShare = sampleShare;
  }

  /** From now on the instance is told of by one that counts. */
  #install({ CountingRecorder, Minutes, compileRedaction }: Reporting): void {
    const instance = this.#instance;
    instance.redact = compileRedaction(this.#rules?.telemetry?.redact);
    const recorder = Object.assign(new CountingRecorder(() => this.#minutes?.ended()), this.#limits);
    if (this.#rules) recorder.prepare(this.#rules);
    const minutes = new Minutes(instance, recorder, process.env['FLYBALL_CELL'] ?? '');
    const untold = this.#untold ?? [];
    this.#untold = undefined;
    this.#recorder = recorder;
    for (const telling of untold) telling(recorder);
    this.#minutes = minutes;
    instance.recorder = recorder;
  }

  /** Part of an exchange, so that the invocation that is ending waits for it and for its put. */
  async #begin(signal: AbortSignal): Promise<void> {
    const loaded = await this.#load();
    if (!loaded) return;
    if (!this.#recorder) this.#install(loaded);
    await this.#minutes?.begin(signal);
  }

  async #load(): Promise<Reporting | undefined> {
    try {
      return await loadReporting();
    } catch (error) {
      this.#untold = undefined;
      this.#instance.logger.error('flyball could not load a policy', { policy: this.name, ...errorFields(error) });
      return undefined;
    }
  }

  due(nowMs: number): boolean {
    return this.#minutes?.due(nowMs) ?? false;
  }

  async run(nowMs: number, signal: AbortSignal): Promise<void> {
    await this.#minutes?.run(nowMs, signal);
  }

  #tell(telling: Telling): void {
    if (this.#recorder) telling(this.#recorder);
    else if (this.#untold && this.#untold.length < MOST_UNTOLD) this.#untold.push(telling);
  }

  /** Passes on what is told; the end of an invocation asks for somebody to tell. */
  #passing(): Recorder {
    const pass =
      <Name extends keyof Recorder>(name: Name) =>
      (...told: Parameters<Recorder[Name]>) => {
        this.#tell((recorder) => (recorder[name] as (...all: typeof told) => void)(...told));
        if (name === 'invocation' && this.#untold)
          void this.#instance.syncs.start(this.name, (signal) => this.#begin(signal));
      };
    return {
      invocation: pass('invocation'),
      call: pass('call'),
      attempt: pass('attempt'),
      refusal: pass('refusal'),
      key: pass('key'),
      transition: pass('transition'),
      internal: pass('internal'),
    };
  }
}

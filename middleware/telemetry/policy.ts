// Installs the counting recorder on an instance, and has what puts its minutes loaded when the first invocation has ended.
import type { Instance } from '../kernel/instance.ts';
import { errorFields } from '../kernel/logger.ts';
import type { Policy } from '../kernel/policy.ts';
import type { RuleDocument } from '../kernel/rules/document.ts';
import type { Syncable } from '../kernel/sync.ts';
import type { Trigger } from '../kernel/trigger.ts';
import { parseDuration, parseShare } from '../kernel/units.ts';
import type { Minutes } from './minutes.ts';
import { CountingRecorder } from './recorder.ts';
import type * as reportingModule from './reporting.ts';

const OWNER = {};
const DEFAULT_SAMPLE_SHARE = 0.01;

export interface TelemetryRules {
  readonly recorder: CountingRecorder;
  readonly slowOverMs: number;
  readonly sampleShare: number;
}

type Reporting = typeof reportingModule;

let reporting: Reporting | undefined;

/** What is needed beside counting; in a file of its own. */
export async function loadReporting(): Promise<Reporting> {
  return (reporting ??= await import('./reporting.ts'));
}

/** The instance's recorder, installed with its minutes the first time it is asked for. */
export function recorderOf(instance: Instance): CountingRecorder {
  return instance.state(OWNER, () => createRecorder(instance));
}

function createRecorder(instance: Instance): CountingRecorder {
  const recorder = new CountingRecorder(() => reports.ended());
  const reports = new Reports(instance, recorder);
  instance.recorder = recorder;
  instance.syncs.add(reports);
  return recorder;
}

/** Stands for the minutes until their code is there. */
class Reports implements Syncable {
  readonly name = 'telemetry';
  readonly #instance: Instance;
  readonly #recorder: CountingRecorder;
  #minutes: Minutes | undefined;
  #unloadable = false;

  constructor(instance: Instance, recorder: CountingRecorder) {
    this.#instance = instance;
    this.#recorder = recorder;
  }

  ended(): void {
    if (this.#minutes) this.#minutes.ended();
    else if (!this.#unloadable) void this.#instance.syncs.start(this.name, (signal) => this.#begin(signal));
  }

  async #begin(signal: AbortSignal): Promise<void> {
    const loaded = await this.#load();
    if (!loaded || this.#minutes) return;
    const { rules } = this.#instance;
    this.#instance.redact = loaded.compileRedaction(rules.snapshot.document.telemetry?.redact);
    this.#minutes = new loaded.Minutes(this.#instance, this.#recorder, process.env['FLYBALL_CELL'] ?? '');
    await this.#minutes.begin(signal);
  }

  async #load(): Promise<Reporting | undefined> {
    try {
      return await loadReporting();
    } catch (error) {
      this.#unloadable = true;
      this.#recorder.tell(undefined);
      this.#recorder.internal('unloadable:telemetry');
      this.#instance.logger.error('flyball could not load a policy', { policy: 'telemetry', ...errorFields(error) });
      return undefined;
    }
  }

  due(nowMs: number): boolean {
    return this.#minutes?.due(nowMs) ?? false;
  }

  async run(nowMs: number, signal: AbortSignal): Promise<void> {
    await this.#minutes?.run(nowMs, signal);
  }
}

export const telemetryPolicy: Policy<TelemetryRules> = {
  name: 'telemetry',
  compile(rules: RuleDocument, instance) {
    const recorder = recorderOf(instance);
    recorder.prepare(rules);
    if (reporting) instance.redact = reporting.compileRedaction(rules.telemetry?.redact);
    const { slow, sample } = rules.telemetry ?? {};
    return {
      recorder,
      slowOverMs: slow === undefined ? Infinity : parseDuration(slow),
      sampleShare: sample === undefined ? DEFAULT_SAMPLE_SHARE : parseShare(sample),
    };
  },
  before(invocation, { recorder, slowOverMs, sampleShare }) {
    recorder.slowOverMs = slowOverMs;
    recorder.sampleShare = sampleShare;
    // Later another middleware may have made something else of it.
    invocation.bytesIn = bytesOf(invocation.trigger, invocation.event);
  },
};

/** How long the texts are that came in; 0 when there is none. */
function bytesOf({ kind }: Trigger, event: unknown): number {
  if (typeof event !== 'object' || event === null) return typeof event === 'string' ? event.length : 0;
  const { body, isBase64Encoded, Records: records } = event as Record<string, unknown>;
  if (typeof body === 'string') return isBase64Encoded === true ? (body.length * 3) / 4 : body.length;
  if (kind !== 'queue' || !Array.isArray(records)) return 0;
  let bytes = 0;
  for (const record of records as readonly { readonly body?: unknown }[]) {
    if (typeof record?.body === 'string') bytes += record.body.length;
  }
  return bytes;
}

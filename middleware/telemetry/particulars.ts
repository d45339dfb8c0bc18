// What an instance tells of its minute beside the counts, while it grows: sizes, waits, callers, busiest keys, errors, samples.
import type { BusyKey, DependencyMeasures, Measures, MinuteDetail } from '../../store/items/telemetry-detail.ts';
import type { Instance } from '../kernel/instance.ts';
import type { Invocation } from '../kernel/invocation.ts';
import type { Reply } from '../kernel/outbound.ts';
import type { Outcome } from '../kernel/outcome.ts';
import type { KeyedRule } from '../kernel/recorder.ts';
import { Busiest } from './busiest.ts';
import { Bursts } from './bursts.ts';
import { chanceOf } from './chance.ts';
import { Sources } from './inbound.ts';
import { machineNow } from './machine.ts';
import { GrowingMeasures } from './measures.ts';
import { keyHash, Samples } from './samples.ts';
import { Sides } from './sides.ts';
import { Signatures } from './signatures.ts';
import { targetOf } from './targets.ts';
import { traceIdOf } from './trace-id.ts';

const MOST_NAMES = 200;
const MOST_RULES = 20;
export const MOST_BUSY_KEYS = 32;

interface Dependency {
  readonly measures: GrowingMeasures;
  retries: number;
  /** Where it was last found to lead. */
  target?: string;
}

interface Met {
  readonly rule: KeyedRule;
  readonly busiest: Busiest;
}

export class Particulars {
  /** What the store's clock is certainly ahead of this machine's, ms. */
  offsetMs = 0;
  readonly #instance: Instance;
  readonly #resources = new Map<string, GrowingMeasures>();
  readonly #dependencies = new Map<string, Dependency>();
  readonly #sources = new Sources();
  readonly #keys = new Map<string, Met>();
  readonly #signatures: Signatures;
  readonly #samples = new Samples();
  readonly #sides = new Sides();
  readonly #bursts = new Bursts();
  #mostGivenMs = 0;

  constructor(instance: Instance) {
    this.#instance = instance;
    this.#signatures = new Signatures((text) => instance.redact(text));
  }

  invocation(
    invocation: Invocation,
    outcome: Outcome,
    durationMs: number,
    bucket: number,
    slow: boolean,
    sampleShare: number,
  ): void {
    const { givenMs, startedAt, snapshot, resource } = invocation;
    this.#bursts.record(snapshot.document.alerts, resource.name, outcome, startedAt + durationMs, durationMs);
    if (givenMs > this.#mostGivenMs) this.#mostGivenMs = givenMs;
    const leftMs = givenMs > 0 ? Math.max(1, givenMs - durationMs) : 0;
    const out = bytesOfAnswer(invocation.response);
    this.#resourceOf(invocation.resource.name)?.record(invocation.storeWaitedMs, invocation.bytesIn, out, leftMs);
    this.#sources.record(invocation, outcome, durationMs, bucket, this.offsetMs);
    if (this.#instance.rules.seen.gray !== undefined) this.#sides.record(invocation, outcome, durationMs, bucket);
    const chance = chanceOf(invocation.requestId);
    if (outcome === 'ok' && !slow && chance >= sampleShare) return;
    this.#sample(invocation, outcome, durationMs, slow, chance, sampleShare);
  }

  #sample(
    invocation: Invocation,
    outcome: Outcome,
    durationMs: number,
    slow: boolean,
    chance: number,
    share: number,
  ): void {
    const failed = isFailure(outcome);
    const error = failed ? this.#signatureOf(invocation) : undefined;
    const why = outcome === 'refused' ? 'refused' : failed ? 'failed' : slow ? 'slow' : 'sampled';
    if (why === 'sampled' && chance >= share) return;
    this.#samples.add(why, invocation, outcome, durationMs, chance, share, error);
  }

  /** Business failures are told by their codes. */
  #signatureOf(invocation: Invocation): string | undefined {
    const { error, outcome, resource } = invocation;
    if (error === undefined || outcome?.startsWith('business:')) return undefined;
    return this.#signed(error, resource.name, invocation);
  }

  failedCall(dependency: string, outcome: Outcome, error: unknown, invocation: Invocation): void {
    if (isFailure(outcome) && !outcome.startsWith('business:')) this.#signed(error, dependency, invocation);
  }

  #signed(error: unknown, where: string, invocation: Invocation): string {
    const { requestId } = invocation;
    return this.#signatures.add(error, { where, requestId: requestId.slice(0, 100), traceId: traceIdOf(invocation) });
  }

  attempt(dependency: string, attempt: number, reply: Reply | undefined): void {
    if (attempt <= 1 && reply?.bytesOut === undefined && reply?.target === undefined) return;
    const known = this.#dependencyOf(dependency);
    if (!known) return;
    if (attempt > 1) known.retries++;
    if (reply?.bytesOut !== undefined) known.measures.record(0, reply.bytesIn ?? 0, reply.bytesOut, 0);
    if (reply?.target !== undefined) known.target = reply.target;
  }

  key(rule: KeyedRule, raw: string, count: number): void {
    let met = this.#keys.get(rule.name);
    // A revision may have changed what the rule's keys are.
    if (met?.rule !== rule) met = this.#metBy(rule, met);
    met?.busiest.add(raw, count);
  }

  #metBy(rule: KeyedRule, before: Met | undefined): Met | undefined {
    if (!before && this.#keys.size >= MOST_RULES) return undefined;
    const same = before && String(before.rule.key) === String(rule.key);
    const met = { rule, busiest: same ? before.busiest : new Busiest(MOST_BUSY_KEYS) };
    this.#keys.set(rule.name, met);
    return met;
  }

  #resourceOf(name: string): GrowingMeasures | undefined {
    return this.#resources.get(name) ?? created(this.#resources, name, () => new GrowingMeasures());
  }

  #dependencyOf(name: string): Dependency | undefined {
    const create = (): Dependency => ({ measures: new GrowingMeasures(), retries: 0 });
    return this.#dependencies.get(name) ?? created(this.#dependencies, name, create);
  }

  /** What has been told since `clear`, and what the machine says now. */
  read(dependencies: Iterable<string>): MinuteDetail {
    const resources = notEmpty(
      [...this.#resources].map(([name, growing]): [string, Measures] => [name, growing.read()]),
    );
    const called = notEmpty(
      [...dependencies].map((name): [string, DependencyMeasures] => [name, this.#calledOf(name)]),
    );
    const inbound = this.#sources.read();
    const keys = this.#busyKeys();
    const sides = this.#sides.read();
    const bursts = this.#bursts.read(this.offsetMs);
    const errors = this.#signatures.read();
    const samples = this.#samples.read(this.offsetMs);
    return {
      ...(resources ? { resources } : {}),
      ...(called ? { dependencies: called } : {}),
      ...(Object.keys(inbound).length > 0 ? { inbound } : {}),
      ...(keys ? { keys } : {}),
      ...(sides ? { sides } : {}),
      ...(bursts ? { bursts } : {}),
      machine: machineNow(this.#mostGivenMs),
      ...(errors.length > 0 ? { errors } : {}),
      ...(samples.length > 0 ? { samples } : {}),
    };
  }

  #calledOf(name: string): DependencyMeasures {
    const known = this.#dependencies.get(name);
    const rule = this.#instance.rules.snapshot.document.dependencies?.[name];
    const target = (rule && targetOf(rule)) ?? known?.target;
    return {
      ...known?.measures.read(),
      ...(known?.retries ? { retries: known.retries } : {}),
      ...(target === undefined ? {} : { target }),
    };
  }

  #busyKeys(): { readonly [rule: string]: readonly BusyKey[] } | undefined {
    const busy = [...this.#keys].map(([name, { rule, busiest }]): [string, readonly BusyKey[]] => [
      name,
      busiest.read().map(({ key, count, over }) => [this.#writable(rule, key), count, over]),
    ]);
    const met = busy.filter(([, keys]) => keys.length > 0);
    return met.length > 0 ? Object.fromEntries(met) : undefined;
  }

  /** As the table's own keys have it; a part that redaction would not let out is hashed. */
  #writable(rule: KeyedRule, raw: string): string {
    const { redact } = this.#instance;
    const parts = rule.storedKeyOf(raw).split(',');
    const written = parts.map((part, i) => {
      const named = `${rule.key[i] ?? ''}=${part}`;
      return part.startsWith('~') || redact(named) === named ? part : `~${keyHash(part)}`;
    });
    return written.join(',');
  }

  clear(): void {
    for (const growing of this.#resources.values()) growing.clear();
    for (const dependency of this.#dependencies.values()) {
      dependency.measures.clear();
      dependency.retries = 0;
    }
    this.#sources.clear();
    this.#sides.clear();
    this.#bursts.clear();
    for (const { busiest } of this.#keys.values()) busiest.clear();
    this.#signatures.clear();
    this.#samples.clear();
  }
}

/** What somebody should look into: not what flyball refused, and not what a client got wrong. */
function isFailure(outcome: Outcome): boolean {
  return outcome !== 'ok' && outcome !== 'refused' && outcome !== 'throttled' && !outcome.startsWith('4');
}

/** Of what is a text already; 0 when that is not known. */
function bytesOfAnswer(response: unknown): number {
  if (typeof response === 'string') return response.length;
  if (typeof response !== 'object' || response === null || !('body' in response)) return 0;
  const { body } = response;
  if (typeof body !== 'string') return 0;
  return 'isBase64Encoded' in response && response.isBase64Encoded === true ? (body.length * 3) / 4 : body.length;
}

/** Beyond a limit no name gets anything: the counts have it under `other`. */
function created<T>(all: Map<string, T>, name: string, create: () => T): T | undefined {
  if (all.size >= MOST_NAMES) return undefined;
  const made = create();
  all.set(name, made);
  return made;
}

function notEmpty<T extends object>(entries: readonly [string, T][]): { readonly [name: string]: T } | undefined {
  const kept = entries.filter(([, value]) => Object.keys(value).length > 0);
  return kept.length > 0 ? Object.fromEntries(kept) : undefined;
}

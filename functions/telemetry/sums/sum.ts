// A sum of one subject while it grows. What instances put is not believed: what is no count counts nothing.
import { Histogram } from '../../../middleware/telemetry/histogram.ts';
import type { BusyKey, ErrorSignature, PackedHistogram } from '../../../store/items/telemetry-detail.ts';
import type { Counts, Tally } from '../../../store/items/telemetry.ts';
import type { MachineSum, SumData } from './data.ts';
import { BusyKeys } from './busy-keys.ts';
import { ErrorSignatures } from './error-signatures.ts';

/** Names of one kind in one sum; beyond, they are counted as `other`. */
const MOST_NAMES = 1_000;
export const OTHER = 'other';
/** No rule, resource or function has a longer one, and what is read of many services is read with all their names. */
export const LONGEST_NAME = 300;

const HISTOGRAMS = ['durations', 'waits', 'bytesIn', 'bytesOut', 'left', 'ages'] as const;
/** What is counted by name. */
export const COUNTS = [
  'outcomes',
  'refusals',
  'shadow',
  'transitions',
  'internal',
  'revisions',
  'rejected',
  'versions',
  'functions',
] as const;
type HistogramName = (typeof HISTOGRAMS)[number];
type CountsName = (typeof COUNTS)[number];

export class Sum {
  /** Distinct instances of a minute; of longer than that, the most in one minute. */
  instances = 0;
  /** Instance minutes that could not be read; of a service. */
  unreadable = 0;
  readonly #counts: Partial<Record<CountsName, Map<string, number>>> = {};
  readonly #histograms: Partial<Record<HistogramName, Histogram>> = {};
  #cold = 0;
  #slow = 0;
  #retries = 0;
  #maxMs = 0;
  #maxAgeMs = 0;
  #target: string | undefined;
  #attempts: Sum | undefined;
  #keys: Map<string, BusyKeys> | undefined;
  #errors: ErrorSignatures | undefined;
  #machine: MachineSum | undefined;

  /** Adds what one instance counted; the same of several kinds may be added to one sum. */
  addTally(tally: Tally): void {
    this.addCounts('outcomes', tally.outcomes);
    this.#cold += count(tally.cold);
    this.#slow += count(tally.slow);
    if (tally.durations instanceof Uint8Array) this.#addEncoded('durations', tally.durations, tally.maxMs);
    this.#maxMs = Math.max(this.#maxMs, count(tally.maxMs));
  }

  /** Adds another sum as it was stored, or as much of one as there is. */
  add(data: SumData): void {
    this.instances = Math.max(this.instances, count(data.instances));
    this.unreadable += count(data.unreadable);
    for (const name of COUNTS) if (data[name]) this.addCounts(name, data[name]);
    for (const name of HISTOGRAMS)
      if (data[name] !== undefined) this.#addPacked(name, data[name], largestOf(name, data));
    this.#cold += count(data.cold);
    this.#slow += count(data.slow);
    this.#retries += count(data.retries);
    this.#maxMs = Math.max(this.#maxMs, count(data.maxMs));
    this.#maxAgeMs = Math.max(this.#maxAgeMs, count(data.maxAgeMs));
    if (typeof data.target === 'string' && data.target.length <= LONGEST_NAME) this.#target = data.target;
    if (data.attempts) this.attempts.add(data.attempts);
    if (data.keys) this.#addKeys(data.keys);
    if (data.errors) this.addErrors(data.errors);
    if (data.machine) this.addMachine(data.machine);
  }

  /** The sum of attempts within this one. */
  get attempts(): Sum {
    return (this.#attempts ??= new Sum());
  }

  addCounts(name: CountsName, counts: Counts): void {
    if (!isMap(counts)) return;
    const sums = (this.#counts[name] ??= new Map<string, number>());
    for (const [key, value] of Object.entries(counts)) {
      const known = sums.has(key) || (sums.size < MOST_NAMES && key.length <= LONGEST_NAME) ? key : OTHER;
      sums.set(known, (sums.get(known) ?? 0) + count(value));
    }
  }

  addErrors(errors: readonly ErrorSignature[]): void {
    if (Array.isArray(errors)) (this.#errors ??= new ErrorSignatures()).add(errors);
  }

  addMachine(machine: MachineSum): void {
    const known = this.#machine ?? {};
    const { memoryMb, memoryLimitMb, tmpMb, tmpLimitMb } = machine;
    const most = (name: 'memoryMb' | 'tmpMb') => maximum(known[name], machine[name]);
    const least = (name: 'memoryLimitMb' | 'tmpLimitMb' | 'timeoutMs') => minimum(known[name], machine[name]);
    const memoryShare = machine.memoryShare ?? count(memoryMb) / count(memoryLimitMb);
    const tmpShare = machine.tmpShare ?? count(tmpMb) / count(tmpLimitMb);
    this.#machine = {
      ...present('memoryMb', most('memoryMb')),
      ...present('memoryLimitMb', least('memoryLimitMb')),
      ...present('memoryShare', maximum(known.memoryShare, memoryShare)),
      ...present('tmpMb', most('tmpMb')),
      ...present('tmpLimitMb', least('tmpLimitMb')),
      ...present('tmpShare', maximum(known.tmpShare, tmpShare)),
      ...present('timeoutMs', least('timeoutMs')),
    };
  }

  #addKeys(keys: NonNullable<SumData['keys']>): void {
    if (!isMap(keys)) return;
    this.#keys ??= new Map<string, BusyKeys>();
    for (const [rule, busy] of Object.entries(keys)) {
      if (!Array.isArray(busy)) continue;
      let sums = this.#keys.get(rule);
      if (!sums) {
        if (this.#keys.size >= MOST_NAMES || rule.length > LONGEST_NAME) continue;
        this.#keys.set(rule, (sums = new BusyKeys()));
      }
      sums.add(busy as readonly BusyKey[]);
    }
  }

  #addPacked(name: HistogramName, packed: PackedHistogram, max: number | undefined): void {
    if (typeof packed === 'string') this.#addEncoded(name, Buffer.from(packed, 'base64'), max);
  }

  #addEncoded(name: HistogramName, bytes: Uint8Array, max: number | undefined): void {
    const histogram = (this.#histograms[name] ??= new Histogram());
    try {
      histogram.addEncoded(bytes, max === undefined ? undefined : count(max));
    } catch {
      // Bytes that are no histogram: what was read of them stands, the rest is nobody's.
    }
  }

  /** How many there were, of all outcomes. */
  get total(): number {
    let total = 0;
    for (const value of this.#counts.outcomes?.values() ?? []) total += value;
    return total;
  }

  countsOf(name: CountsName): ReadonlyMap<string, number> {
    return this.#counts[name] ?? NO_COUNTS;
  }

  histogramOf(name: HistogramName): Histogram | undefined {
    return this.#histograms[name];
  }

  get cold(): number {
    return this.#cold;
  }

  get slow(): number {
    return this.#slow;
  }

  get retries(): number {
    return this.#retries;
  }

  get target(): string | undefined {
    return this.#target;
  }

  get machine(): MachineSum | undefined {
    return this.#machine;
  }

  /** ms. */
  get maxAgeMs(): number {
    return this.#maxAgeMs;
  }

  busiestKeys(): { readonly [rule: string]: readonly BusyKey[] } {
    return Object.fromEntries([...(this.#keys ?? [])].map(([rule, keys]) => [rule, keys.top()]));
  }

  errorSignatures(): readonly ErrorSignature[] {
    return this.#errors?.top() ?? [];
  }

  data(): SumData {
    return {
      ...positive('instances', this.instances),
      ...Object.fromEntries(
        COUNTS.flatMap((name) => (this.#counts[name]?.size ? [[name, Object.fromEntries(this.#counts[name])]] : [])),
      ),
      ...positive('cold', this.#cold),
      ...positive('slow', this.#slow),
      ...Object.fromEntries(HISTOGRAMS.flatMap((name) => this.#packed(name))),
      ...positive('maxMs', this.#maxMs),
      ...positive('maxAgeMs', this.#maxAgeMs),
      ...positive('retries', this.#retries),
      ...(this.#target === undefined ? {} : { target: this.#target }),
      ...(this.#attempts ? { attempts: this.#attempts.data() } : {}),
      ...(this.#keys ? { keys: this.busiestKeys() } : {}),
      ...(this.#errors ? { errors: this.#errors.top() } : {}),
      ...(this.#machine ? { machine: this.#machine } : {}),
      ...positive('unreadable', this.unreadable),
    };
  }

  #packed(name: HistogramName): [string, string][] {
    const histogram = this.#histograms[name];
    return histogram?.count ? [[name, Buffer.from(histogram.encode()).toString('base64')]] : [];
  }
}

const NO_COUNTS: ReadonlyMap<string, number> = new Map();

/** Of a list, or of bytes, every element would be a name. */
export function isMap(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}

/** What instances put may be anything. */
function count(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : 0;
}

/** Sizes and waits keep no exact maximum: the largest bucket tells it within the histogram's error. */
function largestOf(name: HistogramName, { maxMs, maxAgeMs }: SumData): number | undefined {
  if (name === 'durations') return maxMs;
  return name === 'ages' ? maxAgeMs : undefined;
}

function maximum(a: number | undefined, b: unknown): number | undefined {
  return count(b) > 0 ? Math.max(a ?? 0, count(b)) : a;
}

function minimum(a: number | undefined, b: unknown): number | undefined {
  return count(b) > 0 ? Math.min(a ?? Infinity, count(b)) : a;
}

function present<Name extends string>(name: Name, value: number | undefined): { [name in Name]?: number } {
  return value === undefined ? {} : ({ [name]: value } as { [name in Name]: number });
}

function positive<Name extends string>(name: Name, value: number): { [name in Name]?: number } {
  return present(name, value > 0 ? value : undefined);
}

// What was recorded of a service's requests in a stretch of time: counts by minute and resource, the busiest keys, samples.
import { bucketOf } from '../../../middleware/telemetry/histogram.ts';
import { readPackedSeries } from '../../../store/items/series.ts';
import { unpack, type BusyKey, type Sample } from '../../../store/items/telemetry-detail.ts';
import type { Counts } from '../../../store/items/telemetry.ts';
import type { Table } from '../../../store/port.ts';
import { Problem } from '../../api/index.ts';

export const MINUTE_MS = 60_000;
/** Items one query is asked for; what follows is read beside it. */
const MINUTES_A_QUERY = 15;
const AT_ONCE = 6;
/** Packed; what can be read and added up within this function's time. */
const MOST_BYTES = 12 * 2 ** 20;
const MOST_SAMPLES = 40_000;

/** Minutes before the record that are looked at as well: how full limits were when it began follows from them. */
export const LEAD = 10;

/** Of one resource or dependency, minute by minute. */
export interface Stream {
  /** Requests that got as far as throttles in the minutes before. */
  readonly lead: Float64Array;
  /** Requests, or attempts of calls, whatever became of them. */
  readonly total: Float64Array;
  /** Of them, those that were refused before throttles were asked; and by throttles and limits of concurrency. */
  readonly before: Float64Array;
  readonly beside: Float64Array;
  /** The most instances that told of it in a minute. */
  instances: number;
  readonly outcomes: Counts[];
  /** By `policy/rule/resource`, of those requests that flyball refused. */
  readonly refusals: Counts;
  /** By bucket, of the whole stretch; what was refused has no duration. */
  readonly durations: Float64Array;
}

export interface Recorded {
  readonly service: string;
  readonly from: number;
  readonly to: number;
  readonly minutes: number;
  /** How many of them anything was told of. */
  readonly told: number;
  readonly resources: ReadonlyMap<string, Stream>;
  /** By dependency: attempts, which are what breakers judge. */
  readonly calls: ReadonlyMap<string, Stream>;
  /** Instances that told of a minute. */
  readonly instances: Float64Array;
  /** By rule, minute by minute; those of the minutes before come first. */
  readonly keys: ReadonlyMap<string, readonly (readonly BusyKey[])[]>;
  readonly samples: readonly Sample[];
  /** Whether messages of queues were among them, of which a request may hold many. */
  readonly fromQueues: boolean;
  /** Instances' minutes that could not be read. */
  readonly unreadable: number;
}

/** Bucket i of durations holds those of (edgeOf(i), edgeOf(i + 1)] ms. */
export const BUCKETS = bucketOf(Infinity) + 1;
const PER_DOUBLING = 16;
const LOWEST = bucketOf(1) + 1;
export const edgeOf = (bucket: number): number => (bucket === 0 ? 0 : 2 ** ((bucket - LOWEST) / PER_DOUBLING));

/** The sums of the merge, as far as they are looked at here; nothing in them is believed. */
interface StoredSum {
  readonly instances?: unknown;
  readonly outcomes?: unknown;
  readonly durations?: unknown;
  readonly refusals?: unknown;
  readonly keys?: unknown;
  readonly attempts?: StoredSum;
  readonly unreadable?: unknown;
}

export interface Bounds {
  /** Bytes, packed. */
  readonly most?: number;
  /** Whether there is time to read on. */
  readonly inTime?: () => boolean;
}

/**
 * @throws {Problem} 400 when there is too much to be looked at in time.
 */
export async function readRecord(
  table: Table,
  service: string,
  { from, to }: { readonly from: number; readonly to: number },
  { most = MOST_BYTES, inTime = () => true }: Bounds = {},
): Promise<Recorded> {
  const growing = new GrowingRecord(service, from, to);
  let bytes = 0;
  const read = async (kind: 'minute' | 'samples', begin: number, each: (at: number, data: unknown) => void) => {
    const end = Math.min(begin + MINUTES_A_QUERY * MINUTE_MS, to);
    for await (const { from: at, packed } of readPackedSeries(table, { kind, service }, begin, end)) {
      bytes += packed?.length ?? 0;
      if (bytes > most || !inTime()) throw tooMuch();
      const data = packed && unpacked(packed);
      if (data === undefined) growing.unreadable++;
      else each(at, data);
    }
  };
  const begins: number[] = [];
  for (let at = from - LEAD * MINUTE_MS; at < to; at += MINUTES_A_QUERY * MINUTE_MS) begins.push(at);
  const work = begins.flatMap((begin) => [
    () => read('minute', begin, (at, data) => growing.minute(at, data)),
    () => read('samples', begin, (_at, data) => growing.sampled(data)),
  ]);
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let next = work.shift(); next; next = work.shift()) await next();
    }),
  );
  return growing;
}

function unpacked(packed: Uint8Array): unknown {
  try {
    return unpack(packed);
  } catch {
    return undefined;
  }
}

export function tooMuch(): Problem {
  const detail = 'That is more than can be looked at in a few seconds; ask for fewer minutes.';
  return new Problem(400, detail, { code: 'RANGE_TOO_LARGE' });
}

/** A record while its minutes come in, in any order. */
export class GrowingRecord implements Recorded {
  readonly service: string;
  readonly from: number;
  readonly to: number;
  readonly minutes: number;
  readonly resources = new Map<string, Stream>();
  readonly calls = new Map<string, Stream>();
  readonly instances: Float64Array;
  readonly keys = new Map<string, BusyKey[][]>();
  readonly samples: Sample[] = [];
  fromQueues = false;
  unreadable = 0;
  told = 0;

  constructor(service: string, from: number, to: number) {
    this.service = service;
    [this.from, this.to] = [from, to];
    this.minutes = Math.round((to - from) / MINUTE_MS);
    this.instances = new Float64Array(this.minutes);
  }

  minute(at: number, data: unknown): void {
    const minute = Math.floor((at - this.from) / MINUTE_MS);
    if (!isObject(data) || minute < -LEAD || minute >= this.minutes) return;
    if (minute >= 0) this.told++;
    for (const [subject, value] of Object.entries(objectOf(data['subjects']))) {
      if (!isObject(value)) continue;
      const hash = subject.indexOf('#');
      const [kind, name] = hash < 0 ? [subject, ''] : [subject.slice(0, hash), subject.slice(hash + 1)];
      const sum: StoredSum = value;
      if (kind === 'resource') this.#add(this.resources, name, minute, sum);
      else if (kind === 'dependency')
        this.#add(this.calls, name, minute, {
          ...objectOf(sum.attempts),
          instances: sum.instances,
          refusals: sum.refusals,
        });
      else if (kind === 'inbound' && name.startsWith('queue:')) this.fromQueues ||= countOf(sum.outcomes) > 0;
      else if (kind === 'service') this.#whole(minute, sum);
    }
  }

  #whole(minute: number, sum: StoredSum): void {
    if (minute >= 0) {
      this.instances[minute] = numberOf(sum.instances);
      this.unreadable += numberOf(sum.unreadable);
    }
    for (const [rule, busy] of Object.entries(objectOf(sum.keys))) {
      let minutes = this.keys.get(rule);
      if (!minutes) this.keys.set(rule, (minutes = Array.from({ length: LEAD + this.minutes }, () => [])));
      minutes[LEAD + minute] = Array.isArray(busy) ? busy.filter(isBusyKey) : [];
    }
  }

  #add(streams: Map<string, Stream>, name: string, minute: number, sum: StoredSum): void {
    let stream = streams.get(name);
    if (!stream) streams.set(name, (stream = emptyStream(this.minutes)));
    if (minute < 0) {
      const before = Object.entries(objectOf(sum.refusals)).filter(([rule]) => refusedWhere(rule) === 'before');
      stream.lead[LEAD + minute] = Math.max(0, countOf(sum.outcomes) - countOf(Object.fromEntries(before)));
      return;
    }
    stream.total[minute] = countOf(sum.outcomes);
    stream.instances = Math.max(stream.instances, numberOf(sum.instances));
    addCounts((stream.outcomes[minute] ??= {}), sum.outcomes);
    addCounts(stream.refusals, sum.refusals);
    for (const [rule, count] of Object.entries(objectOf(sum.refusals))) {
      const where = refusedWhere(rule);
      if (where) stream[where][minute] = (stream[where][minute] ?? 0) + numberOf(count);
    }
    if (typeof sum.durations === 'string') addDurations(stream.durations, Buffer.from(sum.durations, 'base64'));
  }

  /** Of samples only what is shown or counted is kept. */
  sampled(data: unknown): void {
    const samples = isObject(data) ? data['samples'] : undefined;
    for (const sample of Array.isArray(samples) ? (samples as Sample[]) : []) {
      if (sample.at < this.from) continue;
      if (this.samples.length >= MOST_SAMPLES) throw tooMuch();
      this.samples.push(sample);
    }
  }
}

function emptyStream(minutes: number): Stream {
  return {
    lead: new Float64Array(LEAD),
    total: new Float64Array(minutes),
    before: new Float64Array(minutes),
    beside: new Float64Array(minutes),
    instances: 0,
    outcomes: new Array<Counts>(minutes),
    refusals: {},
    durations: new Float64Array(BUCKETS),
  };
}

/** Undefined of what refuses calls that a request makes. */
function refusedWhere(rule: string): 'before' | 'beside' | undefined {
  const [policy = '', name = ''] = rule.split('/', 2);
  if (policy === 'throttle' || policy === 'concurrency') return 'beside';
  if (policy === 'access' || policy === 'deadline') return 'before';
  const inbound =
    (policy === 'shed' && (name === 'paused' || name === 'shedding' || name.startsWith('job:'))) ||
    (policy === 'breaker' && name.startsWith('resource:')) ||
    policy === 'fault';
  return inbound ? 'before' : undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const objectOf = (value: unknown): Readonly<Record<string, unknown>> => (isObject(value) ? value : {});

function numberOf(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : 0;
}

function countOf(counts: unknown): number {
  return Object.values(objectOf(counts)).reduce((sum: number, count) => sum + numberOf(count), 0);
}

function addCounts(to: Counts, counts: unknown): void {
  for (const [name, count] of Object.entries(objectOf(counts))) to[name] = (to[name] ?? 0) + numberOf(count);
}

function isBusyKey(entry: unknown): entry is BusyKey {
  return Array.isArray(entry) && typeof entry[0] === 'string' && numberOf(entry[1]) > 0 && Number(entry[2]) >= 0;
}

/** As a histogram is encoded: pairs of how many buckets were passed over, and the next one's count; seven bits a byte. */
function addDurations(buckets: Float64Array, bytes: Uint8Array): void {
  let [index, value, place, isCount] = [0, 0, 1, false];
  for (const byte of bytes) {
    value += (byte % 128) * place;
    place *= 128;
    if (byte >= 128) continue;
    if (!isCount) index += value;
    else if (index < buckets.length) buckets[index] = (buckets[index++] ?? 0) + value;
    [value, place, isCount] = [0, 1, !isCount];
  }
}
